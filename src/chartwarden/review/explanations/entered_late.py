"""The work had begun before the assignment was entered. The weakest explanation, so it comes last."""

from chartwarden.review.contracts import Example, Explanation

EXPLANATION = Explanation(
    title="Entered late",
    citation="45 CFR 164.308(a)(4)(ii)(B), 164.514(d)(2)",
    meaning="The record was assigned to this coder a few minutes after it was opened, so the entry came late.",
    order=50,
    sql="""
        SELECT s.coder AS person, s.patient, s.assigned_at - {minutes} * INTERVAL 1 MINUTE AS begins,
               s.assigned_at AS ends, s.assignment AS reference
        FROM assignments AS s WHERE NOT (s.ended_at IS NULL AND s.outcome IS NOT NULL)
    """,
    parameters={"minutes": 15},
    examples=(
        Example(
            "Fifteen minutes to the second, for the coder to whom it was assigned",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T08:44:59,ana,open,P1\n"
                "e2,2026-05-04T08:45:00,ana,open,P1\n"
                "e3,2026-05-04T08:59:59,ana,view,P1\n"
                "e4,2026-05-04T09:00:00,ana,view,P1\n"
                "e5,2026-05-04T08:50:00,ben,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(
                ("e1", None),
                ("e2", "entered_late"),
                ("e3", "entered_late"),
                ("e4", "assignment_open"),
                ("e5", None),
            ),
        ),
        Example(
            "Between two assignments, the grace of the first goes before the lateness of the second",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T10:05:00,ana,view,P1\n"
                "e2,2026-05-04T10:20:00,ana,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A2,P1,ana,addendum,2026-05-04T10:30:00,2026-05-04T11:00:00\n",
            },
            expect=(("e1", "grace_after_end"), ("e2", "entered_late")),
        ),
    ),
)
