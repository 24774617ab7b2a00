"""How common the names and places of the candidates' staff are among all patients and all staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chartwarden.review.engines.contracts import Engine
from chartwarden.review.links import names
from chartwarden.review.links.identities import city, postal_code
from chartwarden.review.links.model import CLUSTERING, COMMONEST_FULL_NAME


@dataclass(frozen=True)
class Frequencies:
    """Shares of all people, by term: what a stranger's chance is to have it. ``patients`` is how many there are."""

    patients: int
    surname: Mapping[str, float]
    postal_code: Mapping[str, float]
    city: Mapping[str, float]
    contact: Mapping[str, float]


def frequencies(engine: Engine, staff: Iterable[Mapping[str, Any]]) -> Frequencies:
    """The frequencies of every term of ``staff`` (rows with family_name and given_name)."""
    sizes = engine.rows(SIZES)[0]
    people = int(sizes["patients"]) + int(sizes["staff"])
    held: dict[str, Counter[str]] = {kind: Counter() for kind in NORMAL}
    for row in engine.rows(COUNTS):
        term = NORMAL[row["kind"]](row["term"])
        if term:  # several spellings may share one form
            held[row["kind"]][term] += int(row["held"])
    shares = {kind: {term: number / people for term, number in counts.items()} for kind, counts in held.items()}
    contact = {}
    for member in staff:
        full = names.full(member["given_name"], member["family_name"])
        if full:
            first, last = full.split(" ")
            contact[full] = min(shares["family"][last] * shares["given"][first], COMMONEST_FULL_NAME)
    return Frequencies(
        patients=int(sizes["patients"]),
        surname={term: min(1.0, CLUSTERING * share) for term, share in shares["family"].items()},
        postal_code=shares["area"],
        city=shares["city"],
        contact=contact,
    )


NORMAL: Mapping[str, Callable[[str | None], str | None]] = {
    "family": names.family,
    "given": names.given,
    "area": postal_code,
    "city": city,
}

SIZES = """
SELECT p.held AS patients, s.held AS staff
FROM (SELECT count(*) AS held FROM patients) AS p CROSS JOIN (SELECT count(*) AS held FROM people) AS s
"""


def _count(column: str) -> str:
    return (
        f"SELECT '{column}' AS kind, n.{column} AS term, count(*) AS held FROM ("
        f"SELECT q.{column} FROM link_patients AS q UNION ALL SELECT s.{column} FROM link_staff AS s) AS n "
        f"WHERE EXISTS (SELECT 1 FROM link_staff AS s JOIN link_candidates AS c ON c.person = s.person"
        f" WHERE s.{column} = n.{column}) GROUP BY n.{column}"
    )


COUNTS = " UNION ALL ".join(
    [
        "SELECT 'family' AS kind, f.family AS term, f.held FROM link_surnames AS f",
        *map(_count, ("given", "area", "city")),
    ]
)
