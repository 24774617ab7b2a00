from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.evaluation.contracts import DEPTHS, RATES
from chartwarden.evaluation.metrics import cut, estimate, found, precision, rank, recall

PLANTED = 4
# Hits the first violation, nothing, the second and third, nothing, the first again, the fourth.
LIST = [frozenset({0}), frozenset(), frozenset({1, 2}), frozenset(), frozenset({0}), frozenset({3})]
hit_lists = st.lists(st.frozensets(st.integers(0, 9), max_size=3), max_size=150)


@pytest.mark.parametrize(
    ("rate", "coder_weeks", "first", "share"),
    [
        (0.1, 9, 1, 0.25),  # no false case allowed
        (0.1, 10, 3, 0.75),  # one
        (0.1, 19, 3, 0.75),
        (0.1, 20, 6, 1.0),  # two
        (1.0, 1, 3, 0.75),
        (1.0, 50, 6, 1.0),
    ],
)
def test_recall_walks_down_until_the_false_cases_exceed_the_rate(
    rate: float, coder_weeks: int, first: int, share: float
) -> None:
    assert cut(LIST, rate, coder_weeks) == first
    assert recall(LIST, frozenset(range(PLANTED)), rate, coder_weeks).value == share


def test_a_violation_found_twice_counts_once() -> None:
    assert found([frozenset({0}), frozenset({0})], 2) == {0}


def test_recall_of_a_kind_looks_at_that_kind_only() -> None:
    assert recall(LIST, frozenset({1, 3}), 0.1, 10).value == 0.5


def test_precision_counts_cases_and_misses_what_a_short_list_lacks() -> None:
    assert precision(LIST, 2).value == 0.5
    assert precision(LIST, 6).value == pytest.approx(4 / 6)
    assert precision(LIST, 25).value == 4 / 25


def test_r_precision_is_over_as_many_cases_as_were_planted() -> None:
    ranking = rank(LIST, PLANTED, 10)
    assert ranking.r_precision.value == 0.5
    assert (ranking.cases, ranking.false_cases) == (6, 2)


def test_an_interval_is_that_of_the_binomial() -> None:
    """40 of 50: the bootstrap's 2.5 and 97.5 % points are those of Binomial(50, 0.8) over 50."""
    one = estimate(40, 50)
    assert (one.value, one.low, one.high) == (0.8, pytest.approx(0.68, abs=0.021), pytest.approx(0.9, abs=0.021))


def test_nothing_planted_and_nothing_found_is_no_error() -> None:
    ranking = rank([], 0, 10)
    assert ranking.r_precision.value == 0
    assert ranking.recall[1.0].value == 0


@given(hit_lists, st.integers(1, 200))
def test_figures_stay_within_their_bounds(hits: list[frozenset[int]], coder_weeks: int) -> None:
    ranking = rank(hits, 10, coder_weeks)
    estimates = [*ranking.recall.values(), *ranking.precision.values(), ranking.r_precision]
    for one in estimates:
        assert 0 <= one.low <= one.value <= one.high <= 1
    assert set(ranking.precision) == set(DEPTHS)
    assert ranking.recall[RATES[0]].value <= ranking.recall[RATES[1]].value


@given(hit_lists, st.sampled_from(RATES), st.integers(1, 60))
def test_the_cut_keeps_the_false_cases_within_the_rate(
    hits: list[frozenset[int]], rate: float, coder_weeks: int
) -> None:
    place = cut(hits, rate, coder_weeks)
    false = sum(not hit for hit in hits[:place])
    assert false <= rate * coder_weeks + 1e-6
    assert place == len(hits) or (not hits[place] and false + 1 > rate * coder_weeks)


@given(hit_lists)
def test_a_false_case_at_the_top_never_helps(hits: list[frozenset[int]]) -> None:
    better, worse = rank(hits, 10, 10), rank([frozenset(), *hits], 10, 10)
    assert worse.r_precision.value <= better.r_precision.value
    assert all(worse.recall[rate].value <= better.recall[rate].value for rate in RATES)
