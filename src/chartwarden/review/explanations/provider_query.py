"""Work that waits for a provider's answer, and is taken up again with it."""

from chartwarden.review.contracts import Example, Explanation
from chartwarden.review.explanations._of_kind import assigned_as, boundaries

EXPLANATION = Explanation(
    title="Provider query",
    citation="45 CFR 164.501 (payment, 2(iii)), 164.514(d)(5)",
    meaning="The coder had asked the provider a question, and the record was theirs again to read the answer.",
    order=21,
    sql=assigned_as("provider_query"),
    examples=(
        boundaries("provider_query", "provider_query"),
        Example(
            "The answer comes three days later; nothing covers the days between",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,open,P1\n"
                "e2,2026-05-05T09:00:00,ana,open,P1\n"
                "e3,2026-05-07T09:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A2,P1,ana,provider_query,2026-05-07T08:00:00,2026-05-07T12:00:00\n",
            },
            expect=(("e1", "assignment_open"), ("e2", None), ("e3", "provider_query")),
        ),
    ),
)
