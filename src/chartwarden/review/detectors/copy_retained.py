"""Records printed, exported, downloaded or copied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import Weighed, fold, joined, signal, when
from chartwarden.review.wording import count


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient; a day with many patients' copies is one signal of its own."""
    days: dict[tuple[str, date], list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row["coder"], row["day"], row["patient"])):
        days.setdefault((row["coder"], row["day"]), []).append(row)
    pairs: dict[tuple[str, str], list[Row]] = {}
    for found in days.values():
        if len(found) >= scoring.parameters["bulk_patients"]:
            yield _bulk(found, scoring)
            continue
        for row in found:
            pairs.setdefault((row["coder"], row["patient"]), []).append(row)
    merged = [_merge(found) for found in pairs.values()]
    own, rest = fold(((_weight(row, scoring), row) for row in merged), int(scoring.parameters["most_pairs"]))
    for weight, row in own:
        yield _pair(weight, row, scoring)
    for together in rest:
        yield _together(together, scoring)


def _merge(found: Sequence[Row]) -> Row:
    return {
        **joined(found),
        "patient": found[0]["patient"],
        **{name: sum(int(row[name]) for row in found) for name in ("copies", "prints", "after", "never")},
    }


def _weight(row: Row, scoring: Scoring) -> float:
    known = scoring.parameters
    if row["after"]:
        return known["after_weight"]
    if row["never"]:
        return known["never_weight"]
    return known["print_weight" if row["prints"] == row["copies"] else "file_weight"]


def _pair(weight: float, row: Row, scoring: Scoring) -> Signal:
    if row["after"]:
        how, against = "after that coder's work on it had ended", ""
    elif row["never"]:
        how, against = "without an assignment", ""
    else:
        how, against = "while it was assigned", "The record was assigned; a copy may have been part of the work."
    return signal(
        scoring,
        row,
        row["patient"],
        weight,
        _facts([row]),
        f"{row['coder']} made {count(row['copies'], 'copy', 'copies')} (print, export, download or copy) of the record "
        f"of patient {row['patient']} {how}, {when(scoring, row)}.",
        against,
    )


def _bulk(found: Sequence[Row], scoring: Scoring) -> Signal:
    whole, facts = joined(found), _facts(found)
    improper = facts["after_close"] + facts["not_assigned"]
    told = f"; {improper:,} of the copies were not covered by open work" if improper else ""
    return signal(
        scoring,
        whole,
        None,
        scoring.parameters["bulk_weight"] + (scoring.parameters["bulk_more_weight"] if improper else 0),
        {**facts, "patients": len(found)},
        f"{whole['coder']} made copies (print, export, download or copy) of {count(len(found), 'record')} on one day, "
        f"{when(scoring, whole)}{told}.",
        "" if improper else "All of these records were assigned at the time.",
    )


def _together(weighed: Sequence[Weighed], scoring: Scoring) -> Signal:
    found = [row for _, row in weighed]
    whole = joined(found)
    return signal(
        scoring,
        whole,
        None,
        max(weight for weight, _ in weighed),
        {**_facts(found), "patients": len(found)},
        f"{whole['coder']} made copies of {count(len(found), 'more record')}, {when(scoring, whole)}; each weighs less "
        "than those that have a case of their own.",
    )


def _facts(found: Sequence[Row]) -> dict[str, int]:
    return {
        "copies": sum(int(row["copies"]) for row in found),
        "prints": sum(int(row["prints"]) for row in found),
        "after_close": sum(int(row["after"]) for row in found),
        "not_assigned": sum(int(row["never"]) for row in found),
    }


DETECTOR = Detector(
    title="Copy retained",
    version=2,
    citation="45 CFR 164.310(d)(1), 164.502(b)",
    flags="A coder printed, exported, downloaded or copied a record.",
    matters="Copies leave the EHR's control. Printing is rare and approved; nothing is kept once work is submitted.",
    advice="Ask where the copy is and what it was for; have it shredded or deleted, and that confirmed.",
    basis=(
        "Judged, not fitted. Of a record one is working on, a print is nearly as likely for the work (0.2), a file "
        "is less often needed (0.6). Without any assignment a copy is some eight times likelier to be improper "
        "than a look (2.0); after one's own work has ended no task is left that needs it (3.0), also within the "
        "grace, which is meant for rows that trail. Ten patients' copies on one day are a collection (2.5), all "
        "the more where some were not of open work (1.5 more)."
    ),
    suggested="ask_coder",
    sql="""
        WITH copies AS (
          SELECT a.access, a.occurred_at, a.coder, a.person, a.zone, a.patient, a.action FROM accesses AS a
          WHERE a.action IN ('print', 'export', 'download', 'copy') AND a.patient IS NOT NULL
            AND coalesce(a.outcome, 'success') <> 'denied'
        ),
        work AS (
          SELECT c.access, max(s.ends) AS ends_at, max(s.ended_at) AS ended_at
          FROM copies AS c
          JOIN (
            SELECT x.coder, x.patient, x.assigned_at AS begins, x.ended_at,
                   coalesce(x.ended_at, TIMESTAMP '9999-12-31 00:00:00') AS ends
            FROM assignments AS x WHERE NOT (x.ended_at IS NULL AND x.outcome IS NOT NULL)
            UNION ALL
            SELECT t.person, t.patient, t."from", CAST(NULL AS TIMESTAMP), t."to"
            FROM tickets AS t
          ) AS s ON s.coder = c.person AND s.patient = c.patient AND s.begins <= c.occurred_at
          GROUP BY c.access
        ),
        judged_copies AS (
          SELECT c.*, CASE WHEN w.ends_at >= c.occurred_at THEN 'open' WHEN w.ended_at IS NOT NULL THEN 'after'
                           WHEN u.access IS NOT NULL THEN 'never' ELSE 'open' END AS state
          FROM copies AS c
          LEFT JOIN work AS w ON w.access = c.access
          LEFT JOIN unexplained AS u ON u.access = c.access
        )
        SELECT d.coder, d.patient, d.day, count(*) AS copies,
               sum(CASE WHEN d.action = 'print' THEN 1 ELSE 0 END) AS prints,
               sum(CASE WHEN d.state = 'after' THEN 1 ELSE 0 END) AS after,
               sum(CASE WHEN d.state = 'never' THEN 1 ELSE 0 END) AS never,
               min(d.occurred_at) AS first_at, max(d.occurred_at) AS last_at, array_agg(d.access) AS accesses
        FROM (
          SELECT j.*, CAST(j.occurred_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
          FROM judged_copies AS j
          JOIN offsets AS o ON o.zone = j.zone AND o.begins <= j.occurred_at AND j.occurred_at < o.ends
        ) AS d
        GROUP BY d.coder, d.patient, d.day
    """,
    score=score,
    parameters={
        "print_weight": 0.2,
        "file_weight": 0.6,
        "never_weight": 2.0,
        "after_weight": 3.0,
        "bulk_patients": 10,
        "bulk_weight": 2.5,
        "bulk_more_weight": 1.5,
        "most_pairs": 2000,
    },
    examples=(
        Example(
            "Exported minutes after the work was submitted, and one exported without any assignment",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,open,P1\n"
                "e2,2026-05-04T10:05:00,ana,export,P1\n"
                "e3,2026-05-04T11:00:00,ana,download,P9\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(("ana", "P1"), ("ana", "P9")),
        ),
        Example(
            "One print of an assigned record is told, at little weight; ten on a day are one case",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                "e1,2026-05-04T09:30:00,ana,print,P1\n"
                + "".join(f"b{number},2026-05-05T09:{number:02}:00,ana,print,X{number}\n" for number in range(10)),
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n"
                + "".join(f"B{number},X{number},ana,initial,2026-05-05T08:00:00,\n" for number in range(10)),
            },
            expect=(("ana", "P1"), ("ana", None)),
        ),
        Example(
            "Records only read, and an export that the EHR refused",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient,outcome\n"
                "e1,2026-05-04T09:30:00,ana,view,P1,success\n"
                "e2,2026-05-04T09:40:00,ana,export,P1,denied\n",
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-04T09:00:00,2026-05-04T10:00:00\n",
            },
            expect=(),
        ),
    ),
)
