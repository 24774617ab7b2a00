"""A claim that the payer sent back with an edit."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as, boundaries

EXPLANATION = Explanation(
    title="Payer edit",
    citation="45 CFR 164.501 (payment, 2(iii)), 164.514(d)(5)",
    meaning="The payer sent the claim back with an edit, and the record was reopened for this coder to answer it.",
    order=23,
    sql=assigned_as("payer_edit"),
    examples=(
        boundaries("payer_edit", "payer_edit"),
        Example(
            "The edit went to ben; ana, who coded the record first, is not covered by it",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,open,P1\n"
                "e2,2026-05-12T09:00:00,ben,open,P1\n"
                "e3,2026-05-12T09:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A2,P1,ben,payer_edit,2026-05-12T08:00:00,2026-05-12T12:00:00\n",
            },
            expect=(("e1", "assignment_open"), ("e2", "payer_edit"), ("e3", None)),
        ),
    ),
)
