"""One week out of a longer review: what was judged in it, and the counts of it alone.

The tables of a review hold the week and the weeks before it. Nothing that explains an access depends on them, so the
week's counts are those of a review of the week alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from chartwarden.review.contracts import CoderLoad, Period, Totals
from chartwarden.review.engines.contracts import Engine

JUDGED_SCHEMA = {
    "access": "The access's number, as the review's cases name it; it holds within this review only.",
    "coder": "The person's id, or the login where no one person holds it.",
    "person": "The person's id; null where the login is nobody's, or several people's.",
    "patient": "The patient's id; null where the access is to no record (login, logout, some searches).",
    "occurred_at": "When: UTC, microseconds.",
    "actor": "The EHR login.",
    "action": "What was done.",
    "document": "The kind of document.",
    "device": "The device.",
    "address": "The network address.",
    "outcome": "success or denied; null counts as success.",
    "file": "The input file's name.",
    "event": "The event's id in its source; null where the source has none.",
    "explained": "Whether something explains it; null where there is no patient, so nothing to explain.",
    "explanation": "The explanation's id.",
    "reference": "The assignment that explains it, or who approved the ticket.",
}
INSIDE = "{at} >= TIMESTAMP '{begins}' AND {at} < TIMESTAMP '{ends}'"

# The stretch that decided is found again by its place; several of one place may cover, and then the first is named.
PLACES = """
SELECT w.access, w.place, min(s.reference) AS reference
FROM (
  SELECT j.access, j.person, j.patient, j.occurred_at, j.place FROM judged AS j
  WHERE j.place IS NOT NULL AND {inside}
) AS w
JOIN stretches AS s ON s.person = w.person AND s.patient = w.patient AND s.place = w.place
 AND s.begins <= w.occurred_at AND s.ends >= w.occurred_at
GROUP BY w.access, w.place
"""
JUDGED = """
SELECT a.access, a.coder, a.person, a.patient, a.occurred_at, a.actor, a.action, a.document, a.device, a.address,
       a.outcome, a.file, a.event, CASE WHEN a.patient IS NOT NULL THEN p.access IS NOT NULL END AS explained,
       n.explanation, p.reference
FROM accesses AS a
LEFT JOIN week_places AS p ON p.access = a.access
LEFT JOIN explanation_names AS n ON n.place = p.place
WHERE {inside}
ORDER BY a.coder, a.occurred_at, a.access
"""
PAIRS = """
SELECT w.coder, w.patient, count(*) AS accesses, sum(CASE WHEN w.explained THEN 0 ELSE 1 END) AS unexplained
FROM week AS w WHERE w.patient IS NOT NULL GROUP BY w.coder, w.patient
"""


def make_week(engine: Engine, week: Period, names: Mapping[int, str], judged: Path) -> None:
    """Write ``judged``, and make the tables week (its rows), week_pairs and week_activity."""
    columns = {"place": pa.array(names.keys(), pa.int64()), "explanation": pa.array(names.values(), pa.string())}
    engine.arrow("explanation_names", pa.table(columns))
    engine.table("week_places", PLACES.format(inside=_inside("j.occurred_at", week)))
    engine.write(JUDGED.format(inside=_inside("a.occurred_at", week)), judged)
    engine.parquet("week", judged)
    engine.table("week_pairs", PAIRS)
    # A local day begins at a whole quarter of an hour, so no bucket lies astride.
    engine.view("week_activity", f"SELECT a.* FROM activity AS a WHERE {_inside('a.bucket_at', week)}")


def week_totals(engine: Engine) -> Totals:
    """As ``totals.totals``, of the week."""
    by = engine.rows(
        "SELECT w.explanation, count(*) AS accesses FROM week AS w WHERE w.explained GROUP BY w.explanation"
    )
    by_explanation = {row["explanation"]: int(row["accesses"]) for row in by}
    pairs = engine.rows("SELECT count(*) AS pairs, coalesce(sum(p.accesses), 0) AS accesses FROM week_pairs AS p")[0]
    accesses, first, explained = int(pairs["accesses"]), int(pairs["pairs"]), sum(by_explanation.values())
    counted = dict(sorted(by_explanation.items()))
    return Totals(accesses, explained, accesses - explained, counted, first, accesses - first)


def week_loads(engine: Engine) -> tuple[CoderLoad, ...]:
    """As ``totals.loads``, of the week."""
    rows = engine.rows(
        "SELECT p.coder, count(*) AS patients, "
        "sum(CASE WHEN p.unexplained < p.accesses THEN 1 ELSE 0 END) AS assigned, "
        "sum(CASE WHEN p.unexplained > 0 THEN 1 ELSE 0 END) AS outside, sum(p.accesses) AS accesses "
        "FROM week_pairs AS p GROUP BY p.coder"
    )
    found = [
        CoderLoad(row["coder"], *(int(row[name]) for name in ("patients", "assigned", "outside", "accesses")))
        for row in rows
    ]
    return tuple(sorted(found, key=lambda load: load.coder))


def guessed_and_files(engine: Engine, week: Period) -> tuple[int, set[str]]:
    """Local times of the week that a clock change left open, and the names of the files with rows in the week."""
    rows = engine.rows(
        "SELECT e.file, sum(CASE WHEN e.guessed THEN 1 ELSE 0 END) AS guessed FROM events AS e "
        f"WHERE {_inside('e.occurred_at', week)} GROUP BY e.file"
    )
    return sum(int(row["guessed"]) for row in rows), {row["file"] for row in rows}


def _inside(at: str, week: Period) -> str:
    return INSIDE.format(at=at, begins=week.begins, ends=week.ends)
