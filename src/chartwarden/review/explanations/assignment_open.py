"""The record was in the coder's active queue at that instant."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as

EXPLANATION = Explanation(
    title="Assignment open",
    citation="45 CFR 164.514(d)(2), (d)(5)",
    meaning="The patient's record was assigned to this coder for first coding when it was opened.",
    order=10,
    sql=assigned_as("initial"),
    examples=(
        Example(
            "Opened while assigned; not before, not after, not another's",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:00:00,ana,open,P1\n"
                "e2,2026-05-04T08:00:00,ana,open,P1\n"
                "e3,2026-05-04T12:00:00,ana,open,P1\n"
                "e4,2026-05-04T09:00:00,ben,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T08:55:00,2026-05-04T10:00:00\n",
            },
            expect=(("e1", "assignment_open"), ("e2", None), ("e3", None), ("e4", None)),
        ),
        Example(
            "An older, longer assignment still covers after a newer one has ended",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T15:00:00,ana,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-01T08:00:00,\n"
                "A2,P1,ana,initial,2026-05-04T08:00:00,2026-05-04T09:00:00\n",
            },
            expect=(("e1", "assignment_open"),),
        ),
        Example(
            "Cancelled, but nobody wrote down when: it explains nothing, also nothing before its beginning",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T08:50:00,ana,open,P1\n"
                "e2,2026-05-04T15:00:00,ana,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at,outcome\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,,cancelled\n",
            },
            expect=(("e1", None), ("e2", None)),
        ),
    ),
)
