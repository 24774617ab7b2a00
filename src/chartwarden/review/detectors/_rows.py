"""What detectors share when they turn rows into signals: rows with coder, patient, first_at, last_at, accesses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chartwarden.review.contracts import Row, Scoring, Signal
from chartwarden.review.wording import stretch

Facts = Mapping[str, str | int | float | bool]
Weighed = tuple[float, Row]


def signal(
    scoring: Scoring, row: Row, patient: str | None, weight: float, facts: Facts, sentence: str, against: str = ""
) -> Signal:
    """A row as a signal: its coder, its time, its accesses; of one patient, or of a stretch where that is None."""
    return Signal(
        detector=scoring.detector,
        coder=row["coder"],
        patient=patient,
        begins=row["first_at"],
        ends=row["last_at"],
        accesses=tuple(sorted(set(row["accesses"]))),
        weight=weight,
        facts=facts,
        sentence=sentence,
        against=against,
    )


def when(scoring: Scoring, row: Row) -> str:
    """From the first to the last access of a row, in the coder's zone."""
    return stretch(row["first_at"], row["last_at"], scoring.zone_of(row["coder"]))


def minutes(row: Row) -> float:
    """Minutes from the first to the last access of a row."""
    return float((row["last_at"] - row["first_at"]).total_seconds() / 60)


def joined(rows: Sequence[Row]) -> Row:
    """Rows of one coder as one row: from the first to the last of them, with all their accesses."""
    return {
        "coder": rows[0]["coder"],
        "first_at": min(row["first_at"] for row in rows),
        "last_at": max(row["last_at"] for row in rows),
        "accesses": [number for row in rows for number in row["accesses"]],
    }


def fold(weighed: Iterable[Weighed], most: int) -> tuple[list[Weighed], list[list[Weighed]]]:
    """The ``most`` heaviest rows, and the rest by coder, so that no row is dropped where there are too many to read.

    Ties go by coder, then patient; the result does not depend on the order of the rows.
    """
    ordered = sorted(weighed, key=lambda pair: (-pair[0], pair[1]["coder"], pair[1]["patient"]))
    rest: dict[str, list[Weighed]] = {}
    for weight, row in ordered[most:]:
        rest.setdefault(row["coder"], []).append((weight, row))
    return ordered[:most], [rest[coder] for coder in sorted(rest)]
