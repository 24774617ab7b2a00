"""An evaluation as text for a terminal, and as Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from chartwarden.evaluation.contracts import DEPTHS, RATES, Estimate, Evaluation, Ranking

_SYNTHETIC = "Synthetic: a demo clinic, simulated, with violations planted in it. No real person or log is in it."


def to_markdown(evaluation: Evaluation) -> str:
    """All tables of an evaluation as GitHub-flavoured Markdown."""
    blocks = [f"# Evaluation (synthetic)\n\n{_SYNTHETIC}\n\n{_facts(evaluation)}"]
    for title, header, rows in _tables(evaluation):
        blocks.append(f"## {title}\n\n{markdown_table(header, rows)}")
    return "\n\n".join(blocks) + "\n"


def to_text(evaluation: Evaluation) -> str:
    """The same for a terminal, columns aligned."""
    blocks = [f"{_SYNTHETIC}\n{_facts(evaluation)}"]
    for title, header, rows in _tables(evaluation):
        table = [header, *rows]
        widths = [max(len(row[n]) for row in table) for n in range(len(header))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
        ]
        blocks.append("\n".join([title, *lines]))
    return "\n\n".join(blocks) + "\n"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in GitHub-flavoured Markdown."""
    lines = (header, ["---"] * len(header), *rows)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def share(estimate: Estimate) -> str:
    """A share with its interval: ``0.92 (0.85–0.98)``."""
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"


def _ranking_header() -> list[str]:
    return ["", *(_rate(rate) for rate in RATES), "R-precision", *(f"precision@{depth}" for depth in DEPTHS)]


def _facts(evaluation: Evaluation) -> str:
    ranking = evaluation.ranking
    return (
        f"Seed {evaluation.seed}, {evaluation.coder_weeks} coder-weeks, {evaluation.planted} violations planted; "
        f"{ranking.cases} cases, {ranking.false_cases} of them false; "
        f"proper accesses explained {100 * evaluation.proper_explained:.2f} %. "
        "Shares with 95 % bootstrap intervals."
    )


def _tables(evaluation: Evaluation) -> list[tuple[str, list[str], list[list[str]]]]:
    rankings = [_ranking("this review", evaluation.ranking)]
    for baseline in evaluation.baselines:
        if baseline.ranking is None:
            rankings.append([baseline.name, baseline.why_not, *[""] * (len(RATES) + len(DEPTHS))])
        else:
            rankings.append(_ranking(baseline.name, baseline.ranking))
    kinds = [[kind.kind, str(kind.planted), *(share(kind.recall[rate]) for rate in RATES)] for kind in evaluation.kinds]
    raised = [[one.kind, str(one.planted), str(one.raised)] for one in evaluation.hard_negatives]
    return [
        ("How well the cases are ranked", _ranking_header(), rankings),
        ("By kind of violation", ["kind", "planted", *(_rate(rate) for rate in RATES)], kinds),
        (
            "Proper accesses that look improper",
            ["kind", "in the log", "made a case, at 1 false case a coder-week"],
            raised,
        ),
    ]


def _rate(rate: float) -> str:
    return f"recall at {rate:g} false cases a coder-week"


def _ranking(name: str, ranking: Ranking) -> list[str]:
    return [
        name,
        *(share(ranking.recall[rate]) for rate in RATES),
        share(ranking.r_precision),
        *(share(ranking.precision[depth]) for depth in DEPTHS),
    ]
