"""A claim that the payer denied."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as, boundaries

EXPLANATION = Explanation(
    title="Denial",
    citation="45 CFR 164.501 (payment, 2(iii)), 164.514(d)(5)",
    meaning="The payer denied the claim, and the record was reopened for this coder to check the codes.",
    order=24,
    sql=assigned_as("denial"),
    examples=(
        boundaries("denial", "denial"),
        Example(
            "A denial is worked on twice, each time under its own assignment",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-12T09:00:00,ana,open,P1\n"
                "e2,2026-05-13T09:00:00,ana,open,P1\n"
                "e3,2026-05-14T09:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,denial,2026-05-12T08:00:00,2026-05-12T12:00:00\n"
                "A2,P1,ana,denial,2026-05-14T08:00:00,2026-05-14T12:00:00\n",
            },
            expect=(("e1", "denial"), ("e2", None), ("e3", "denial")),
        ),
    ),
)
