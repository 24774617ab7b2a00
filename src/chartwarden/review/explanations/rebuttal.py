"""A coder's answer to what a review found in their codes."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as, boundaries

EXPLANATION = Explanation(
    title="Rebuttal",
    citation="45 CFR 164.501 (payment, 2(iii); health care operations, 4), 164.514(d)(5)",
    meaning="The coder had to defend or correct their codes after a review, and the record was reopened for that.",
    order=26,
    sql=assigned_as("rebuttal"),
    examples=(
        boundaries("rebuttal", "rebuttal"),
        Example(
            "The coder answers the reviewer; both look on the same morning",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-12T09:00:00,ben,open,P1\n"
                "e2,2026-05-12T11:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ben,qa_review,2026-05-12T08:00:00,2026-05-12T10:00:00\n"
                "A2,P1,ana,rebuttal,2026-05-12T10:30:00,2026-05-12T12:00:00\n",
            },
            expect=(("e1", "qa_review"), ("e2", "rebuttal")),
        ),
    ),
)
