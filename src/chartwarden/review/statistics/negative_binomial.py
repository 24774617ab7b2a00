"""Counts that vary more than chance alone would make them: the negative binomial, by mean and dispersion.

The variance is ``mean + dispersion * mean ** 2``; a dispersion of 0 is the Poisson distribution.
Source: J. M. Hilbe, Negative Binomial Regression, 2nd edition (2011), form NB2.
"""

from __future__ import annotations

from math import lgamma, log, log1p

from scipy import special

NEARLY_POISSON = 1e-6


def tail(count: int, mean: float, dispersion: float) -> float:
    """The probability of at least ``count``."""
    _check(count, mean, dispersion)
    if count == 0:
        return 1.0
    if dispersion < NEARLY_POISSON:
        return float(special.gammainc(count, mean))
    spread = dispersion * mean
    return float(special.betainc(count, 1 / dispersion, spread / (1 + spread)))


def log_mass(count: int, mean: float, dispersion: float) -> float:
    """The natural logarithm of the probability of exactly ``count``."""
    _check(count, mean, dispersion)
    if dispersion < NEARLY_POISSON:
        return count * log(mean) - mean - lgamma(count + 1)
    size, spread = 1 / dispersion, dispersion * mean
    ways = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
    return ways - size * log1p(spread) + count * (log(spread) - log1p(spread))


def _check(count: int, mean: float, dispersion: float) -> None:
    if count < 0 or mean <= 0 or dispersion < 0:
        raise ValueError(f"expected count >= 0, mean > 0, dispersion >= 0; found {count}, {mean}, {dispersion}")
