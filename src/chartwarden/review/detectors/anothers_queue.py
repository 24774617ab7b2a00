"""A record opened while it lay in another coder's active queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient; a single look, as on the wrong line of a shared list, weighs less."""
    for row in rows:
        looks = int(row["looks"])
        yield signal(
            scoring,
            row,
            row["patient"],
            scoring.parameters["single_weight" if looks == 1 else "weight"],
            {"looks": looks, "assigned_to": row["holder"]},
            f"At that time the record of patient {row['patient']} was assigned to {row['holder']}; "
            f"{row['coder']} opened it {times(looks)}, {when(scoring, row)}.",
            "Colleagues who share a list may click on each other's lines." if looks == 1 else "",
        )


DETECTOR = Detector(
    title="In another's queue",
    version=2,
    citation="45 CFR 164.514(d)(2), 164.502(b)",
    flags="A coder opened a record that was at that time assigned to someone else, and not to them.",
    matters="Helping a colleague with their records is a use that nobody assigned; the work must be reassigned first.",
    advice="Ask the supervisor whether the work was passed on; if so, have the reassignment entered.",
    basis=(
        "Judged, not fitted; beyond what unassigned_access says of the same accesses. Someone has the work, so a "
        "missing entry is about half as likely a reason as elsewhere (0.7); of a single look, a wrong line in a "
        "shared list is nearly as likely (0.2)."
    ),
    suggested="ask_supervisor",
    plain=True,
    sql="""
        SELECT u.coder, u.patient, count(DISTINCT u.access) AS looks, min(s.coder) AS holder,
               min(u.occurred_at) AS first_at, max(u.occurred_at) AS last_at, array_agg(u.access) AS accesses
        FROM unexplained_opened AS u
        JOIN assignments AS s ON s.patient = u.patient AND s.coder <> u.coder AND s.assigned_at <= u.occurred_at
         AND (s.ended_at >= u.occurred_at OR (s.ended_at IS NULL AND s.outcome IS NULL))
        GROUP BY u.coder, u.patient
    """,
    score=score,
    parameters={"single_weight": 0.2, "weight": 0.7},
    examples=(
        Example(
            "Ben reads what ana is coding",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ben,open,P1\n"
                "e2,2026-05-04T09:40:00,ben,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(("ben", "P1"),),
        ),
        Example(
            "Ana's work was cancelled, though nobody wrote down when",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T10:30:00,ben,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at,outcome\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,,cancelled\n",
            },
            expect=(),
        ),
        Example(
            "Ana's work has ended; and both have the record assigned",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T10:30:00,ben,open,P1\n"
                "e2,2026-05-04T09:30:00,ben,open,P2\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A2,P2,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A3,P2,ben,qa_review,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(),
        ),
    ),
)
