"""A login that no workforce row knows opened records."""

import re
from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal
from chartwarden.review.wording import count, stretch

SERVICE = re.compile(
    r"(?:^|[^a-z])(?:svc|service|srv|system|sys|batch|job|interface|hl7|fhir|api|bot|daemon|sync)(?:[^a-z]|$)"
)
SERVICE_AGAINST = "The name reads like a program's account; if it is one, register it and say what it does."


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per login; a name like a program's account weighs less."""
    for row in rows:
        service = bool(SERVICE.search(row["coder"].casefold()))
        accesses, patients = int(row["held"]), int(row["patients"])
        yield signal(
            scoring,
            {**row, "accesses": row["accesses"] or ()},
            None,
            scoring.parameters["service_weight" if service else "weight"],
            {"accesses": accesses, "patients": patients, "service_name": service},
            f"The login {row['coder']} belongs to nobody in the workforce feed: {count(accesses, 'access')}, "
            f"to records of {count(patients, 'patient')}, "
            f"{stretch(row['first_at'], row['last_at'], scoring.clinic.time_zone)}.",
            SERVICE_AGAINST if service else "",
        )


DETECTOR = Detector(
    title="Unknown login",
    version=1,
    citation="45 CFR 164.312(a)(2)(i), 164.308(a)(3)(ii)(C)",
    flags="A login that no workforce row knows opened records.",
    matters="Every login must belong to one known person; one that belongs to nobody can be used by anybody.",
    advice="Find out whose login it is; have it closed, or enter the person or the program it belongs to.",
    basis=(
        "Judged, not fitted: a login missing from the staff list is more often a list behind the facts than an "
        "intruder, but it must be cleared up before anything else about it can be (4); a program's account is seldom a "
        "person (1.5)."
    ),
    suggested="check_login",
    takes_in=True,
    sql="""
        SELECT v.coder, v.held, v.first_at, v.last_at, coalesce(o.patients, 0) AS patients, o.accesses
        FROM (
          SELECT a.coder, sum(a.accesses) AS held, min(a.first_at) AS first_at, max(a.last_at) AS last_at
          FROM activity AS a WHERE a.person IS NULL GROUP BY a.coder
        ) AS v
        LEFT JOIN (
          SELECT l.coder, count(DISTINCT l.patient) AS patients, array_agg(l.access) AS accesses
          FROM loose AS l WHERE l.person IS NULL GROUP BY l.coder
        ) AS o ON o.coder = v.coder
    """,
    score=score,
    parameters={"weight": 4, "service_weight": 1.5},
    examples=(
        Example(
            "A login that nobody has, and a program's",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:00:00,jdoe9,open,P1\ne2,2026-05-04T09:01:00,svc_hl7,view,P1\n",
            },
            expect=(("jdoe9", None), ("svc_hl7", None)),
        ),
        Example(
            "Logins of people in the workforce, in scope or not",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:00:00,ana,open,P1\ne2,2026-05-04T09:01:00,sue,view,P1\n",
            },
            expect=(),
        ),
    ),
)
