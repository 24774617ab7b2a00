"""A coder opened the record of a neighbour without a reason."""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._linked import linked_signals, looks_sql

PEOPLE = (
    "person,logins,role,started_on,family_name,given_name,address_line,city,postal_code\n"
    "ana,ana,coder,2020-01-01,Okafor,Ana,12 Main St,Springfield,62704\n"
    "ben,ben,coder,2020-01-01,Silva,Ben,500 Tower Rd Apt 11,Springfield,62702\n"
)
PATIENT = "patient,family_name,given_name,address_line,city,postal_code\n"


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient who seem to be neighbours; assigned work on a neighbour is no signal."""
    return linked_signals(
        rows,
        scoring,
        who=lambda row: f"the patient seems to live near {row['coder']}",
        likelier=lambda _: scoring.parameters["likelier"],
    )


DETECTOR = Detector(
    title="Neighbour",
    version=2,
    citation="45 CFR 164.514(d)(2), 164.308(a)(1)(ii)(D)",
    flags="Without an assignment, a coder opened the record of someone who lives a few houses away.",
    matters="A neighbour is no business of a coder; knowing the patient is a common reason for curiosity.",
    advice="Ask the coder whether they know the patient.",
    basis=(
        "Judged, not fitted: about one in twenty looks without a reason goes to a neighbour, and about ten in 10,000 "
        "patients are neighbours: 50 times likelier than chance, by the probability that the link is real. "
        "An attempt that the EHR refused shows interest, but nothing was seen: 1.0."
    ),
    suggested="ask_coder",
    needs=("patients",),
    sql=looks_sql("neighbour"),
    score=score,
    parameters={"likelier": 50, "denied_weight": 1.0},
    examples=(
        Example(
            "Two houses down the street",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P9,Larsen,Jo,16 Main Street,Springfield,62704\n",
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n",
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "Far up the street; another street; the same tower in another unit",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P7,Larsen,Jo,912 Main St,Springfield,62704\n"
                "P8,Larsen,Kim,14 Oak Ave,Springfield,62704\n"
                "P9,Larsen,Lou,500 Tower Rd Apt 12,Springfield,62702\n",
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P7\n"
                "e2,2026-05-04T09:30:00,ana,open,P8\ne3,2026-05-04T09:00:00,ben,open,P9\n",
            },
            expect=(),
        ),
        Example(
            "A neighbour whose record was assigned",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P9,Larsen,Jo,16 Main Street,Springfield,62704\n",
                "assignments": "assignment,patient,coder,kind,assigned_at\nA1,P9,ana,initial,2026-05-04T08:00:00\n",
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n",
            },
            expect=(),
        ),
    ),
)
