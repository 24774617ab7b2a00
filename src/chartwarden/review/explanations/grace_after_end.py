"""The record had just been closed: a log may trail the work by some minutes."""

from chartwarden.review.contracts import Example, Explanation

EXPLANATION = Explanation(
    title="Grace after the end",
    citation="45 CFR 164.312(b), 164.514(d)(2)",
    meaning="The coder's assignment had ended a few minutes before (grace_minutes in clinic.toml); logs may trail.",
    order=40,
    sql="""
        SELECT s.coder AS person, s.patient, s.ended_at AS begins,
               s.ended_at + {grace_minutes} * INTERVAL 1 MINUTE AS ends, s.assignment AS reference
        FROM assignments AS s WHERE s.ended_at IS NOT NULL
    """,
    examples=(
        Example(
            "Fifteen minutes to the second, for the coder whose work it was",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T10:00:00,ana,view,P1\n"
                "e2,2026-05-04T10:00:01,ana,view,P1\n"
                "e3,2026-05-04T10:15:00,ana,view,P1\n"
                "e4,2026-05-04T10:15:01,ana,view,P1\n"
                "e5,2026-05-04T10:05:00,ben,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(
                ("e1", "assignment_open"),
                ("e2", "grace_after_end"),
                ("e3", "grace_after_end"),
                ("e4", None),
                ("e5", None),
            ),
        ),
        Example(
            "A clinic that allows two minutes",
            clinic="grace_minutes = 2\n",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T10:02:00,ana,view,P1\n"
                "e2,2026-05-04T10:02:01,ana,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,audit,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(("e1", "grace_after_end"), ("e2", None)),
        ),
    ),
)
