"""A coder opened a colleague's record without a reason."""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._linked import linked_signals, looks_sql

PEOPLE = (
    "person,logins,role,started_on,family_name,given_name,birth_date,address_line,city,postal_code\n"
    "ana,ana,coder,2020-01-01,Okafor,Ana,1985-02-03,12 Main St,Springfield,62704\n"
    "nia,nia,nurse,2020-01-01,Larsen,Nia,1990-04-05,80 Lake Dr,Springfield,62702\n"
)
PATIENT = "patient,family_name,given_name,birth_date,address_line,city,postal_code\n"
ONE_LOOK = "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n"


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient who seems to be a colleague; assigned work on a colleague is no signal."""
    return linked_signals(
        rows,
        scoring,
        who=lambda row: f"the patient seems to be a member of the workforce, {row['other']}",
        likelier=lambda row: scoring.parameters["likelier" if row["same_employer"] else "likelier_elsewhere"],
    )


DETECTOR = Detector(
    title="Colleague",
    version=2,
    citation="45 CFR 164.514(d)(2), 164.308(a)(1)(ii)(D)",
    flags="Without an assignment, a coder opened the record of a member of the workforce.",
    matters="Staff who are patients have everyone's right to privacy; colleagues are a common target of curiosity.",
    advice="Ask the coder what the work was; the colleague has a right to know where it was none.",
    basis=(
        "Judged, not fitted: about one in ten looks without a reason goes to a colleague, and some ten in 10,000 "
        "patients are colleagues whom a coder knows: 100 times likelier than chance; 40 where the employers differ. "
        "An attempt that the EHR refused shows interest, but nothing was seen: 1.0."
    ),
    suggested="ask_coder",
    needs=("patients",),
    sql=looks_sql("colleague"),
    score=score,
    parameters={
        "likelier": 100,
        "likelier_elsewhere": 40,
        "denied_weight": 1.0,
    },
    examples=(
        Example(
            "One look at a nurse's record, by name and birth date",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P9,Larsen,Nia,1990-04-05,80 Lake Drive,Springfield,62702\n",
                "accesses": ONE_LOOK,
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "The nurse's record was assigned; a namesake of the nurse was not",
            feeds={
                "workforce": PEOPLE,
                "patients": PATIENT + "P8,Larsen,Nia,1951-01-01,3 Elm Ct,Peoria,61602\n"
                "P9,Larsen,Nia,1990-04-05,80 Lake Drive,Springfield,62702\n",
                "assignments": "assignment,patient,coder,kind,assigned_at\nA1,P9,ana,initial,2026-05-04T08:00:00\n",
                "accesses": ONE_LOOK + "e2,2026-05-04T09:30:00,ana,open,P8\n",
            },
            expect=(),
        ),
    ),
)
