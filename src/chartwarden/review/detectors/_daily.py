"""Daily counts of patients outside the queue, as volume_above_queue and slow_creep read them.

Rows with ``place`` None say on how many ``days`` a coder had so many ``patients``; the others are single days, where
``place`` is the day's number among the coder's worked days, from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chartwarden.review.contracts import Row
from chartwarden.review.statistics.shrinkage import Habit, habit

USUAL_SHARE = 0.9


def daily_sql(looks: str, told: str) -> str:
    """The rows of ``daily``. ``looks`` selects access, coder, patient, occurred_at and the day that each counts for.

    ``told`` is the condition on the days f (coder, day, patients) that are wanted as single days.
    """
    return f"""
        WITH found AS (
          SELECT d.coder, d.day, count(DISTINCT d.patient) AS patients, min(d.occurred_at) AS first_at,
                 max(d.occurred_at) AS last_at, array_agg(d.access) AS accesses
          FROM ({looks}) AS d
          GROUP BY d.coder, d.day
        ),
        worked AS (
          SELECT c.coder, c.day, row_number() OVER (PARTITION BY c.coder ORDER BY c.day) AS place
          FROM coder_days AS c WHERE c.person IS NOT NULL
        )
        SELECT h.coder, CAST(NULL AS BIGINT) AS place, h.patients, count(*) AS days,
               CAST(NULL AS TIMESTAMP) AS first_at, CAST(NULL AS TIMESTAMP) AS last_at,
               CAST(NULL AS BIGINT[]) AS accesses
        FROM (
          SELECT w.coder, coalesce(f.patients, 0) AS patients
          FROM worked AS w LEFT JOIN found AS f ON f.coder = w.coder AND f.day = w.day
        ) AS h
        GROUP BY h.coder, h.patients
        UNION ALL
        SELECT f.coder, w.place, f.patients, 1 AS days, f.first_at, f.last_at, f.accesses
        FROM found AS f JOIN worked AS w ON w.coder = f.coder AND w.day = f.day
        WHERE {told}
    """


@dataclass(frozen=True)
class Daily:
    """``days`` all coder-days; ``by_coder`` the days by count of each coder, counts cut at ``cut``; ``single`` days.

    Counts are cut above twice what nine in ten coder-days stay within, and one: bursts must not make bursts usual.
    """

    days: int
    cut: int
    by_coder: dict[str, dict[int, int]]
    usual: Habit
    single: dict[str, list[Row]]


def daily(rows: Sequence[Row]) -> Daily | None:
    """The counts of a review; None where nobody worked on any day."""
    raw: dict[str, dict[int, int]] = {}
    single: dict[str, list[Row]] = {}
    for row in rows:
        if row["place"] is None:
            raw.setdefault(row["coder"], {})[int(row["patients"])] = int(row["days"])
        else:
            single.setdefault(row["coder"], []).append(row)
    if not raw:
        return None
    cut = _cut(raw)
    by_coder = {coder: _cut_counts(counts, cut) for coder, counts in sorted(raw.items())}
    for found in single.values():
        found.sort(key=lambda row: int(row["place"]))
    days = sum(sum(counts.values()) for counts in raw.values())
    return Daily(days, cut, by_coder, habit(list(by_coder.values())), dict(sorted(single.items())))


def _cut(raw: dict[str, dict[int, int]]) -> int:
    days: dict[int, int] = {}
    for counts in raw.values():
        for patients, number in counts.items():
            days[patients] = days.get(patients, 0) + number
    below, wanted = 0, USUAL_SHARE * sum(days.values())
    for patients in sorted(days):
        below += days[patients]
        if below >= wanted:
            break
    return 2 * patients + 1


def _cut_counts(counts: dict[int, int], cut: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for patients, number in counts.items():
        found[min(patients, cut)] = found.get(min(patients, cut), 0) + number
    return found
