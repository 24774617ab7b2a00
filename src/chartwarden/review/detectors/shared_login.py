"""One login at work in two places at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import count


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per login and day on which it went to and fro between places often enough."""
    known = scoring.parameters
    for row in rows:
        switches, devices, addresses = int(row["switches"]), int(row["device_switches"]), int(row["address_switches"])
        if switches < known["least_switches"]:
            continue
        if devices and addresses:
            what, weight = "devices and addresses", known["both_weight"]
        elif devices:
            what, weight = "devices", known["device_weight"]
        else:
            what, weight = "addresses", known["address_weight"]
        yield signal(
            scoring,
            {**row, "accesses": [*row["accesses"], *row["before"]]},
            None,
            weight,
            {"login": row["actor"], "switches": switches, "places": what},
            f"The login {row['actor']} was used from two {what} at once, {when(scoring, row)}: it changed "
            f"{count(switches, 'time')} between them, each time within {known['minutes']:g} minutes.",
            "One device behind several network exits shows several addresses." if what == "addresses" else "",
        )


DETECTOR = Detector(
    title="Shared login",
    version=1,
    citation="45 CFR 164.312(a)(2)(i), 164.308(a)(4)",
    flags="One login's accesses from two devices or addresses alternate within minutes.",
    matters="A login is one person's name in the log. When two use it, the log no longer says who opened a record.",
    advice="Ask the EHR administrator where the login was signed in; have its password changed.",
    basis=(
        "Judged, not fitted. A person who changes desks, or whose connection drops, changes place once; going to "
        "and fro three times within minutes takes two people, or two desks side by side: odds of about twelve to "
        "one with two devices (2.5), more when the addresses differ as well (3.5). Addresses alone also alternate "
        "behind some networks' exits (1.0)."
    ),
    suggested="check_login",
    takes_in=True,
    sql="""
        WITH seats AS (
          SELECT a.actor, CAST(a.occurred_at AS DATE) AS day, a.device, a.address,
                 min(a.occurred_at) AS first_at, max(a.occurred_at) AS last_at
          FROM accesses AS a WHERE a.device IS NOT NULL OR a.address IS NOT NULL
          GROUP BY a.actor, CAST(a.occurred_at AS DATE), a.device, a.address
        ),
        busy AS (
          SELECT DISTINCT x.actor, x.day
          FROM seats AS x JOIN seats AS y ON y.actor = x.actor AND y.day = x.day
           AND x.first_at <= y.last_at AND y.first_at <= x.last_at AND (x.device <> y.device OR x.address <> y.address)
        ),
        moves AS (
          SELECT a.access, a.coder, a.actor, a.zone, a.occurred_at, a.device, a.address,
                 lag(a.access) OVER (PARTITION BY a.actor ORDER BY a.occurred_at, a.access) AS before,
                 lag(a.occurred_at) OVER (PARTITION BY a.actor ORDER BY a.occurred_at, a.access) AS before_at,
                 lag(a.device) OVER (PARTITION BY a.actor ORDER BY a.occurred_at, a.access) AS before_device,
                 lag(a.address) OVER (PARTITION BY a.actor ORDER BY a.occurred_at, a.access) AS before_address
          FROM accesses AS a JOIN busy AS b ON b.actor = a.actor AND b.day = CAST(a.occurred_at AS DATE)
          WHERE a.device IS NOT NULL OR a.address IS NOT NULL
        )
        SELECT d.coder, d.actor, d.day, count(*) AS switches,
               sum(CASE WHEN d.device <> d.before_device THEN 1 ELSE 0 END) AS device_switches,
               sum(CASE WHEN d.address <> d.before_address THEN 1 ELSE 0 END) AS address_switches,
               min(d.before_at) AS first_at, max(d.occurred_at) AS last_at,
               array_agg(d.access) AS accesses, array_agg(d.before) AS before
        FROM (
          SELECT m.*, CAST(m.occurred_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
          FROM moves AS m JOIN offsets AS o ON o.zone = m.zone AND o.begins <= m.occurred_at AND m.occurred_at < o.ends
          WHERE m.occurred_at <= m.before_at + {minutes} * INTERVAL 1 MINUTE
            AND (m.device <> m.before_device OR m.address <> m.before_address)
        ) AS d
        GROUP BY d.coder, d.actor, d.day
    """,
    score=score,
    parameters={
        "minutes": 5,
        "least_switches": 3,
        "both_weight": 3.5,
        "device_weight": 2.5,
        "address_weight": 1.0,
    },
    examples=(
        Example(
            "One login alternates between two workstations for a quarter of an hour",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,device\n"
                "e1,2026-05-04T09:00:00,ana,open,P1,WS1\n"
                "e2,2026-05-04T09:04:00,ana,open,P2,WS2\n"
                "e3,2026-05-04T09:07:00,ana,view,P1,WS1\n"
                "e4,2026-05-04T09:11:00,ana,view,P2,WS2\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T08:00:00,\n"
                "A2,P2,ana,initial,2026-05-04T08:00:00,\n",
            },
            expect=(("ana", None),),
        ),
        Example(
            "One change of desk at noon, and a connection that dropped twice in a day",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,device,address\n"
                "e1,2026-05-04T09:00:00,ana,open,P1,WS1,10.0.0.1\n"
                "e2,2026-05-04T12:00:00,ana,view,P1,WS1,10.0.0.1\n"
                "e3,2026-05-04T12:03:00,ana,view,P1,WS2,10.0.0.2\n"
                "e4,2026-05-04T09:00:00,ben,open,P2,LT1,10.9.0.1\n"
                "e5,2026-05-04T09:04:00,ben,view,P2,LT1,10.9.0.2\n"
                "e6,2026-05-04T15:00:00,ben,view,P2,LT1,10.9.0.1\n",
            },
            expect=(),
        ),
    ),
)
