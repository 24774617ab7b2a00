"""What the explanations by kind of work share: one assignment's stretch, and its boundaries to the second."""

from chartwarden.review.contracts import Example


def assigned_as(kind: str) -> str:
    """SQL of the stretches in which an assignment of this kind was open; without an end it still is.

    One with an outcome and no end contradicts itself: it is over, but nobody knows since when. It explains nothing.
    """
    return f"""
        SELECT s.coder AS person, s.patient, s.assigned_at AS begins,
               coalesce(s.ended_at, TIMESTAMP '9999-12-31 00:00:00') AS ends, s.assignment AS reference
        FROM assignments AS s WHERE s.kind = '{kind}' AND NOT (s.ended_at IS NULL AND s.outcome IS NOT NULL)
    """


def boundaries(explanation: str, kind: str) -> Example:
    """The first and the last second are in; a second earlier or later another explanation has to do; ben has none."""
    return Example(
        "The first and the last second are in; another's work explains nothing",
        feeds={
            "accesses": "event,occurred_at,actor,action,patient\n"
            "e1,2026-05-04T08:59:59,ana,open,P1\n"
            "e2,2026-05-04T09:00:00,ana,view,P1\n"
            "e3,2026-05-04T10:00:00,ana,view,P1\n"
            "e4,2026-05-04T10:00:01,ana,view,P1\n"
            "e5,2026-05-04T09:30:00,ben,open,P1\n",
            "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
            f"A1,P1,ana,{kind},2026-05-04T09:00:00,2026-05-04T10:00:00\n",
        },
        expect=(
            ("e1", "entered_late"),
            ("e2", explanation),
            ("e3", explanation),
            ("e4", "grace_after_end"),
            ("e5", None),
        ),
    )
