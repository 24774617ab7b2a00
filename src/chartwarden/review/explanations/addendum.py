"""A coded record reopened because its note was amended."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as, boundaries

EXPLANATION = Explanation(
    title="Addendum",
    citation="45 CFR 164.501 (payment, 2(iii)), 164.514(d)(5)",
    meaning="The note was amended after coding, and the record was reopened for this coder to look at the change.",
    order=22,
    sql=assigned_as("addendum"),
    examples=(
        boundaries("addendum", "addendum"),
        Example(
            "Reopened a week later for an addendum that has no end yet",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,open,P1\n"
                "e2,2026-05-11T15:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A2,P1,ana,addendum,2026-05-11T14:00:00,\n",
            },
            expect=(("e1", "assignment_open"), ("e2", "addendum")),
        ),
    ),
)
