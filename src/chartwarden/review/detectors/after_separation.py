"""A login used after its person's engagement had ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import count, moment


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder; refused attempts, and rows that trail the end by minutes, weigh less."""
    for row in rows:
        used, denied = int(row["used"]), int(row["denied"])
        trailing = row["last_at"] - row["ended_at"] <= timedelta(minutes=scoring.clinic.grace_minutes)
        refused = f"; the EHR refused {denied:,} of them" if denied else ""
        yield signal(
            scoring,
            row,
            None,
            _weight(used, denied, trailing, scoring),
            {"accesses": used, "denied": denied, "patients": int(row["patients"])},
            f"The engagement of {row['coder']} ended {moment(row['ended_at'], scoring.zone_of(row['coder']))}; "
            f"the login was used after it, {when(scoring, row)}: {count(used, 'access')} to records of "
            f"{count(int(row['patients']), 'patient')}{refused}.",
            "All of it was within minutes of the end, as when the last work is closed." if trailing else "",
        )


def _weight(used: int, denied: int, trailing: bool, scoring: Scoring) -> float:
    if denied == used:
        return scoring.parameters["denied_weight"]
    return scoring.parameters["trailing_weight" if trailing else "weight"]


DETECTOR = Detector(
    title="Access after separation",
    version=1,
    citation="45 CFR 164.308(a)(3)(ii)(C)",
    flags="A login was used at or after the end of its person's engagement.",
    matters="Who has left has no work here. Either the access was not revoked, or someone else uses the login.",
    advice="Have the login closed now, find out who used it, and see why it was still open.",
    basis=(
        "Judged, not fitted. After the end there is no proper access, only wrong dates in the staff list, perhaps "
        "one in a hundred leavers: odds of about 150 to one (5.0). Within the clinic's grace minutes of the end it "
        "is nearly always work being closed (0.5). Where the EHR refused every attempt, revocation worked, but "
        "someone tried (1.5)."
    ),
    suggested="check_login",
    takes_in=True,
    sql="""
        SELECT a.coder, g.ended_at, count(*) AS used, count(DISTINCT a.patient) AS patients,
               sum(CASE WHEN a.outcome = 'denied' THEN 1 ELSE 0 END) AS denied,
               min(a.occurred_at) AS first_at, max(a.occurred_at) AS last_at, array_agg(a.access) AS accesses
        FROM accesses AS a
        JOIN (
          SELECT DISTINCT p.person, p.ended_at
          FROM coder_days AS d JOIN people AS p ON p.person = d.person AND p.ended_at <= d.last_at
        ) AS g ON g.person = a.person AND g.ended_at <= a.occurred_at
        WHERE a.action <> 'logout'
        GROUP BY a.coder, g.ended_at
    """,
    score=score,
    parameters={"weight": 5.0, "trailing_weight": 0.5, "denied_weight": 1.5},
    examples=(
        Example(
            "Left on Monday at five, at work on Tuesday, on a record that was still assigned",
            feeds={
                "workforce": "person,logins,role,started_on,ended_at\nana,ana,coder,2020-01-01,2026-05-04T17:00:00\n",
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T16:59:59,ana,open,P1\n"
                "e2,2026-05-05T09:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T08:00:00,\n",
            },
            expect=(("ana", None),),
        ),
        Example(
            "The last second of the engagement, and the logout after it",
            feeds={
                "workforce": "person,logins,role,started_on,ended_at\n"
                "ana,ana,coder,2020-01-01,2026-05-04T17:00:00\nben,ben,coder,2020-01-01,\n",
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T16:59:59,ana,open,P1\n"
                "e2,2026-05-04T17:00:30,ana,logout,\n"
                "e3,2026-05-05T09:00:00,ben,open,P1\n",
            },
            expect=(),
        ),
    ),
)
