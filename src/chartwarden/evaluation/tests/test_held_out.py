from __future__ import annotations

import json
from pathlib import Path

import pytest

from chartwarden.demo.truth import read_truth, truth_path
from chartwarden.evaluation.detection_page import detection_page
from chartwarden.evaluation.held_out import SEEDS, HeldOut, mean, run_held_out, summarise


def all_knowing(feeds: Path, out: Path) -> Path:
    """A review that peeks at the truth: every second violation is a case, and so is one thing that was in order."""
    truth = read_truth(truth_path(feeds))
    improper = [known for known in truth.violations if known.begins][::2]
    proper = next(known for known in truth.hard_negatives if known.kind == "mis_click")
    cases = [
        {
            "rank": rank, "coder": known.coder, "patient": known.patient, "from": known.begins, "to": known.ends,
            "events": list(known.events),
        }
        for rank, known in enumerate([proper, *improper], 1)
    ]  # fmt: skip
    missed = len(truth.improper - truth.under_assignment - truth.no_record)
    totals = {"accesses": 60_000, "explained": 60_000 - missed, "unexplained": missed}
    out.mkdir()
    found = out / "findings.json"
    found.write_text(json.dumps({"schema": "chartwarden.findings/1", "totals": totals, "cases": cases}))
    return found


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> HeldOut:
    return run_held_out(all_knowing, tmp_path_factory.mktemp("held-out"), seeds=(1, 2))


def test_the_seeds_kept_back() -> None:
    assert tuple(range(9001, 9021)) == SEEDS


def test_every_seed_is_judged_whole_and_with_gaps(held_out: HeldOut) -> None:
    assert [one.seed for one in held_out.whole] == [1, 2]
    assert [one.seed for one in held_out.with_gaps] == [1, 2]
    assert all(one.baselines for one in held_out.whole)
    assert not any(one.baselines for one in held_out.with_gaps)


def test_the_summary_is_the_mean_over_seeds(held_out: HeldOut) -> None:
    summary = summarise(held_out)
    values = [one.ranking.r_precision.value for one in held_out.whole]
    assert summary.rankings["this review"]["R-precision"].value == pytest.approx(sum(values) / 2)
    assert summary.proper_explained.value == 1.0
    assert sum(kind.planted for kind in summary.kinds) == sum(one.planted for one in held_out.whole)
    mis_clicks = next(one for one in summary.hard_negatives if one.kind == "mis_click")
    assert mis_clicks.raised == 2


def test_the_page_is_headed_synthetic_and_has_every_table(held_out: HeldOut) -> None:
    page = detection_page(held_out)
    assert page.splitlines()[0] == "# How well violations are found (synthetic)"
    assert "Seeds 1, 2:" in page
    for words in (
        "| this review |",
        "| four plain rules |",
        "| slow_creep |",
        "| mis_click |",
        "5% of the assignments",
    ):
        assert words in page


def test_a_mean_has_an_interval_around_it() -> None:
    one = mean([0.8, 0.9, 1.0, 0.9])
    assert one.value == pytest.approx(0.9)
    assert 0.8 <= one.low < one.value < one.high <= 1.0
