"""Somebody's address or telephone number looked up, and nothing that a coder codes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient."""
    for row in rows:
        looks = int(row["looks"])
        brief = (row["last_at"] - row["first_at"]).total_seconds() < 60 * scoring.parameters["brief_minutes"]
        yield signal(
            scoring,
            row,
            row["patient"],
            scoring.parameters["brief_weight" if brief else "weight"],
            {"looks": looks},
            f"{row['coder']} looked at the personal details of patient {row['patient']} {times(looks)}, "
            f"{when(scoring, row)}, and at no clinical document.",
            "Some systems show the personal details first, also after a mis-click." if brief else "",
        )


DETECTOR = Detector(
    title="Contact looked up",
    version=3,
    citation="45 CFR 164.502(b), 164.514(d)(2)",
    flags="Without an assignment, a coder saw a patient's personal details and no clinical document.",
    matters="A record is no address book: an address or telephone number is of no use for coding.",
    advice="Ask what the details were needed for; requests for contacts belong to the front desk.",
    basis=(
        "Judged, not fitted; beyond what unassigned_access says of the same accesses. Work that was merely not "
        "entered nearly always reads a clinical document; of improper looks perhaps one in six stops at the "
        "personal details, of proper ones perhaps one in thirty (1.6). Within three minutes a mis-click is as likely: "
        "many systems open on the personal details (0.7)."
    ),
    suggested="ask_coder",
    sql="""
        SELECT u.coder, u.patient, sum(CASE WHEN u.document = 'demographics' THEN 1 ELSE 0 END) AS looks,
               min(u.occurred_at) AS first_at, max(u.occurred_at) AS last_at, array_agg(u.access) AS accesses
        FROM unexplained_opened AS u
        GROUP BY u.coder, u.patient
        HAVING sum(CASE WHEN u.document = 'demographics' THEN 1 ELSE 0 END) > 0
           AND sum(CASE WHEN u.document IN ('note', 'operative', 'pathology', 'lab', 'radiology', 'discharge',
                                            'prior_authorization') THEN 1 ELSE 0 END) = 0
    """,
    score=score,
    parameters={"weight": 1.6, "brief_weight": 0.7, "brief_minutes": 3},
    examples=(
        Example(
            "Opened, personal details seen, closed",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,document\n"
                "e1,2026-05-04T09:00:00,ana,open,P9,\n"
                "e2,2026-05-04T09:00:20,ana,view,P9,demographics\n",
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "Personal details and a note; personal details of an assigned patient",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,document\n"
                "e1,2026-05-04T09:00:00,ana,view,P9,demographics\n"
                "e2,2026-05-04T09:01:00,ana,view,P9,note\n"
                "e3,2026-05-04T09:30:00,ana,view,P1,demographics\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T08:00:00,\n",
            },
            expect=(),
        ),
    ),
)
