"""One sentence: what was done. Copy this file under the name of the new detector.

The SQL finds little and aggregates it (one row a pair, a day, a session; access numbers by ``array_agg``), from the
small tables where it can: ``unexplained_opened``, ``pairs``, ``activity``, ``coder_days``. ``score`` weighs each row, purely.
"""

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._rows import signal, when
from chartwarden.review.wording import times


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per coder and patient; patient None where a stretch of time is the point."""
    for row in rows:
        edits = int(row["edits"])
        yield signal(
            scoring,
            row,
            row["patient"],
            scoring.parameters["weight"],
            {"edits": edits},  # plain values, for those who read findings.json
            f"{row['coder']} changed the record of patient {row['patient']} {times(edits)}, {when(scoring, row)}.",
            "Some coders may amend notes.",  # what speaks for the coder, or nothing
        )


DETECTOR = Detector(
    title="Record changed",  # two or three words
    version=1,  # goes up with every change of SQL, scoring or parameters
    citation="45 CFR 164.312(c)(1)",
    flags="A coder changed a record that was not theirs.",  # what it flags
    matters="Coders read; a record that looks altered can't be trusted.",  # why it matters
    advice="Compare the record with its earlier version.",  # what to do
    basis="Judged, not fitted: why each weight is what it is, as odds of improper against proper access.",
    suggested="ask_coder",
    sql="""
        SELECT u.coder, u.patient, count(*) AS edits, min(u.occurred_at) AS first_at, max(u.occurred_at) AS last_at,
               array_agg(u.access) AS accesses
        FROM unexplained_opened AS u WHERE u.action IN ('edit', 'create', 'delete')
        GROUP BY u.coder, u.patient
    """,
    score=score,
    parameters={"weight": 2.0},  # clinic.toml may override them; {weight} in the SQL would be filled in
    # Small feeds on which it fires, and the nearest thing on which it stays quiet.
    examples=(
        Example(
            "A note edited without an assignment",
            feeds={"accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,edit,P9\n"},
            expect=(("ana", "P9"),),
        ),
        Example(
            "The same record only read",
            feeds={"accesses": "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,view,P9\n"},
            expect=(),
        ),
    ),
)
