"""A record in the sample of an internal or a payer's audit."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as, boundaries

EXPLANATION = Explanation(
    title="Audit",
    citation="45 CFR 164.501 (health care operations, 4), 164.514(d)(5)",
    meaning="The record was in an audit's sample, and was reopened for this person to check its codes.",
    order=25,
    sql=assigned_as("audit"),
    examples=(
        boundaries("audit", "audit"),
        Example(
            "The record in the sample is covered; the one beside it is not",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-12T09:00:00,ana,open,P1\n"
                "e2,2026-05-12T09:20:00,ana,open,P2\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,audit,2026-05-12T08:00:00,2026-05-12T12:00:00\n",
            },
            expect=(("e1", "audit"), ("e2", None)),
        ),
    ),
)
