"""A record opened that was not in the coder's queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import Weighed, fold, joined, minutes, signal, when
from chartwarden.review.wording import count, times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient. Beyond ``most_pairs`` in a review the lightest are told together by coder."""
    own, rest = fold(((_weight(row, scoring), row) for row in rows), int(scoring.parameters["most_pairs"]))
    for weight, row in own:
        yield _pair(weight, row, scoring)
    for together in rest:
        yield _together(together, scoring)


def _brief(row: Row, scoring: Scoring) -> bool:
    known = scoring.parameters
    return bool(row["looks"] <= known["brief_looks"] and minutes(row) <= known["brief_minutes"])


def _weight(row: Row, scoring: Scoring) -> float:
    known = scoring.parameters
    if row["denied"] == row["looks"]:
        weight = known["denied_weight"]
    elif not _brief(row, scoring):
        weight = known["weight"]
    else:
        weight = known["brief_weight"] if row["next_at"] is None else known["corrected_weight"]
    return weight + known["weight_per_more_days"] * (min(int(row["days"]), 4) - 1)


def _pair(weight: float, row: Row, scoring: Scoring) -> Signal:
    looks, denied, days = int(row["looks"]), int(row["denied"]), int(row["days"])
    did = "tried to open" if denied == looks else "opened"
    on_days = f" on {count(days, 'day')}" if days > 1 else ""
    refused = f"; the EHR refused {'it' if looks == 1 else f'{denied} of them'}" if denied else ""
    return signal(
        scoring,
        row,
        row["patient"],
        weight,
        {"looks": looks, "denied": denied, "days": days, "minutes": round(minutes(row), 1)},
        f"{row['coder']} {did} the record of patient {row['patient']} {times(looks)}{on_days}, "
        f"{when(scoring, row)}{refused}; no assignment and no ticket covered it.",
        _against(row, scoring),
    )


def _against(row: Row, scoring: Scoring) -> str:
    if not _brief(row, scoring):
        return ""
    if row["next_at"] is not None:
        return "It was one short look, and an assigned record was opened right after it, as after a mis-click."
    return "It was one short look, as a mis-click would be."


def _together(weighed: Sequence[Weighed], scoring: Scoring) -> Signal:
    whole = joined([row for _, row in weighed])
    return signal(
        scoring,
        whole,
        None,
        max(weight for weight, _ in weighed),
        {"patients": len(weighed), "looks": sum(int(row["looks"]) for _, row in weighed)},
        f"{whole['coder']} opened {count(len(weighed), 'more record')} without an assignment or a ticket, "
        f"{when(scoring, whole)}; each weighs less than those that have a case of their own.",
        "So many records without an assignment may mean that the queue's feed is not complete.",
    )


DETECTOR = Detector(
    title="Record outside the queue",
    version=2,
    citation="45 CFR 164.514(d)(2), 164.502(b)",
    flags="A coder opened a record that was not assigned to them at that time.",
    matters="A record outside the active queue is no business of a coder; curiosity is no reason.",
    advice="Ask the supervisor whether the work was given by word of mouth; if so, have it entered.",
    basis=(
        "Judged, not fitted. One brief look is about as likely by mistake as by intent (0.2). If an assigned "
        "record comes up for the first time within two minutes, as after most mis-clicks and a fifth of other "
        "looks, that speaks for a mistake (-1.2). A longer look is some four times likelier without a reason "
        "(1.5). An attempt that the EHR refused is like a brief look (0.2). Each further day, up to three, doubles "
        "the odds (0.7): a mistake is rarely repeated. Other detectors' weights on the same accesses say what they "
        "add to this one's."
    ),
    suggested="ask_supervisor",
    plain=True,
    sql="""
        WITH looks AS (
          SELECT d.coder, d.patient, count(*) AS looks, count(DISTINCT d.day) AS days,
                 sum(CASE WHEN d.outcome = 'denied' THEN 1 ELSE 0 END) AS denied,
                 min(d.occurred_at) AS first_at, max(d.occurred_at) AS last_at, array_agg(d.access) AS accesses
          FROM (
            SELECT u.*, CAST(u.occurred_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
            FROM unexplained AS u
            JOIN offsets AS o ON o.zone = u.zone AND o.begins <= u.occurred_at AND u.occurred_at < o.ends
          ) AS d
          GROUP BY d.coder, d.patient
        ),
        corrected AS (
          SELECT l.coder, l.patient, min(p.first_at) AS next_at
          FROM looks AS l
          JOIN pairs AS p ON p.person = l.coder AND p.first_at >= l.last_at
           AND p.first_at <= l.last_at + {correct_minutes} * INTERVAL 1 MINUTE
          JOIN explained_pairs AS e ON e.person = p.person AND e.patient = p.patient
          WHERE l.looks <= {brief_looks}
          GROUP BY l.coder, l.patient
        )
        SELECT l.*, c.next_at
        FROM looks AS l LEFT JOIN corrected AS c ON c.coder = l.coder AND c.patient = l.patient
    """,
    score=score,
    parameters={
        "brief_looks": 2,
        "brief_minutes": 3,
        "brief_weight": 0.2,
        "correct_minutes": 2,
        "corrected_weight": -1.2,
        "denied_weight": 0.2,
        "weight": 1.5,
        "weight_per_more_days": 0.7,
        "most_pairs": 5000,
    },
    examples=(
        Example(
            "A record opened for ten minutes without an assignment",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:00:00,ana,open,P9\n"
                "e2,2026-05-04T09:10:00,ana,view,P9\n",
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "A mis-click put right within a minute, and an attempt that the EHR refused: last, but told",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,outcome\n"
                "e1,2026-05-04T09:00:00,ana,open,P9,success\n"
                "e2,2026-05-04T09:00:40,ana,open,P1,success\n"
                "e3,2026-05-04T09:30:00,ana,open,P8,denied\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T08:00:00,\n",
            },
            expect=(("ana", "P9"), ("ana", "P8")),
        ),
        Example(
            "More pairs than the review may list: the heaviest has its own case, the others share one",
            clinic="[thresholds.unassigned_access]\nmost_pairs = 1\n",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:00:00,ana,open,P7\n"
                "e2,2026-05-04T10:00:00,ana,open,P8\n"
                "e3,2026-05-04T11:00:00,ana,open,P9\n"
                "e4,2026-05-04T11:20:00,ana,view,P9\n",
            },
            expect=(("ana", "P9"), ("ana", None)),
        ),
        Example(
            "Everything opened was assigned",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T08:00:00,\n",
            },
            expect=(),
        ),
    ),
)
