"""What the detectors of links share: the looks of a linked pair, and their weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from chartwarden.review.contracts import Row, Scoring, Signal
from chartwarden.review.detectors._rows import minutes, signal, when
from chartwarden.review.links.relations import MAY_BE_CHANCE
from chartwarden.review.wording import count, times

LEAST_WEIGHT = 1.0


def looks_sql(*relations: str) -> str:
    """One row per coder and patient linked so. ``reassigned``: an assignment of the pair ended by being reassigned.

    Attempts that the EHR refused are left out, unless there is nothing else: then ``refused`` is true.
    """
    listed = ", ".join(f"'{name}'" for name in relations)
    return f"""
        SELECT a.coder, a.patient, k.relation, k.probability, k.evidence, k.other, count(*) AS looks,
               sum(CASE WHEN a.explained THEN 0 ELSE 1 END) AS unexplained, min(a.occurred_at) AS first_at,
               max(a.occurred_at) AS last_at, array_agg(a.access) AS accesses, a.refused,
               coalesce(r.coder IS NOT NULL, FALSE) AS reassigned,
               coalesce(p.employer, '') = coalesce(o.employer, '') AS same_employer
        FROM links AS k
        JOIN (
          SELECT l.*, min(CASE WHEN l.denied THEN 1 ELSE 0 END) OVER (PARTITION BY l.coder, l.patient) = 1 AS refused
          FROM linked_accesses AS l
        ) AS a ON a.person = k.person AND a.patient = k.patient
        LEFT JOIN (SELECT DISTINCT s.coder, s.patient FROM assignments AS s WHERE s.outcome = 'reassigned') AS r
          ON r.coder = k.person AND r.patient = k.patient
        LEFT JOIN people AS p ON p.person = k.person
        LEFT JOIN people AS o ON o.person = k.other
        WHERE k.relation IN ({listed}) AND (a.refused OR NOT a.denied)
        GROUP BY a.coder, a.patient, a.refused, k.relation, k.probability, k.evidence, k.other, r.coder, p.employer,
                 o.employer
    """


def link_weight(probability: float, likelier: float) -> float:
    """The natural log of the likelihood ratio: ``likelier`` if the link is real, 1 if it is chance."""
    return math.log(1 + probability * (likelier - 1))


def strongest(rows: Sequence[Row]) -> list[Row]:
    """One row per coder and patient: the likeliest link, then by relation and the other's id."""
    ordered = sorted(
        rows,
        key=lambda row: (row["coder"], row["patient"], -row["probability"], row["relation"], row["other"] or ""),
    )
    best: dict[tuple[str, str], Row] = {}
    for row in ordered:
        best.setdefault((row["coder"], row["patient"]), row)
    return list(best.values())


def linked_signals(
    rows: Sequence[Row],
    scoring: Scoring,
    who: Callable[[Row], str],
    likelier: Callable[[Row], float],
    likelier_explained: float | None = None,
) -> Iterable[Signal]:
    """One signal per coder and patient. ``who`` says what the patient seems to be to the coder.

    Where the queue explains every look, ``likelier_explained`` counts in place of ``likelier``; without it assigned
    work is no signal, nor is a glance at a record that was then reassigned: that is what the coder should do. Where
    the EHR refused every attempt, nothing was seen: ``denied_weight`` counts, and nothing if the queue explains them.
    """
    for row in strongest(rows):
        if int(row["unexplained"]):
            weight = link_weight(row["probability"], likelier(row))
        elif likelier_explained is None or row["refused"] or (row["reassigned"] and _glance(row, scoring)):
            continue
        else:
            weight = link_weight(row["probability"], likelier_explained)
        if weight >= LEAST_WEIGHT:
            yield _signal(row, scoring, scoring.parameters["denied_weight"] if row["refused"] else weight, who(row))


def _signal(row: Row, scoring: Scoring, weight: float, who: str) -> Signal:
    looks, unexplained = int(row["looks"]), int(row["unexplained"])
    said = f"nothing explains {count(unexplained, 'attempt' if row['refused'] else 'look')} of {looks}"
    if not unexplained:
        said = "the queue explains each look"
    facts: dict[str, str | int | float | bool] = {
        "relation": row["relation"],
        "evidence": row["evidence"],
        "probability": row["probability"],
        "looks": looks,
        "unexplained": unexplained,
        "denied": bool(row["refused"]),
    }
    if row["other"]:
        facts |= {"colleague": row["other"], "same_employer": bool(row["same_employer"])}
    refused = bool(row["refused"])
    return signal(
        scoring,
        row,
        row["patient"],
        weight,
        facts,
        f"{row['coder']} {'tried to open' if refused else 'opened'} the record of patient {row['patient']} "
        f"{times(looks)}, {when(scoring, row)}{', and the EHR refused it' if refused else ''}; "
        f"{who} ({row['evidence']}); {said}.",
        _against(row, unexplained),
    )


def _against(row: Row, unexplained: int) -> str:
    if not unexplained:
        return "The work was assigned. It should have gone to someone else, but it was not looked for."
    if row["probability"] < MAY_BE_CHANCE:
        return f"The link may be chance: by the names and places alone it holds with {row['probability']:.0%}."
    return ""


def _glance(row: Row, scoring: Scoring) -> bool:
    known = scoring.parameters
    return bool(int(row["looks"]) <= known["glance_looks"] and minutes(row) <= known["glance_minutes"])
