"""Which accesses are explained, and by what: SQL composed from the explanations.

An explanation names stretches of time per person and patient. Most pairs of a person and a patient lie wholly inside
one such stretch, so pairs are judged first, and only the accesses of the others one by one; the outcome is the same
as judging each access by the lowest place that covers it. A place is an explanation's position by order, then id.
"""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.review.contracts import Clinic, Explanation
from chartwarden.review.engines.contracts import Engine

EDGES = 40
"""Explanations from this order on cover the edges of assignments, and are judged access by access."""


def places(explanations: Mapping[str, Explanation]) -> dict[int, str]:
    """Explanation ids by place, from 1, the winning one first."""
    ranked = sorted(explanations, key=lambda name: (explanations[name].order, name))
    return dict(enumerate(ranked, start=1))


def stretches_sql(explanations: Mapping[str, Explanation], clinic: Clinic) -> str:
    """All stretches of all explanations: person, patient, begins, ends, reference, place."""
    parts = []
    for place, name in places(explanations).items():
        explanation = explanations[name]
        sql = explanation.sql.format(grace_minutes=clinic.grace_minutes, **explanation.parameters)
        parts.append(f"SELECT s.person, s.patient, s.begins, s.ends, s.reference, {place} AS place FROM ({sql}) AS s")
    return " UNION ALL ".join(parts)


def explain(engine: Engine, explanations: Mapping[str, Explanation], clinic: Clinic) -> None:
    """Make explained_pairs, loose, loose_explained, unexplained and the views stretches, unexplained_opened, judged."""
    engine.view("stretches", stretches_sql(explanations, clinic))
    early = sum(explanation.order < EDGES for explanation in explanations.values())
    engine.table("explained_pairs", EXPLAINED_PAIRS.format(early=early))
    engine.table("loose", LOOSE)
    engine.table("loose_explained", LOOSE_EXPLAINED)
    engine.table("unexplained", UNEXPLAINED)
    engine.view("unexplained_opened", UNEXPLAINED_OPENED)
    engine.view("judged", JUDGED)


# A stretch that covers all of a pair's accesses decides them at once, unless a better one covers some of them. Worse
# ones don't matter, so the many stretches around assignments' edges are left to single accesses.
EXPLAINED_PAIRS = """
SELECT w.person, w.patient, w.accesses, w.place
FROM (
  SELECT p.person, p.patient, p.accesses, min(s.place) AS best,
         min(CASE WHEN s.begins <= p.first_at AND s.ends >= p.last_at THEN s.place END) AS place
  FROM pairs AS p JOIN stretches AS s
    ON s.person = p.person AND s.patient = p.patient AND s.begins <= p.last_at AND s.ends >= p.first_at
  WHERE s.place <= {early}
  GROUP BY p.person, p.patient, p.accesses
) AS w
WHERE w.place = w.best
"""

LOOSE = """
SELECT a.* FROM accesses AS a JOIN (
  SELECT p.coder, p.patient FROM pairs AS p
  WHERE NOT EXISTS (SELECT 1 FROM explained_pairs AS e WHERE e.person = p.person AND e.patient = p.patient)
) AS l ON l.coder = a.coder AND l.patient = a.patient
"""

LOOSE_EXPLAINED = """
SELECT l.access, min(s.place) AS place
FROM loose AS l JOIN stretches AS s
  ON s.person = l.person AND s.patient = l.patient AND s.begins <= l.occurred_at AND s.ends >= l.occurred_at
GROUP BY l.access
"""

UNEXPLAINED = """
SELECT l.*, l.occurred_at > p.first_at AS repeated
FROM loose AS l JOIN pairs AS p ON p.coder = l.coder AND p.patient = l.patient
WHERE NOT EXISTS (SELECT 1 FROM loose_explained AS x WHERE x.access = l.access)
"""

# Who was refused saw nothing.
UNEXPLAINED_OPENED = "SELECT u.* FROM unexplained AS u WHERE coalesce(u.outcome, 'success') <> 'denied'"

JUDGED = """
SELECT a.*, coalesce(e.place, x.place) AS place, coalesce(e.place, x.place) IS NOT NULL AS explained
FROM accesses AS a
LEFT JOIN explained_pairs AS e ON e.person = a.person AND e.patient = a.patient
LEFT JOIN loose_explained AS x ON x.access = a.access
"""
