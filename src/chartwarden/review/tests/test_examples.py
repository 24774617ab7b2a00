"""Every explanation's and detector's examples, through the whole review. They are also its documentation."""

from pathlib import Path

import pytest

from chartwarden.review.contracts import Example
from chartwarden.review.examples import write_example
from chartwarden.review.services import detectors, explained_events, explanations, review_folder

EXPLANATION_EXAMPLES = [
    pytest.param(name, example, id=f"{name}: {example.title}")
    for name, explanation in explanations().items()
    for example in explanation.examples
]
DETECTOR_EXAMPLES = [
    pytest.param(name, example, id=f"{name}: {example.title}")
    for name, detector in detectors().items()
    for example in detector.examples
]


@pytest.mark.parametrize(("name", "example"), DETECTOR_EXAMPLES)
def test_detector_example(name: str, example: Example, tmp_path: Path) -> None:
    write_example(example, tmp_path)
    findings = review_folder(tmp_path)
    run = next(run for run in findings.detectors if run.id == name)
    signals = [signal for case in findings.cases for signal in case.signals if signal.detector == name]
    assert run.ran, run.why_not
    assert {(signal.coder, signal.patient) for signal in signals} == set(example.expect)
    assert findings.quarantined == ()


@pytest.mark.parametrize(("name", "example"), EXPLANATION_EXAMPLES)
def test_explanation_example(name: str, example: Example, tmp_path: Path) -> None:
    write_example(example, tmp_path)
    accesses = explained_events(tmp_path)
    assert {event: accesses[event] for event, _ in example.expect} == dict(example.expect)
