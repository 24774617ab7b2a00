"""One sentence: why such an access is in order. Copy this file under the name of the new explanation.

``order`` decides where several explain one access; the lowest wins. What was written down for the work goes first
(10 first coding, 20 to 26 other work, 30 tickets), what is only allowed for goes last (40 grace, 50 late entry).
"""

from chartwarden.review.contracts import Example, Explanation

EXPLANATION = Explanation(
    title="Ticket approved by sue",  # two or three words
    citation="45 CFR 164.308(a)(4)(ii)(B)",  # the rule under which it is in order
    meaning="Sue permitted this person to open this record at that time.",  # why, for a reader of the report
    order=31,
    # Stretches of time, both ends included: person, patient, begins, ends (UTC), reference (what it rests on).
    sql="""
        SELECT t.person, t.patient, t."from" AS begins, t."to" AS ends, t.reason AS reference
        FROM tickets AS t WHERE t.approved_by = 'sue'
    """,
    # Small feeds, and what explains each event: first second in, last second in, first second out, someone else.
    examples=(
        Example(
            "The last second is in, the next is not",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T11:00:00,ana,view,P1\n"
                "e2,2026-05-04T11:00:01,ana,view,P1\n",
                "tickets": "person,patient,from,to,reason,approved_by\n"
                "ana,P1,2026-05-04T09:00:00,2026-05-04T11:00:00,claim lost in transfer,sue\n",
            },
            expect=(("e1", "_template"), ("e2", None)),
        ),
    ),
)
