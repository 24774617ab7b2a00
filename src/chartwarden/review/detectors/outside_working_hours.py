"""Work outside a person's hours: those of the schedule, or where there is none, those of their own habit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.detectors._working_hours_sql import SQL
from chartwarden.review.statistics.circular import HOURS, rarity
from chartwarden.review.wording import count

FAR_HOURS = 12.0


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per session, a stretch of work outside the hours without a pause of ``pause_hours``."""
    habits: dict[str, list[float]] = {}
    days: dict[str, int] = {}
    for row in rows:
        if row["hour"] is not None:
            habits.setdefault(row["coder"], [0.0] * HOURS)[int(row["hour"])] = float(row["weeks"])
            days[row["coder"]] = int(row["days"])
    for row in rows:
        if row["hour"] is None and row["scheduled"]:
            yield _by_schedule(row, scoring)
        elif row["hour"] is None:
            yield from _by_habit(row, habits[row["coder"]], days[row["coder"]], scoring)


def _by_schedule(row: Row, scoring: Scoring) -> Signal:
    known = scoring.parameters
    away = max(
        _away(row["first_at"], row["before_first"], row["after_first"]),
        _away(row["last_at"], row["before_last"], row["after_last"]),
    )
    weight = known["weight"] + known["weight_an_hour"] * min(away, known["most_hours"])
    how_far = f"{away:.1f} hours from the nearest shift" if away < FAR_HOURS else "far from any shift"
    return _signal(row, weight, how_far, {"hours_away": round(away, 1)}, scoring)


def _away(moment: datetime, ended: datetime | None, begins: datetime | None) -> float:
    """Hours from a moment to the end of the shift before it or the begin of the one after, whichever is nearer."""
    gaps = [abs((moment - edge).total_seconds()) / 3600 for edge in (ended, begins) if edge is not None]
    return min([FAR_HOURS, *gaps])


def _by_habit(row: Row, habit: Sequence[float], days: int, scoring: Scoring) -> Iterable[Signal]:
    hours = _hours(row["first_at"], row["last_at"], scoring.zone_of(row["coder"]))
    others = [max(0.0, weeks - 1) if hour in hours else weeks for hour, weeks in enumerate(habit)]
    known = scoring.parameters
    weight = rarity(others, sorted(hours), known["bandwidth_hours"], 1 / (days + 1))
    if weight >= known["least_rarity"]:
        usual = f"hours at which {row['coder']} hardly ever works, by {days} days on record"
        yield _signal(row, min(weight, known["most_rarity"]), usual, {"rarity": round(weight, 2)}, scoring)


def _hours(first: datetime, last: datetime, zone: ZoneInfo) -> set[int]:
    """The hours of the local week, 0 on Monday at midnight, from the first to the last moment."""
    steps = int((last - first).total_seconds() // 3600) + 1
    moments = [*(first + timedelta(hours=step) for step in range(steps)), last]
    local = [moment.replace(tzinfo=UTC).astimezone(zone) for moment in moments]
    return {24 * moment.weekday() + moment.hour for moment in local}


def _signal(row: Row, weight: float, how: str, facts: dict[str, float], scoring: Scoring) -> Signal:
    looks, unexplained, patients = int(row["looks"]), int(row["unexplained"]), int(row["patients"])
    share = 1.0 if unexplained else scoring.parameters["explained_share"]
    return signal(
        scoring,
        row,
        None,
        weight * share,
        {**facts, "accesses": looks, "unexplained": unexplained, "patients": patients},
        f"{row['coder']} worked outside working hours, {when(scoring, row)} ({how}): {count(looks, 'access')} to "
        f"records of {count(patients, 'patient')}.",
        _against(unexplained, patients),
    )


def _against(unexplained: int, patients: int) -> str:
    if unexplained:
        return ""
    if not patients:
        return "No record was opened then."
    return "The queue explains every record opened then; it may be overtime that was not entered."


DETECTOR = Detector(
    title="Outside working hours",
    version=1,
    citation="45 CFR 164.308(a)(1)(ii)(D)",
    flags="A coder worked outside their shifts, on a holiday or on leave; without a schedule, at unusual hours.",
    matters="At odd hours nobody looks on; the login may also be in other hands.",
    advice="Ask the supervisor whether overtime was approved; if so, have the shift entered in the schedule.",
    basis=(
        "Judged, not fitted, where there is a schedule: just outside the tolerance of 30 minutes overtime is "
        "likely (0.4); each hour further from the nearest shift weighs 0.4, up to six (2.8 in all), since approved "
        "overtime is entered and people seldom return to work at night. Without a schedule the weight is a log "
        "likelihood ratio: a random hour of the week against the person's own habit, a von Mises kernel density "
        "over the hour of the week from four weeks at least, the session itself left out; told from 1.5 (odds of "
        "4.5), at most 2.8. Where the queue explains every access, the weight is 0.6 of that."
    ),
    suggested="ask_supervisor",
    takes_in=True,
    sql=SQL,
    score=score,
    parameters={
        "tolerance_minutes": 30,
        "pause_hours": 6,
        "weight": 0.4,
        "weight_an_hour": 0.4,
        "most_hours": 6,
        "explained_share": 0.6,
        "least_weeks": 4,
        "rare_share": 0.25,
        "bandwidth_hours": 1.5,
        "least_rarity": 1.5,
        "most_rarity": 2.8,
    },
    examples=(
        Example(
            "A session at two in the morning, by the person's own clock",
            feeds={
                "workforce": "person,logins,role,started_on,time_zone\nana,ana,coder,2020-01-01,America/Chicago\n",
                "schedules": "person,weekday,starts,ends\nana,mon,09:00,17:00\nana,tue,09:00,17:00\n",
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T14:00:00Z,ana,open,P1\n"
                "e2,2026-05-05T07:05:00Z,ana,open,P9\n"
                "e3,2026-05-05T07:25:00Z,ana,view,P9\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T13:00:00Z,\n",
            },
            expect=(("ana", None),),
        ),
        Example(
            "Half an hour before and after the shift, a night shift over midnight, and approved overtime on a holiday",
            feeds={
                "schedules": "person,weekday,starts,ends,from,to\n"
                "ana,mon,09:00,17:00,,\n"
                "ben,mon,22:00,06:00,,\n"
                "ana,mon,10:00,12:00,2026-05-25,2026-05-25\n",
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T08:30:00,ana,open,P1\n"
                "e2,2026-05-04T17:30:00,ana,view,P1\n"
                "e3,2026-05-05T05:59:00,ben,open,P2\n"
                "e4,2026-05-25T11:00:00,ana,open,P1\n",
            },
            expect=(),
        ),
        Example(
            "A second later than the tolerance; on a public holiday; on a day of leave",
            feeds={
                "workforce": "person,logins,role,started_on\n"
                "ana,ana,coder,2020-01-01\nben,ben,coder,2020-01-01\ncyd,cyd,coder,2020-01-01\n",
                "schedules": "person,weekday,starts,ends\n"
                "ana,mon,09:00,17:00\nben,mon,09:00,17:00\ncyd,mon,09:00,17:00\n",
                "leave": "person,from,to,kind\ncyd,2026-05-11,2026-05-15,vacation\n",
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T17:30:01,ana,open,P1\n"
                "e2,2026-05-25T11:00:00,ben,open,P2\n"
                "e3,2026-05-11T11:00:00,cyd,open,P3\n",
            },
            expect=(("ana", None), ("ben", None), ("cyd", None)),
        ),
        Example(
            "No schedule: six weeks of mornings, then one night; ben's nights are his habit",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                + "".join(
                    f"a{week}{day}{hour},2026-{5 + (3 + 7 * week + day) // 31:02}-{(3 + 7 * week + day) % 31 + 1:02}"
                    f"T{hour:02}:10:00,ana,open,P1\n"
                    for week in range(6)
                    for day in range(5)
                    for hour in (9, 10, 11)
                )
                + "".join(
                    f"b{week},2026-{5 + (3 + 7 * week) // 31:02}-{(3 + 7 * week) % 31 + 1:02}T02:10:00,ben,open,P2\n"
                    for week in range(6)
                )
                + "n1,2026-06-04T02:15:00,ana,open,P9\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-04-01T08:00:00,\nA2,P2,ben,initial,2026-04-01T08:00:00,\n",
            },
            expect=(("ana", None),),
        ),
    ),
)
