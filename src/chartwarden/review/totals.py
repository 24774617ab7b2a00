"""Counts of a review: explained or not, by hour of the local week, by coder, and the days that were covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from chartwarden.logs.contracts import AccessesRead, FeedRead
from chartwarden.review.contracts import CoderLoad, Coverage, HourCount, Period, Totals
from chartwarden.review.engines.contracts import Engine


def totals(engine: Engine, names: Mapping[int, str]) -> Totals:
    """Accesses that name a patient: how many, explained by what (``names`` by place), first and repeated looks."""
    by: Counter[str] = Counter()
    for sql in (
        "SELECT e.place, sum(e.accesses) AS accesses FROM explained_pairs AS e GROUP BY e.place",
        "SELECT x.place, count(*) AS accesses FROM loose_explained AS x GROUP BY x.place",
    ):
        for row in engine.rows(sql):
            by[names[row["place"]]] += int(row["accesses"])
    pairs = engine.rows("SELECT count(*) AS pairs, coalesce(sum(p.accesses), 0) AS accesses FROM pairs AS p")[0]
    accesses, first = int(pairs["accesses"]), int(pairs["pairs"])
    explained = sum(by.values())
    return Totals(accesses, explained, accesses - explained, dict(sorted(by.items())), first, accesses - first)


def hours(engine: Engine, activity: str = "activity") -> tuple[HourCount, ...]:
    """Accesses by hour of each person's local week; Monday is 0. ``activity`` is that table, or a part of it."""
    rows = engine.rows(
        "SELECT l.hour_at, sum(l.accesses) AS accesses FROM ("
        " SELECT a.accesses, date_trunc('hour', a.bucket_at + o.seconds * INTERVAL 1 SECOND) AS hour_at"
        f" FROM {activity} AS a"
        " JOIN offsets AS o ON o.zone = a.zone AND o.begins <= a.bucket_at AND a.bucket_at < o.ends) AS l "
        "GROUP BY l.hour_at"
    )
    found: Counter[tuple[int, int]] = Counter()
    for row in rows:
        found[row["hour_at"].weekday(), row["hour_at"].hour] += int(row["accesses"])
    return tuple(HourCount(weekday, hour, number) for (weekday, hour), number in sorted(found.items()))


def loads(engine: Engine) -> tuple[CoderLoad, ...]:
    """Per coder: distinct patients, of those wholly or partly explained, with unexplained accesses, and accesses."""
    rows = engine.rows(
        "SELECT p.coder, count(*) AS patients, sum(p.accesses) AS accesses FROM pairs AS p GROUP BY p.coder"
    )
    outside = {
        row["coder"]: (int(row["touched"]), int(row["wholly"]))
        for row in engine.rows(
            "SELECT u.coder, count(*) AS touched, "
            "sum(CASE WHEN u.looks = p.accesses THEN 1 ELSE 0 END) AS wholly FROM ("
            " SELECT coder, patient, count(*) AS looks FROM unexplained GROUP BY coder, patient) AS u "
            "JOIN pairs AS p ON p.coder = u.coder AND p.patient = u.patient GROUP BY u.coder"
        )
    }
    found = []
    for row in rows:
        touched, wholly = outside.get(row["coder"], (0, 0))
        patients = int(row["patients"])
        found.append(CoderLoad(row["coder"], patients, patients - wholly, touched, int(row["accesses"])))
    return tuple(sorted(found, key=lambda load: load.coder))


def coverage(
    engine: Engine,
    logs: AccessesRead,
    feeds: Mapping[str, FeedRead],
    period: Period,
    notes: tuple[str, ...],
    activity: str = "activity",
) -> Coverage:
    """Days with and without accesses, local to the clinic; systems; what was left out and guessed.

    ``activity`` is the table of that name, or the part of it that lies in ``period``.
    """
    seen = {
        row["day"]
        for row in engine.rows(
            "SELECT DISTINCT CAST(a.bucket_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day "
            f"FROM {activity} AS a "
            "JOIN clinic_offsets AS o ON o.begins <= a.bucket_at AND a.bucket_at < o.ends"
        )
    }
    days = _days(period.first_day, period.last_day)
    inside = f"e.occurred_at >= TIMESTAMP '{period.begins}' AND e.occurred_at < TIMESTAMP '{period.ends}'"
    everyone = engine.rows(f"SELECT count(*) AS n FROM events AS e WHERE {inside}")[0]["n"]
    scope = engine.rows(f"SELECT coalesce(sum(a.accesses), 0) AS n FROM {activity} AS a")[0]["n"]
    return Coverage(
        days=tuple(day for day in days if day in seen),
        days_without_accesses=tuple(day for day in days if day not in seen),
        systems=tuple(sorted({count.format for count in logs.counts})),
        out_of_scope=int(everyone) - int(scope),
        local_times_guessed=logs.guessed + sum(feed.guessed for feed in feeds.values()),
        notes=notes,
        not_accesses=dict(sorted(logs.not_accesses.items())),
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
