"""Which accesses are explained, and by what: SQL composed from the explanations.

An explanation names stretches of time per person and patient. Most pairs of a person and a patient lie wholly inside
one such stretch, so pairs are judged first, and only the accesses of the others one by one; the outcome is the same
as judging each access by the lowest order that covers it.
"""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.review.contracts import Clinic, Explanation
from chartwarden.review.engines.contracts import Engine


def stretches_sql(explanations: Mapping[str, Explanation], clinic: Clinic) -> str:
    """All stretches of all explanations: person, patient, begins, ends, rank (``order|id|reference``)."""
    parts = []
    for name, explanation in explanations.items():
        sql = explanation.sql.format(grace_minutes=clinic.grace_minutes, **explanation.parameters)
        rank = f"'{explanation.order:03d}|{name}|'"
        parts.append(
            f"SELECT s.person, s.patient, s.begins, s.ends, {rank} || s.reference AS rank, "
            f"{explanation.order} AS place FROM ({sql}) AS s"
        )
    return " UNION ALL ".join(parts)


def explain(engine: Engine, explanations: Mapping[str, Explanation], clinic: Clinic) -> None:
    """Make the tables stretches, pairs, explained_pairs, loose, loose_explained, unexplained and the view judged."""
    engine.table("stretches", stretches_sql(explanations, clinic))
    engine.table("pairs", PAIRS)
    engine.table("explained_pairs", EXPLAINED_PAIRS)
    engine.table("loose", LOOSE)
    engine.table("loose_explained", LOOSE_EXPLAINED)
    engine.table("unexplained", UNEXPLAINED)
    engine.view("judged", JUDGED)


PAIRS = """
SELECT coder, person, patient, count(*) AS accesses, min(occurred_at) AS first_at, max(occurred_at) AS last_at
FROM accesses WHERE patient IS NOT NULL
GROUP BY coder, person, patient
"""

EXPLAINED_PAIRS = """
SELECT w.person, w.patient, w.accesses, min(w.rank) AS rank
FROM (
  SELECT p.person, p.patient, p.accesses, s.rank, s.place,
         s.begins <= p.first_at AND s.ends >= p.last_at AS whole,
         min(s.place) OVER (PARTITION BY p.person, p.patient) AS best
  FROM pairs AS p JOIN stretches AS s
    ON s.person = p.person AND s.patient = p.patient AND s.begins <= p.last_at AND s.ends >= p.first_at
) AS w
WHERE w.whole AND w.place = w.best
GROUP BY w.person, w.patient, w.accesses
"""

LOOSE = """
SELECT a.* FROM accesses AS a
WHERE a.patient IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM explained_pairs AS e WHERE e.person = a.person AND e.patient = a.patient)
"""

LOOSE_EXPLAINED = """
SELECT l.access, min(s.rank) AS rank
FROM loose AS l JOIN stretches AS s
  ON s.person = l.person AND s.patient = l.patient AND s.begins <= l.occurred_at AND s.ends >= l.occurred_at
GROUP BY l.access
"""

UNEXPLAINED = """
SELECT l.*, l.occurred_at > p.first_at AS repeated
FROM loose AS l JOIN pairs AS p ON p.coder = l.coder AND p.patient = l.patient
WHERE NOT EXISTS (SELECT 1 FROM loose_explained AS x WHERE x.access = l.access)
"""

JUDGED = """
SELECT a.*, coalesce(e.rank, x.rank) AS rank, coalesce(e.rank, x.rank) IS NOT NULL AS explained
FROM accesses AS a
LEFT JOIN explained_pairs AS e ON e.person = a.person AND e.patient = a.patient
LEFT JOIN loose_explained AS x ON x.access = a.access
"""
