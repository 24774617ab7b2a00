"""At which hours of the week somebody works: a density on a circle, where Sunday night touches Monday morning.

Source: K. V. Mardia, P. E. Jupp, Directional Statistics (2000), section 12.5 (kernel densities with the von Mises
distribution); for its use on times, C. C. Taylor, "Automatic bandwidth selection for circular density estimation",
Computational Statistics and Data Analysis 52 (2008) 3493-3500.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

HOURS = 168


def density(counts: Sequence[float], bandwidth: float) -> NDArray[np.float64]:
    """The density over the 168 hours of the week (sum 1), from counts by hour; ``bandwidth`` in hours.

    With no counts at all every hour is alike. Raises ValueError where there are not 168 counts, or one is negative.
    """
    given = np.asarray(counts, dtype=np.float64)
    if given.shape != (HOURS,) or (given < 0).any():
        raise ValueError(f"expected {HOURS} counts, none negative; found {given.shape}")
    total = float(given.sum())
    if total == 0:
        return np.full(HOURS, 1 / HOURS)
    smoothed: NDArray[np.float64] = _kernel(bandwidth) @ (given / total)
    return smoothed


def rarity(counts: Sequence[float], hours: Sequence[int], bandwidth: float, doubt: float) -> float:
    """The natural logarithm of: how much likelier these hours are at random than by the habit in ``counts``.

    ``doubt`` is the share of the habit's work that may fall at any hour; it bounds the result by -ln(doubt).
    """
    usual = density(counts, bandwidth)
    at = (1 - doubt) * float(np.mean(usual[list(hours)])) + doubt / HOURS
    return float(np.log(1 / HOURS / at))


@cache
def _kernel(bandwidth: float) -> NDArray[np.float64]:
    angle = 2 * np.pi * np.arange(HOURS) / HOURS
    concentration = (HOURS / (2 * np.pi * bandwidth)) ** 2
    weights = np.exp(concentration * (np.cos(angle) - 1))
    weights /= weights.sum()
    return np.array([np.roll(weights, shift) for shift in range(HOURS)])
