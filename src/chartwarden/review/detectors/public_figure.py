"""A coder opened the record of a public figure, or a restricted one, without a reason."""

import math
from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and flagged patient."""
    for row in rows:
        public, refused, looks = bool(row["public_figure"]), bool(row["refused"]), int(row["looks"])
        what = "a public figure" if public else "a restricted record"
        weight = math.log(scoring.parameters["likelier_public" if public else "likelier_restricted"])
        yield signal(
            scoring,
            row,
            row["patient"],
            scoring.parameters["denied_weight"] if refused else weight,
            {"flag": "public_figure" if public else "restricted", "looks": looks, "denied": refused},
            f"{row['coder']} {'tried to open' if refused else 'opened'} the record of patient {row['patient']}, {what}, "
            f"{times(looks)}, {when(scoring, row)}{', and the EHR refused it' if refused else ''}; "
            "no assignment covered it.",
        )


DETECTOR = Detector(
    title="Public figure",
    version=2,
    citation="45 CFR 164.514(d)(2), 164.308(a)(1)(ii)(D)",
    flags="Without an assignment, a coder opened the record of a public figure, or one marked restricted.",
    matters="A well-known name is the oldest reason for curiosity, and such a breach is soon public.",
    advice="Ask the coder what the work was, and keep the answer with the case.",
    basis=(
        "Judged, not fitted: about one in twenty looks without a reason goes to a public figure, where chance would "
        "bring some five in 10,000: 100 times likelier. A restricted record is guarded for many reasons: 30 times. "
        "An attempt that the EHR refused shows interest, but nothing was seen: 1.0."
    ),
    suggested="ask_coder",
    needs=("patients",),
    sql="""
        SELECT d.coder, d.patient, d.public_figure, d.refused, count(*) AS looks, min(d.occurred_at) AS first_at,
               max(d.occurred_at) AS last_at, array_agg(d.access) AS accesses
        FROM (
          SELECT u.coder, u.patient, u.access, u.occurred_at, u.outcome, f.public_figure,
                 min(CASE WHEN u.outcome = 'denied' THEN 1 ELSE 0 END) OVER (PARTITION BY u.coder, u.patient) = 1
                   AS refused
          FROM (
            SELECT p.patient, list_contains(p.flags, 'public_figure') AS public_figure FROM patients AS p
            WHERE list_contains(p.flags, 'public_figure') OR list_contains(p.flags, 'restricted')
          ) AS f
          JOIN unexplained AS u ON u.patient = f.patient
        ) AS d
        WHERE d.refused OR coalesce(d.outcome, 'success') <> 'denied'
        GROUP BY d.coder, d.patient, d.public_figure, d.refused
    """,
    score=score,
    parameters={"likelier_public": 100, "likelier_restricted": 30, "denied_weight": 1.0},
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
