"""The bench's figures are judged by their goals, and kept in one table."""

from __future__ import annotations

import pytest

from bench.__main__ import page, reached


@pytest.mark.parametrize(
    ("figure", "goal", "verdict"),
    [(2, "≤ 2", True), (2.01, "≤ 2", False), (0.8, "≥ 0.8", True), (0.79, "≥ 0.8", False), (5, "none", None)],
)
def test_a_goal_is_reached_or_not(figure: float, goal: str, verdict: bool | None) -> None:
    assert reached(figure, goal) is verdict


def test_a_goal_in_other_words_is_an_error() -> None:
    with pytest.raises(ValueError, match="found '< 2'"):
        reached(1, "< 2")


def test_the_page_has_a_row_for_each_figure() -> None:
    kept = {"figure": 1.5, "unit": "×", "goal": "≤ 2", "reached": True, "commit": "abc", "machine": "M"}
    text = page([{**kept, "bench": "b", "name": "second"}, {**kept, "bench": "a", "name": "first"}])
    assert text.index("| a | first | 1.5 × | ≤ 2 | yes | abc | M |") < text.index("| b | second |")
