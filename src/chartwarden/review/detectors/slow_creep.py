"""More and more patients outside the queue, a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._daily import Daily, daily, daily_sql
from chartwarden.review.detectors._rows import joined, signal, when
from chartwarden.review.statistics.cusum import bar, climb
from chartwarden.review.statistics.negative_binomial import log_mass
from chartwarden.review.wording import count

# A look counts for the day on which its patient was first seen.
FIRST_LOOKS = """
            SELECT l.*, CAST(l.seen_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
            FROM (
              SELECT u.access, u.coder, u.patient, u.zone, u.occurred_at,
                     min(u.occurred_at) OVER (PARTITION BY u.coder, u.patient) AS seen_at
              FROM unexplained_opened AS u WHERE u.person IS NOT NULL
            ) AS l
            JOIN offsets AS o ON o.zone = l.zone AND o.begins <= l.seen_at AND l.seen_at < o.ends
"""
RISING = """f.coder IN (
          SELECT m.coder FROM found AS m
          GROUP BY m.coder HAVING sum(m.patients) >= {least_patients} AND count(*) >= {least_days}
        )"""


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder whose count of new patients outside the queue rose, and stayed up over several days."""
    counts = daily(rows)
    if counts is None:
        return
    height_wanted = bar(counts.days, scoring.parameters["false_alarms"])
    for coder, found in counts.single.items():
        known = scoring.parameters
        days = sum(counts.by_coder[coder].values())
        usual = _baseline(found, days, counts, scoring)
        raised = max(known["raised_times"] * usual, usual + known["raised_by"])
        series = [0] * days
        for row in found:
            series[int(row["place"]) - 1] = min(int(row["patients"]), int(known["most_a_day"]))
        rise = climb([_step(patients, usual, raised, counts.usual.dispersion) for patients in series])
        part = [row for row in found if rise.first < int(row["place"]) <= rise.last + 1]
        if rise.height >= height_wanted and len(part) >= known["least_days"]:
            weight = min(known["most_weight"], rise.height - log(days))
            yield _signal(part, rise.last - rise.first + 1, usual, weight, scoring)


def _baseline(found: Sequence[Row], days: int, counts: Daily, scoring: Scoring) -> float:
    """The daily count to expect: of the coder's first worked days, drawn towards everyone's."""
    early = max(1, int(days * scoring.parameters["early_share"]))
    total = sum(min(int(row["patients"]), counts.cut) for row in found if int(row["place"]) <= early)
    return counts.usual.expected(total, early)


def _step(patients: int, usual: float, raised: float, dispersion: float) -> float:
    return log_mass(patients, raised, dispersion) - log_mass(patients, usual, dispersion)


def _signal(part: Sequence[Row], worked: int, usual: float, weight: float, scoring: Scoring) -> Signal:
    whole = joined(part)
    patients = sum(int(row["patients"]) for row in part)
    return signal(
        scoring,
        whole,
        None,
        weight,
        {"patients": patients, "worked_days": worked, "a_day": round(patients / worked, 2), "before": round(usual, 2)},
        f"{whole['coder']} opened records of {count(patients, 'new patient')} outside the queue on "
        f"{count(len(part), 'day')} of {worked:,}, {when(scoring, whole)}: about {patients / worked:.1f} a worked day, "
        f"where {usual:.1f} was usual.",
        "If assignments of a new kind of work are not entered in the queue, it would look the same.",
    )


DETECTOR = Detector(
    title="Slow creep",
    version=2,
    citation="45 CFR 164.308(a)(1)(ii)(D)",
    flags="A coder opens a few more patients' records outside the queue each day than before, for weeks.",
    matters="A habit grows in steps too small to be seen on any one day.",
    advice="Ask the supervisor what changed at that time; look at what the records have in common.",
    basis=(
        "Each day's number of patients first seen outside the queue is compared with the coder's first third of "
        "days, drawn towards everyone's: the log likelihood ratio of a doubled mean (or half a patient more a day) "
        "against the usual one, negative binomial, summed and begun anew at zero (CUSUM). One day counts at most "
        "four patients, so that a burst is no creep. It is told above Lorden's bar for a tenth of a false alarm in "
        "the review; the weight is the climb, less the logarithm of the days on which it could have begun, at most "
        "4.0, since days are not quite independent."
    ),
    suggested="ask_supervisor",
    takes_in=True,
    sql=daily_sql(FIRST_LOOKS, RISING),
    score=score,
    parameters={
        "least_patients": 8,
        "least_days": 5,
        "early_share": 0.333,
        "most_a_day": 4,
        "raised_times": 2.0,
        "raised_by": 0.5,
        "false_alarms": 0.1,
        "most_weight": 4.0,
    },
    examples=(
        Example(
            "Three quiet weeks, then one or two patients more on every day; ben goes on as ever",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                + "".join(f"q{day},2026-05-{day:02}T09:00:00,ana,open,P1\n" for day in range(1, 31))
                + "".join(f"b{day},2026-05-{day:02}T09:00:00,ben,open,P2\n" for day in range(1, 31))
                + "".join(f"s{day},2026-05-{day:02}T14:00:00,ana,open,X{day}\n" for day in range(19, 31))
                + "".join(f"t{day},2026-05-{day:02}T15:00:00,ana,open,Z{day}\n" for day in range(23, 31, 2)),
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-04-01T08:00:00,\nA2,P2,ben,initial,2026-04-01T08:00:00,\n",
            },
            expect=(("ana", None),),
        ),
        Example(
            "The same patient opened on every day is no creep; nor is one patient more a week, from the first day on",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                + "".join(f"q{day},2026-05-{day:02}T09:00:00,ana,open,P9\n" for day in range(1, 31))
                + "".join(f"b{day},2026-05-{day:02}T09:00:00,ben,open,P1\n" for day in range(1, 31))
                + "".join(f"s{day},2026-05-{day:02}T14:00:00,ben,open,X{day}\n" for day in range(2, 31, 3)),
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ben,initial,2026-04-01T08:00:00,\n",
            },
            expect=(),
        ),
    ),
)
