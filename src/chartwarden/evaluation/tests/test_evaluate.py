from __future__ import annotations

import json
from pathlib import Path

import pytest

from chartwarden.demo.contracts import Known, Truth
from chartwarden.demo.truth import write_truth
from chartwarden.evaluation.contracts import Evaluation, Raised
from chartwarden.evaluation.evaluate import evaluate
from chartwarden.evaluation.rendering import to_markdown, to_text
from chartwarden.kernel.errors import InputRefused


def known(kind: str, coder: str, patient: str | None, *events: str) -> Known:
    return Known(kind, "one look", coder, patient, "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", events)


TRUTH = Truth(
    seed=1,
    coder_weeks=10,
    violations=(
        known("colleague", "W1", "P1", "E1", "E2"),
        known("colleague", "W2", "P2", "E3"),
        known("shared_login", "W3", None, "E4", "E5", "E6", "E7"),
    ),
    hard_negatives=(known("mis_click", "W1", "P9", "E9"), known("ticket", "W1", "P8", "E8")),
    under_assignment=frozenset({"E5", "E6"}),
    no_record=frozenset({"E7"}),
)


def case(rank: int, coder: str, patient: str | None, *events: str) -> dict[str, object]:
    return {
        "case": f"c{rank}", "rank": rank, "score": 10.0 - rank, "coder": coder, "patient": patient,
        "from": "2026-03-02T10:00:00+00:00", "to": "2026-03-02T11:00:00", "accesses": len(events),
        "events": list(events), "signals": [], "narrative": "", "suggested": "ask_supervisor",
    }  # fmt: skip


CASES = [
    case(3, "W3", "P5", "E4"),
    case(1, "W1", "P1", "E2"),
    case(2, "W1", "P9", "E9"),
    case(4, "W1", "P8", "E8"),
    case(5, "W2", "P2", "E3"),
]


def judged(folder: Path, unexplained: int = 14) -> Evaluation:
    totals = {"accesses": 1006, "explained": 1006 - unexplained, "unexplained": unexplained}
    held = {"schema": "chartwarden.findings/1", "totals": totals, "cases": CASES}
    (folder / "findings.json").write_text(json.dumps(held))
    write_truth(folder / "truth.json", TRUTH)
    return evaluate(folder / "findings.json", folder / "truth.json")


def test_the_figures_of_a_small_example(tmp_path: Path) -> None:
    result = judged(tmp_path)
    ranking = result.ranking
    assert (result.planted, result.coder_weeks, ranking.cases, ranking.false_cases) == (3, 10, 5, 2)
    assert ranking.recall[0.1].value == pytest.approx(2 / 3)  # one false case allowed: cases 1 to 3
    assert ranking.recall[1.0].value == 1.0
    assert ranking.r_precision.value == pytest.approx(2 / 3)
    assert ranking.precision[25].value == 3 / 25


def test_recall_by_kind(tmp_path: Path) -> None:
    kinds = {kind.kind: kind for kind in judged(tmp_path).kinds}
    assert {name: kind.planted for name, kind in kinds.items()} == {"colleague": 2, "shared_login": 1}
    assert kinds["colleague"].recall[0.1].value == 0.5
    assert kinds["shared_login"].recall[0.1].value == 1.0


def test_hard_negatives_that_became_cases_are_counted(tmp_path: Path) -> None:
    assert judged(tmp_path).hard_negatives == (Raised("mis_click", 1, 1), Raised("ticket", 1, 1))


@pytest.mark.parametrize(("unexplained", "share"), [(4, 1.0), (14, 0.99), (2, 1.0), (1006, 0.0)])
def test_proper_accesses_explained(tmp_path: Path, unexplained: int, share: float) -> None:
    """1000 proper accesses; of 6 improper ones 2 lie under an assignment, so 4 are rightly unexplained."""
    assert judged(tmp_path, unexplained).proper_explained == pytest.approx(share, abs=0.003)


def test_both_renderings_say_synthetic_and_hold_the_figures(tmp_path: Path) -> None:
    result = judged(tmp_path)
    text, markdown = to_text(result), to_markdown(result)
    for rendered in (text, markdown):
        assert "ynthetic" in rendered.splitlines()[0]
        assert "0.67 (" in rendered
        assert "shared_login" in rendered
        assert "proper accesses explained 99.00 %" in rendered
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {8, 5, 4}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("no json", "JSONDecodeError"),
        ('{"schema": "chartwarden.findings/9"}', "findings/9"),
        ('{"schema": "chartwarden.findings/1"}', "KeyError"),
        ("[]", "TypeError"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, found: str) -> None:
    write_truth(tmp_path / "truth.json", TRUTH)
    (tmp_path / "findings.json").write_text(content)
    with pytest.raises(InputRefused, match=found):
        evaluate(tmp_path / "findings.json", tmp_path / "truth.json")
