"""A one-off permission, written down and approved, for work that the queue does not know."""

from chartwarden.review.contracts import Example, Explanation

EXPLANATION = Explanation(
    title="One-off ticket",
    citation="45 CFR 164.308(a)(4)(ii)(B), 164.514(d)(3)",
    meaning="Someone permitted this person to open this record at that time, for a reason that was written down.",
    order=30,
    sql="""
        SELECT t.person, t.patient, t."from" AS begins, t."to" AS ends, t.approved_by AS reference FROM tickets AS t
    """,
    examples=(
        Example(
            "The first and the last second are in; another person and another patient are not",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T08:59:59,ana,open,P1\n"
                "e2,2026-05-04T09:00:00,ana,open,P1\n"
                "e3,2026-05-04T11:00:00,ana,view,P1\n"
                "e4,2026-05-04T11:00:01,ana,view,P1\n"
                "e5,2026-05-04T10:00:00,ben,open,P1\n"
                "e6,2026-05-04T10:00:00,ana,open,P2\n",
                "tickets": "person,patient,from,to,reason,approved_by\n"
                "ana,P1,2026-05-04T09:00:00,2026-05-04T11:00:00,claim lost in transfer,sue\n",
            },
            expect=(("e1", None), ("e2", "ticket"), ("e3", "ticket"), ("e4", None), ("e5", None), ("e6", None)),
        ),
        Example(
            "Where an assignment covers it too, the assignment explains it; a ticket goes before the grace period",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,open,P1\n"
                "e2,2026-05-04T10:05:00,ana,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
                "tickets": "person,patient,from,to,reason,approved_by\n"
                "ana,P1,2026-05-04T09:00:00,2026-05-04T11:00:00,claim lost in transfer,sue\n",
            },
            expect=(("e1", "assignment_open"), ("e2", "ticket")),
        ),
    ),
)
