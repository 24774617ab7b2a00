"""A coder opened the record of someone of their family or household."""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._linked import linked_signals, looks_sql

PEOPLE = (
    "person,logins,role,started_on,family_name,given_name,address_line,city,postal_code,phone\n"
    "ana,ana,coder,2020-01-01,Okafor,Ana,12 Main St Apt 4B,Springfield,62704,217-555-0142\n"
    "ben,ben,coder,2020-01-01,Smith,Ben,500 Tower Rd Apt 11,Springfield,62702,217-555-0177\n"
)
PATIENT = "patient,family_name,given_name,address_line,city,postal_code,phone,contact_name,contact_phone\n"
ONE_LOOK = "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n"
WHO = {"household": "the patient seems to live with {coder}", "family": "the patient seems to be of {coder}'s family"}


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient who seem to be of one household or family."""
    return linked_signals(
        rows,
        scoring,
        who=lambda row: WHO[row["relation"]].format(coder=row["coder"]),
        likelier=lambda _: scoring.parameters["likelier"],
        likelier_explained=scoring.parameters["likelier_explained"],
    )


DETECTOR = Detector(
    title="Family or household",
    version=2,
    citation="45 CFR 164.514(d)(2), 164.308(a)(1)(ii)(D)",
    flags="A coder opened the record of someone who seems to be of their family or household.",
    matters="Work on a relative's record is a conflict of interest; without an assignment it is curiosity.",
    advice="Ask the coder about the patient. Where the work was assigned, reassign it, without blame.",
    basis=(
        "Judged, not fitted: about one in ten looks without a reason goes to someone close, and about one in 10,000 "
        "patients is close to a given coder: 1,000 times likelier than chance, by Splink's probability of the link. "
        "Assigned work on a relative that was not passed on is a conflict of interest, if the link is real: 15 times. "
        "A glance before it was reassigned: nothing. "
        "An attempt that the EHR refused shows interest, but nothing was seen: 1.0."
    ),
    suggested="ask_coder",
    needs=("patients",),
    sql=looks_sql("household", "family"),
    score=score,
    parameters={
        "likelier": 1000,
        "likelier_explained": 15,
        "glance_looks": 3,
        "glance_minutes": 3,
        "denied_weight": 1.0,
    },
    examples=(
        Example(
            "One look at someone of another name in the same flat",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + 'P9,Larsen,Jo,"12 Main Street, #4-B",Springfield,62704,,,\n',
                "accesses": ONE_LOOK,
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "The patient's contact is the coder, by telephone number",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P9,Larsen,Jo,80 Lake Dr,Peoria,61602,,Ana Okafor (sister),(217) 555-0142\n",
                "accesses": ONE_LOOK,
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "A rare surname in the same postal code, among two thousand patients",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT
                + "P9,Okafor,Chidi,80 Lake Dr,Springfield,62704,,,\n"
                + "".join(
                    f"Q{number},Name{number},Jo,{number} Hill Rd,Springfield,62701,,,\n" for number in range(2000)
                ),
                "accesses": ONE_LOOK,
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "An assigned relative, coded all morning: a conflict of interest",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P9,Okafor,Jo,12 Main St #4B,Springfield,62704,,,\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at,outcome\n"
                "A1,P9,ana,initial,2026-05-04T08:00:00,2026-05-04T12:00:00,submitted\n",
                "accesses": ONE_LOOK + "e2,2026-05-04T11:00:00,ana,edit,P9\n",
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "A relative rightly reassigned after one glance",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P9,Okafor,Jo,12 Main St #4B,Springfield,62704,,,\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at,outcome\n"
                "A1,P9,ana,initial,2026-05-04T08:00:00,2026-05-04T09:05:00,reassigned\n",
                "accesses": ONE_LOOK,
            },
            expect=(),
        ),
        Example(
            "A shared Smith, and a shared tower with another unit",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT
                + "P8,Smith,Kim,3 Elm Ct,Springfield,62701,,,\nP9,Larsen,Jo,500 Tower Rd Apt 12,Springfield,62702,,,\n"
                + "".join(
                    f"Q{number},{'Smith' if number % 100 == 0 else 'Name'},Jo,{number} Hill Rd,Springfield,62701,,,\n"
                    for number in range(1000)
                ),
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:00:00,ben,open,P8\ne2,2026-05-04T09:30:00,ben,open,P9\n",
            },
            expect=(),
        ),
    ),
)
