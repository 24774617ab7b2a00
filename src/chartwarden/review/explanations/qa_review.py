"""A finished record under quality review, which has its own assignment, apart from the coder's."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as, boundaries

EXPLANATION = Explanation(
    title="Quality review",
    citation="45 CFR 164.501 (health care operations, 1 and 4), 164.514(d)(5)",
    meaning="A finished record was given to this person for quality review of its codes.",
    order=20,
    sql=assigned_as("qa_review"),
    examples=(
        boundaries("qa_review", "qa_review"),
        Example(
            "Ben reviews what ana coded; ana's own look, an hour after she was done, is not covered by his review",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,open,P1\n"
                "e2,2026-05-05T09:00:00,ben,open,P1\n"
                "e3,2026-05-05T09:10:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A2,P1,ben,qa_review,2026-05-05T08:00:00,2026-05-05T12:00:00\n",
            },
            expect=(("e1", "assignment_open"), ("e2", "qa_review"), ("e3", None)),
        ),
    ),
)
