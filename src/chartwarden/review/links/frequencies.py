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
    patients = int(engine.rows("SELECT count(*) AS held FROM patients")[0]["held"])
    people = patients + int(engine.rows("SELECT count(*) AS held FROM people")[0]["held"])
    bearers = _summed(engine.rows("SELECT n.family AS term, n.held FROM link_surnames AS n"), names.family)
    surnames = {term: held / people for term, held in bearers.items()}
    given = {term: held / people for term, held in _counted(engine, "given", names.given).items()}
    contact = {}
    for row in staff:
        full = names.full(row["given_name"], row["family_name"])
        if full:
            first, last = full.split(" ")
            contact[full] = min(surnames[last] * given[first], COMMONEST_FULL_NAME)
    return Frequencies(
        patients=patients,
        surname={term: min(1.0, CLUSTERING * share) for term, share in surnames.items()},
        postal_code={term: held / people for term, held in _counted(engine, "area", postal_code).items()},
        city={term: held / people for term, held in _counted(engine, "city", city).items()},
        contact=contact,
    )


def _counted(engine: Engine, column: str, normal: Callable[[str | None], str | None]) -> Counter[str]:
    rows = engine.rows(
        f"SELECT n.{column} AS term, count(*) AS held FROM (SELECT q.{column} FROM link_patients AS q"
        f" UNION ALL SELECT s.{column} FROM link_staff AS s) AS n "
        f"WHERE EXISTS (SELECT 1 FROM link_staff AS s JOIN link_candidates AS c ON c.person = s.person"
        f" WHERE s.{column} = n.{column}) GROUP BY n.{column}"
    )
    return _summed(rows, normal)


def _summed(rows: Iterable[Mapping[str, Any]], normal: Callable[[str | None], str | None]) -> Counter[str]:
    """Counts by normal form; several spellings may share one."""
    held: Counter[str] = Counter()
    for row in rows:
        term = normal(row["term"])
        if term:
            held[term] += int(row["held"])
    return held
