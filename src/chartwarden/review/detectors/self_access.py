"""A coder opened their own record."""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._linked import linked_signals, looks_sql

PEOPLE = (
    "person,logins,role,started_on,family_name,given_name,birth_date,address_line,city,postal_code\n"
    "ana,ana,coder,2020-01-01,Okafor,Ana,1985-02-03,12 Main St,Springfield,62704\n"
    "ben,ben,coder,2020-01-01,Silva,Ben,1979-07-08,7 Oak Ave,Springfield,62702\n"
)


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder who opened a record that seems to be their own."""
    return linked_signals(
        rows,
        scoring,
        who=lambda row: f"the patient seems to be {row['coder']}",
        likelier=lambda _: scoring.parameters["likelier"],
        likelier_explained=scoring.parameters["likelier_explained"],
    )


DETECTOR = Detector(
    title="Own record",
    version=2,
    citation="45 CFR 164.514(d)(2), 164.524",
    flags="A coder opened a record that seems to be their own.",
    matters="A patient's right to see their own record goes by way of a request, not by way of a work login.",
    advice="Tell the coder how to request their own record; look for changes made to it.",
    basis=(
        "Judged, not fitted: about three in a hundred looks without a reason go to one's own record, where chance "
        "would bring one in 10,000: 300 times likelier, by the probability that the link is real. Assigned: 15 times. "
        "An attempt that the EHR refused shows interest, but nothing was seen: 1.0."
    ),
    suggested="ask_coder",
    needs=("patients",),
    sql=looks_sql("self"),
    score=score,
    parameters={
        "likelier": 300,
        "likelier_explained": 15,
        "glance_looks": 3,
        "glance_minutes": 3,
        "denied_weight": 1.0,
    },
    examples=(
        Example(
            "Same name and birth date, one look",
            feeds={
                "workforce": PEOPLE,
                "patients": "patient,family_name,given_name,birth_date,address_line,city,postal_code\n"
                "P9,Okafor,Ana,1985-02-03,12 Main Street,Springfield,62704\n",
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n",
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "A namesake born on another day, in another city",
            feeds={
                "workforce": PEOPLE,
                "patients": "patient,family_name,given_name,birth_date,address_line,city,postal_code\n"
                "P9,Okafor,Ana,1961-10-30,4 Elm Court,Peoria,61602\n",
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n",
            },
            expect=(),
        ),
    ),
)
