"""A search for a person by name, which the queue does not ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient opened after it; searches that led to no record are one signal a day."""
    for row in rows:
        yield _alone(row, scoring) if row["patient"] is None else _opened(row, scoring)


def _opened(row: Row, scoring: Scoring) -> Signal:
    searches, staff = int(row["searches"]), int(row["staff"])
    return signal(
        scoring,
        {**row, "accesses": [*row["accesses"], *row["looks"]]},
        row["patient"],
        scoring.parameters["opened_weight"] + staff * scoring.parameters["staff_more_weight"],
        {"searches": searches, "staff_name": bool(staff)},
        f"{row['coder']} searched by a person's name {times(searches)}{_whose(staff)}, and minutes later opened the "
        f"record of patient {row['patient']}, {when(scoring, row)}.",
    )


def _alone(row: Row, scoring: Scoring) -> Signal:
    searches, staff = int(row["searches"]), int(row["staff"])
    known = scoring.parameters
    return signal(
        scoring,
        row,
        None,
        known["alone_weight"] * min(searches, known["most_alone"]) + staff * known["staff_more_weight"],
        {"searches": searches, "staff_name": bool(staff)},
        f"{row['coder']} searched by a person's name {times(searches)}{_whose(staff)}, {when(scoring, row)}, and "
        "opened no assigned record after it.",
    )


def _whose(staff: int) -> str:
    return " (a name of the staff list)" if staff else ""


DETECTOR = Detector(
    title="Search by name",
    version=2,
    citation="45 CFR 164.502(b), 164.514(d)(2)",
    flags="A coder searched for a person by name, and it led to an unassigned record or to none of their own.",
    matters="The queue leads to the record. Who searches by name looks for a person, not for work.",
    advice="Ask whom the search was for and why.",
    basis=(
        "Judged, not fitted; beyond what unassigned_access says of the record opened. Work comes with its record's "
        "number, and curiosity with a name: of improper looks perhaps half begin with a name, of unentered work "
        "one in ten (1.5). A name of the staff list makes it some three times likelier that a colleague or oneself "
        "was looked for (1.2 more). A search that led nowhere weighs 0.3, at most four on a day. What was followed "
        "by an assigned record, or names a patient of one's own open work, is not told."
    ),
    suggested="ask_coder",
    sql="""
        WITH asked AS (
          SELECT a.access, a.coder, a.person, a.zone, a.occurred_at, lower(trim(a.query)) AS asked,
                 CASE WHEN strpos(a.query, ',') > 0
                      THEN lower(trim(split_part(a.query, ',', 2)) || ' ' || trim(split_part(a.query, ',', 1)))
                      ELSE lower(trim(a.query)) END AS called
          FROM accesses AS a
          WHERE a.action = 'search' AND a.query IS NOT NULL AND NOT regexp_matches(a.query, '[0-9]')
            AND coalesce(a.outcome, 'success') <> 'denied'
        ),
        staff AS (
          SELECT q.access FROM asked AS q JOIN people AS p ON lower(p.family_name) = q.asked
          UNION
          SELECT q.access FROM asked AS q JOIN people AS p ON lower(p.given_name || ' ' || p.family_name) = q.called
        ),
        searches AS (
          SELECT q.*, CASE WHEN s.access IS NOT NULL THEN 1 ELSE 0 END AS staff
          FROM asked AS q LEFT JOIN staff AS s ON s.access = q.access
          WHERE s.access IS NOT NULL OR regexp_matches(q.asked, '^[^ ,]+[ ,]+[^ ,]+( [^ ,]+)?$')
        ),
        opened AS (
          SELECT q.access, q.coder, q.staff, q.occurred_at, u.patient, u.access AS look, u.occurred_at AS look_at
          FROM searches AS q
          JOIN unexplained_opened AS u ON u.coder = q.coder AND u.action <> 'search' AND u.occurred_at >= q.occurred_at
           AND u.occurred_at <= q.occurred_at + {follow_minutes} * INTERVAL 1 MINUTE
        ),
        proper AS (
          SELECT q.access
          FROM searches AS q
          JOIN pairs AS p ON p.coder = q.coder
           AND ((p.first_at >= q.occurred_at AND p.first_at <= q.occurred_at + {follow_minutes} * INTERVAL 1 MINUTE)
             OR (p.last_at >= q.occurred_at AND p.last_at <= q.occurred_at + {follow_minutes} * INTERVAL 1 MINUTE))
          JOIN stretches AS s ON s.person = p.person AND s.patient = p.patient AND s.begins <= p.last_at
           AND s.ends >= p.first_at
          UNION
          SELECT q.access
          FROM searches AS q
          JOIN patients AS n ON lower(n.given_name || ' ' || n.family_name) = q.called
          JOIN assignments AS s ON s.coder = q.person AND s.patient = n.patient AND s.assigned_at <= q.occurred_at
           AND (s.ended_at >= q.occurred_at OR (s.ended_at IS NULL AND s.outcome IS NULL))
        )
        SELECT o.coder, o.patient, count(DISTINCT o.access) AS searches, max(o.staff) AS staff,
               min(o.occurred_at) AS first_at, max(o.look_at) AS last_at, array_agg(o.access) AS accesses,
               array_agg(o.look) AS looks
        FROM opened AS o
        GROUP BY o.coder, o.patient
        UNION ALL
        SELECT d.coder, CAST(NULL AS VARCHAR) AS patient, count(*) AS searches, max(d.staff) AS staff,
               min(d.occurred_at) AS first_at, max(d.occurred_at) AS last_at, array_agg(d.access) AS accesses,
               array_agg(d.access) AS looks
        FROM (
          SELECT q.*, CAST(q.occurred_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
          FROM searches AS q
          JOIN offsets AS o ON o.zone = q.zone AND o.begins <= q.occurred_at AND q.occurred_at < o.ends
          WHERE NOT EXISTS (SELECT 1 FROM opened AS n WHERE n.access = q.access)
            AND NOT EXISTS (SELECT 1 FROM proper AS r WHERE r.access = q.access)
        ) AS d
        GROUP BY d.coder, d.day
    """,
    score=score,
    parameters={
        "follow_minutes": 5,
        "opened_weight": 1.5,
        "staff_more_weight": 1.2,
        "alone_weight": 0.3,
        "most_alone": 4,
    },
    examples=(
        Example(
            "A name searched, an unassigned record opened; a colleague's name searched, nothing opened",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,query\n"
                'e1,2026-05-04T09:00:00,ana,search,,"Rivera, Sol"\n'
                "e2,2026-05-04T09:00:40,ana,open,P9,\n"
                "e3,2026-05-04T09:30:00,ben,search,,vance\n",
                "workforce": "person,logins,role,started_on,family_name,given_name\n"
                "ana,ana,coder,2020-01-01,Vance,Ana\nben,ben,coder,2020-01-01,Ott,Ben\n",
            },
            expect=(("ana", "P9"), ("ben", None)),
        ),
        Example(
            "Searched by number; by the name of an assigned patient; and an assigned record opened after it",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,query\n"
                "e1,2026-05-04T09:00:00,ana,search,,MRN 0012345\n"
                "e2,2026-05-04T09:00:40,ana,open,P9,\n"
                "e3,2026-05-04T10:00:00,ana,search,,Sol Rivera\n"
                "e4,2026-05-04T11:00:00,ben,search,,Kim Lee\n"
                "e5,2026-05-04T11:00:30,ben,open,P2,\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T08:00:00,\n"
                "A2,P2,ben,initial,2026-05-04T08:00:00,\n",
                "patients": "patient,family_name,given_name\nP1,Rivera,Sol\n",
            },
            expect=(),
        ),
    ),
)
