"""The pages of an explanation and of a detector."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

from chartwarden.cli.pages.markdown import code, csv_table, facts, literal, number, page, table
from chartwarden.review.contracts import Detector, Example, Explanation
from chartwarden.review.queries import example_defaults


def explanation_page(name: str, explanation: Explanation) -> str:
    """What an explanation means, when it wins, and accesses that it does and does not explain."""
    return page(
        explanation.title,
        explanation.meaning,
        facts(
            {
                "Id": literal(name),
                "Law": explanation.citation,
                "Order": f"{explanation.order}; of several explanations of one access the lowest order wins",
            }
        ),
        _parameters(explanation.parameters, "They are filled into the SQL."),
        "## How it is found",
        code(inspect.cleandoc(explanation.sql), "sql"),
        "## Examples",
        *(_explanation_example(example) for example in explanation.examples),
    )


def detector_page(name: str, detector: Detector) -> str:
    """What a detector flags, why, what to do, where its weights come from, and when it fires and stays quiet."""
    return page(
        detector.title,
        detector.flags,
        facts(
            {
                "Id": f"{literal(name)}, version {detector.version}",
                "Law": detector.citation,
                "Needs": _needs(detector),
            }
        ),
        "## Why it matters",
        detector.matters,
        "## What to do",
        detector.advice,
        "## What the weight rests on",
        detector.basis,
        _parameters(detector.parameters, f"In clinic.toml they are set under `[thresholds.{name}]`."),
        "## How it is found",
        code(inspect.cleandoc(detector.sql), "sql"),
        "## Examples",
        *(_detector_example(example) for example in detector.examples),
    )


def _needs(detector: Detector) -> str:
    needed = [f"the {feed} feed" for feed in detector.needs]
    if detector.needs_any:
        needed.append(" or ".join(f"the {feed} feed" for feed in detector.needs_any))
    return ", ".join(needed) or "no optional feed"


def _parameters(parameters: Mapping[str, float], how: str) -> str:
    if not parameters:
        return ""
    rows = [(literal(name), number(value)) for name, value in parameters.items()]
    return "\n\n".join(["## Parameters", how, table(("parameter", "value"), rows)])


def _explanation_example(example: Example) -> str:
    rows = [(literal(event), literal(by) if by else "not explained") for event, by in example.expect]
    return "\n\n".join([*_given(example), table(("access", "explained by"), rows)])


def _detector_example(example: Example) -> str:
    if not example.expect:
        return "\n\n".join([*_given(example), "It stays quiet."])
    rows = [
        (literal(coder), literal(patient) if patient else "(a stretch of time)") for coder, patient in example.expect
    ]
    return "\n\n".join([*_given(example), "It fires:", table(("coder", "patient"), rows)])


def _given(example: Example) -> Sequence[str]:
    feeds = {name: text for name, text in example.feeds.items() if example_defaults().get(name) != text}
    parts = [f"### {example.title}"]
    for name, text in feeds.items():
        parts += [f"{name}:", csv_table(text) or "(no rows)"]
    if example.clinic:
        parts += ["clinic.toml also says:", code(example.clinic, "toml")]
    return parts
