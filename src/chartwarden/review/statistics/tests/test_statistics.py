"""Known values, and what must hold of any numbers."""

from itertools import pairwise
from math import e, exp, inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chartwarden.review.statistics import benjamini_hochberg, circular, cusum, negative_binomial
from chartwarden.review.statistics.evidence import weight_of_p
from chartwarden.review.statistics.shrinkage import habit

means = st.floats(0.02, 50)
dispersions = st.floats(0, 5)


@pytest.mark.parametrize(("p", "odds"), [(0.05, 2.456), (0.01, 7.988), (0.001, 53.26)])
def test_weight_of_p_is_the_published_bound(p: float, odds: float) -> None:
    assert exp(weight_of_p(p, inf)) == pytest.approx(odds, rel=1e-3)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_smaller_p_values_never_weigh_less(values: list[float]) -> None:
    weights = [weight_of_p(p, 5) for p in sorted(values)]
    assert all(first >= second for first, second in pairwise(weights))
    assert all(0 <= weight <= 5 for weight in weights)
    assert weight_of_p(1 / e, 5) == 0


def test_weight_of_p_refuses_what_is_no_probability() -> None:
    with pytest.raises(ValueError, match=r"found 1\.5"):
        weight_of_p(1.5, 5)


# The fifteen p-values of Benjamini and Hochberg's own example (1995, section 4): at 0.05 the first four are found.
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_discoveries_of_the_published_example() -> None:
    assert benjamini_hochberg.discoveries(PUBLISHED, 0.05, 15) == [True] * 4 + [False] * 11


def test_no_tests_no_discoveries_and_zero_is_found() -> None:
    assert benjamini_hochberg.discoveries([], 0.05, 10) == []
    assert benjamini_hochberg.discoveries([0.0, 0.9], 0.05, 10) == [True, False]
    with pytest.raises(ValueError, match="at least 2 tests"):
        benjamini_hochberg.discoveries([0.1, 0.2], 0.05, 1)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(0, 1000))
def test_discoveries_agree_with_scipy_and_more_tests_find_no_more(p_values: list[float], more: int) -> None:
    adjusted = stats.false_discovery_control(p_values)
    found = benjamini_hochberg.discoveries(p_values, 0.05, len(p_values))
    clear = abs(adjusted - 0.05) > 1e-12
    assert (np.array(found) == (adjusted <= 0.05))[clear].all()
    fewer = benjamini_hochberg.discoveries(p_values, 0.05, len(p_values) + more)
    assert all(one or not other for one, other in zip(found, fewer, strict=True))


@given(st.integers(0, 60), means, dispersions)
def test_negative_binomial_agrees_with_scipy(count: int, mean: float, dispersion: float) -> None:
    if dispersion < negative_binomial.NEARLY_POISSON:
        known = stats.poisson(mean)
    else:
        known = stats.nbinom(1 / dispersion, 1 / (1 + dispersion * mean))
    assert negative_binomial.tail(count, mean, dispersion) == pytest.approx(known.sf(count - 1), rel=1e-6, abs=1e-290)
    assert negative_binomial.log_mass(count, mean, dispersion) == pytest.approx(known.logpmf(count), rel=1e-5, abs=1e-5)


def test_negative_binomial_refuses_a_mean_of_nothing() -> None:
    with pytest.raises(ValueError, match="mean > 0"):
        negative_binomial.tail(1, 0, 0.1)


def test_habit_finds_the_mean_and_dispersion_it_was_made_from() -> None:
    random = np.random.default_rng(7)
    people = []
    for mean in stats.gamma(4, scale=0.5).ppf((np.arange(300) + 0.5) / 300):
        counts, days = np.unique(random.negative_binomial(2, 2 / (2 + mean), 60), return_counts=True)
        people.append(dict(zip(counts.tolist(), days.tolist(), strict=True)))
    found = habit(people)
    assert found.mean == pytest.approx(2.0, rel=0.1)
    assert found.between == pytest.approx(1.0, rel=0.25)
    assert found.dispersion == pytest.approx(0.5, rel=0.25)


@given(st.lists(st.dictionaries(st.integers(0, 30), st.integers(1, 40), min_size=1), min_size=1, max_size=10))
def test_what_is_expected_lies_between_ones_own_mean_and_everyones(people: list[dict[int, int]]) -> None:
    known = habit(people)
    for person in people:
        days = sum(person.values())
        total = sum(count * number for count, number in person.items())
        low, high = sorted((total / days, known.mean))
        assert low - 1e-9 <= known.expected(total, days) <= high + 1e-9
    assert known.expected(0, 0) == known.mean


def test_habit_wants_a_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        habit([{}])


def test_climb_of_a_known_series() -> None:
    assert cusum.climb([-1, 2, -1, 3, -5, 1]) == cusum.Climb(4, 1, 3)
    assert cusum.climb([-1, -2]) == cusum.Climb(0.0, 0, -1)


@given(st.lists(st.integers(-5, 5), max_size=30))
def test_climb_is_the_largest_sum_of_neighbours(steps: list[int]) -> None:
    every = [sum(steps[a:b]) for a in range(len(steps)) for b in range(a + 1, len(steps) + 1)]
    found = cusum.climb(steps)
    assert found.height == max([0, *every])
    assert sum(steps[found.first : found.last + 1]) == found.height


def test_bar_grows_with_the_steps() -> None:
    assert cusum.bar(1000, 0.1) == pytest.approx(log(10_000))


@given(st.lists(st.integers(0, 20), min_size=168, max_size=168), st.floats(0.5, 6))
def test_density_sums_to_one_and_turns_with_the_week(counts: list[int], bandwidth: float) -> None:
    found = circular.density(counts, bandwidth)
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()
    turned = circular.density(counts[-24:] + counts[:-24], bandwidth)
    assert turned == pytest.approx(np.roll(found, 24), abs=1e-12)


def test_sunday_midnight_is_near_monday_morning() -> None:
    counts = [0.0] * 168
    counts[0] = 1
    found = circular.density(counts, 1.5)
    assert found[167] == pytest.approx(found[1])
    assert found[167] > 100 * found[12]


def test_rarity_of_usual_and_unusual_hours() -> None:
    office = [1.0 if hour // 24 < 5 and 9 <= hour % 24 < 17 else 0.0 for hour in range(168)]
    assert circular.rarity(office, [24 + 11], 1.5, 0.05) < -1
    assert circular.rarity(office, [6 * 24 + 3], 1.5, 0.05) == pytest.approx(-log(0.05), abs=0.01)
    assert circular.rarity([0.0] * 168, [3], 1.5, 0.05) == pytest.approx(0)


def test_density_wants_a_week() -> None:
    with pytest.raises(ValueError, match="168 counts"):
        circular.density([1.0], 1.5)
