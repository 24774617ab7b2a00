"""A record opened again after the coder's own work on it had ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import count, moment, times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient; coming back on several days, or long after, weighs more."""
    known = scoring.parameters
    for row in rows:
        looks, days = int(row["looks"]), int(row["days"])
        soon = days == 1 and row["last_at"] - row["closed_at"] <= timedelta(hours=known["soon_hours"])
        late = row["last_at"] - row["closed_at"] > timedelta(days=known["late_days"])
        weight = known["soon_weight"] if soon else known["weight"]
        weight += known["repeat_weight"] * min(days - 1, 3) + (known["late_weight"] if late else 0)
        on_days = f" on {count(days, 'day')}" if days > 1 else ""
        yield signal(
            scoring,
            row,
            row["patient"],
            weight,
            {"looks": looks, "days": days, "days_since_close": (row["last_at"] - row["closed_at"]).days},
            f"Work of {row['coder']} on patient {row['patient']} had ended "
            f"{moment(row['closed_at'], scoring.zone_of(row['coder']))}; "
            f"the record was opened again {times(looks)}{on_days}, {when(scoring, row)}, and nothing had reopened it.",
            "It was within hours of the end, as when one checks one's own work." if soon else "",
        )


DETECTOR = Detector(
    title="Opened again after closing",
    version=2,
    citation="45 CFR 164.308(a)(1)(ii)(D), 164.514(d)(2)",
    flags="A coder opened a record again after their own assignment had ended, and no reopened work covers it.",
    matters="A record coded before is no longer one's work; going back to it again and again is how curiosity looks.",
    advice="Ask whether an addendum, a payer edit, a denial or an audit reopened it, and have that entered.",
    basis=(
        "Judged, not fitted; beyond what unassigned_access says of the same accesses. Coming back within eight "
        "hours is as likely a check of one's own work as curiosity (0.0); later it is somewhat likelier without a "
        "reason (0.4). Each further day, up to three, weighs 0.6, more than 30 days after the end 0.4: reopened "
        "work is entered, and memory of the work has faded."
    ),
    suggested="ask_coder",
    plain=True,
    sql="""
        SELECT d.coder, d.patient, count(*) AS looks, count(DISTINCT d.day) AS days, min(d.closed_at) AS closed_at,
               min(d.occurred_at) AS first_at, max(d.occurred_at) AS last_at, array_agg(d.access) AS accesses
        FROM (
          SELECT c.access, c.coder, c.patient, c.occurred_at, c.closed_at,
                 CAST(c.occurred_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
          FROM (
            SELECT u.access, u.coder, u.patient, u.zone, u.occurred_at, max(s.ended_at) AS closed_at
            FROM unexplained_opened AS u
            JOIN assignments AS s ON s.coder = u.person AND s.patient = u.patient AND s.ended_at < u.occurred_at
            GROUP BY u.access, u.coder, u.patient, u.zone, u.occurred_at
          ) AS c
          JOIN offsets AS o ON o.zone = c.zone AND o.begins <= c.occurred_at AND c.occurred_at < o.ends
        ) AS d
        GROUP BY d.coder, d.patient
    """,
    score=score,
    parameters={
        "soon_hours": 8,
        "soon_weight": 0.0,
        "weight": 0.4,
        "repeat_weight": 0.6,
        "late_days": 30,
        "late_weight": 0.4,
    },
    examples=(
        Example(
            "Coded in May, opened again on three days",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,open,P1\n"
                "e2,2026-05-06T09:00:00,ana,open,P1\n"
                "e3,2026-05-08T09:00:00,ana,open,P1\n"
                "e4,2026-06-12T09:00:00,ana,view,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(("ana", "P1"),),
        ),
        Example(
            "Reopened for an addendum, and a log row that trails within the grace",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T10:14:00,ana,view,P1\n"
                "e2,2026-05-06T09:00:00,ana,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                "A2,P1,ana,addendum,2026-05-06T08:00:00,2026-05-06T12:00:00\n",
            },
            expect=(),
        ),
        Example(
            "Another coder's work had ended: not one's own",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-06T09:00:00,ben,open,P1\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(),
        ),
    ),
)
