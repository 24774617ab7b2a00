"""Days on which a coder opened far more records outside the queue than is usual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartwarden.review.contracts import Detector, Example, Row, Scoring, Signal
from chartwarden.review.detectors._daily import Daily, daily, daily_sql
from chartwarden.review.detectors._rows import joined, signal, when
from chartwarden.review.statistics.benjamini_hochberg import discoveries
from chartwarden.review.statistics.evidence import weight_of_p
from chartwarden.review.statistics.negative_binomial import tail
from chartwarden.review.wording import count

Judged = tuple[Row, float, float]

LOOKS = """
            SELECT u.access, u.coder, u.patient, u.occurred_at,
                   CAST(u.occurred_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
            FROM unexplained_opened AS u
            JOIN offsets AS o ON o.zone = u.zone AND o.begins <= u.occurred_at AND u.occurred_at < o.ends
            WHERE u.person IS NOT NULL
"""


def score(rows: Sequence[Row], scoring: Scoring) -> Iterable[Signal]:
    """One signal per run of days, worked one after the other, that are discoveries over the whole review."""
    counts = daily(rows)
    if counts is None:
        return
    judged = [_judge(row, counts) for found in counts.single.values() for row in found]
    kept = discoveries([p for _, p, _ in judged], scoring.parameters["share_false"], counts.days)
    runs: list[list[Judged]] = []
    for one, is_found in zip(judged, kept, strict=True):
        if not is_found:
            continue
        if runs and _follows(runs[-1][-1][0], one[0]):
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        yield _signal(run, scoring)


def _judge(row: Row, counts: Daily) -> Judged:
    """A day with its p-value and the count to expect, from the coder's other days and everyone's."""
    others = counts.by_coder[row["coder"]]
    total = sum(patients * days for patients, days in others.items()) - min(int(row["patients"]), counts.cut)
    expected = counts.usual.expected(total, sum(others.values()) - 1)
    return row, tail(int(row["patients"]), expected, counts.usual.dispersion), expected


def _follows(before: Row, after: Row) -> bool:
    return bool(before["coder"] == after["coder"] and before["place"] + 1 == after["place"])


def _signal(run: Sequence[Judged], scoring: Scoring) -> Signal:
    whole = joined([row for row, _, _ in run])
    patients = sum(int(row["patients"]) for row, _, _ in run)
    p = min(p for _, p, _ in run)
    expected = max(expected for _, _, expected in run)
    days = f" on {count(len(run), 'worked day')} in a row" if len(run) > 1 else ""
    return signal(
        scoring,
        whole,
        None,
        weight_of_p(p, scoring.parameters["most_weight"]),
        {"days": len(run), "patients": patients, "expected_a_day": round(expected, 2), "p": float(f"{p:.2g}")},
        f"{whole['coder']} opened {count(patients, 'record')} outside the queue{days}, {when(scoring, whole)}; "
        f"about {expected:.1f} a day are usual.",
        "If a whole batch of work was not entered in the queue, it would look the same.",
    )


DETECTOR = Detector(
    title="Volume above the queue",
    version=2,
    citation="45 CFR 164.308(a)(1)(ii)(D)",
    flags="On one day a coder opened many more different patients' records outside the queue than is usual.",
    matters="Work comes by the queue. Many records beside it on one day are a search, or a collection.",
    advice="Ask the supervisor whether a batch was given out by word of mouth; see what the records have in common.",
    basis=(
        "The number of different patients outside the queue per coder and day is a negative binomial count, its "
        "mean the coder's own, drawn towards everyone's by Buehlmann's credibility, without the day in question. "
        "Days are believed by Benjamini and Hochberg's rule at a share of false ones of 0.05 over all coder-days "
        "of the review. The weight is the largest log likelihood ratio that the p-value allows (Sellke, Bayarri, "
        "Berger 2001), at most 5.0, since the model is not exact that far out. Fewer than five patients are left "
        "to the other detectors: so few are found by links, not by volume."
    ),
    suggested="ask_supervisor",
    takes_in=True,
    sql=daily_sql(LOOKS, "f.patients >= {least_patients}"),
    score=score,
    parameters={"least_patients": 5, "share_false": 0.05, "most_weight": 5.0},
    examples=(
        Example(
            "Twelve patients outside the queue on one day, after two quiet weeks",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                + "".join(f"q{day},2026-05-{day:02}T09:00:00,ana,open,P1\n" for day in range(4, 16))
                + "".join(f"b{number},2026-05-18T09:{number:02}:00,ana,open,X{number}\n" for number in range(12)),
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                "A1,P1,ana,initial,2026-05-01T08:00:00,\n",
            },
            expect=(("ana", None),),
        ),
        Example(
            "Twelve patients on one day, all assigned; and one outside the queue each day, as ever",
            feeds={
                "accesses": "event,occurred_at,actor,action,patient\n"
                + "".join(f"q{day},2026-05-{day:02}T09:00:00,ana,open,Y{day}\n" for day in range(4, 16))
                + "".join(f"b{number},2026-05-18T09:{number:02}:00,ana,open,X{number}\n" for number in range(12)),
                "assignments": "assignment,patient,coder,kind,assigned_at,ended_at\n"
                + "".join(f"A{number},X{number},ana,initial,2026-05-18T08:00:00,\n" for number in range(12)),
            },
            expect=(),
        ),
    ),
)
