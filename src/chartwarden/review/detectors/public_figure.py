"""A coder opened the record of a public figure, or a restricted one, without a reason."""

import math
from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.wording import stretch, times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and flagged patient."""
    for row in rows:
        public, looks = bool(row["public_figure"]), int(row["looks"])
        what = "a public figure" if public else "a restricted record"
        yield Signal(
            detector=scoring.detector,
            coder=row["coder"],
            patient=row["patient"],
            begins=row["first_at"],
            ends=row["last_at"],
            accesses=tuple(sorted(row["accesses"])),
            weight=math.log(scoring.parameters["likelier_public" if public else "likelier_restricted"]),
            facts={"flag": "public_figure" if public else "restricted", "looks": looks},
            sentence=(
                f"{row['coder']} opened the record of patient {row['patient']}, {what}, {times(looks)}, "
                f"{stretch(row['first_at'], row['last_at'], scoring.zone_of(row['coder']))}; no assignment covered it."
            ),
        )


DETECTOR = Detector(
    title="Public figure",
    version=1,
    citation="45 CFR 164.514(d)(2), 164.308(a)(1)(ii)(D)",
    flags="Without an assignment, a coder opened the record of a public figure, or one marked restricted.",
    matters="A well-known name is the oldest reason for curiosity, and such a breach is soon public.",
    advice="Ask the coder what the work was, and keep the answer with the case.",
    basis=(
        "Judged, not fitted: about one in twenty looks without a reason goes to a public figure, where chance would "
        "bring some five in 10,000: 100 times likelier. A restricted record is guarded for many reasons: 30 times."
    ),
    suggested="ask_coder",
    needs=("patients",),
    sql="""
        SELECT u.coder, u.patient, f.public_figure, count(*) AS looks, min(u.occurred_at) AS first_at,
               max(u.occurred_at) AS last_at, array_agg(u.access) AS accesses
        FROM (
          SELECT p.patient, list_contains(p.flags, 'public_figure') AS public_figure FROM patients AS p
          WHERE list_contains(p.flags, 'public_figure') OR list_contains(p.flags, 'restricted')
        ) AS f
        JOIN unexplained AS u ON u.patient = f.patient
        GROUP BY u.coder, u.patient, f.public_figure
    """,
    score=score,
    parameters={"likelier_public": 100, "likelier_restricted": 30},
    examples=(
        Example(
            "One look at a public figure's record",
            feeds={
                "patients": "patient,flags\nP8,\nP9,public_figure;restricted\n",
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n",
            },
            expect=(("ana", "P9"),),
        ),
        Example(
            "The public figure's record was assigned; the other record is nobody's",
            feeds={
                "patients": "patient,flags\nP8,\nP9,public_figure\n",
                "assignments": "assignment,patient,coder,kind,assigned_at\nA1,P9,ana,initial,2026-05-04T08:00:00\n",
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P9\n"
                "e2,2026-05-04T09:30:00,ana,open,P8\n",
            },
            expect=(),
        ),
    ),
)
