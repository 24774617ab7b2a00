"""From a p-value to a weight of evidence."""

from __future__ import annotations

from math import e, log

SMALLEST = 1e-300


def weight_of_p(p: float, most: float) -> float:
    """The natural logarithm of the largest likelihood ratio that a p-value allows against its null, at most ``most``.

    The bound is 1 / (-e p ln p) for p < 1/e, and 1 above. Raises ValueError where ``p`` is no probability.
    Source: T. Sellke, M. J. Bayarri, J. O. Berger, "Calibration of p values for testing precise null hypotheses",
    The American Statistician 55 (2001) 62-71.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"expected a probability; found {p}")
    if p >= 1 / e:
        return 0.0
    p = max(p, SMALLEST)
    return min(most, -log(-e * p * log(p)))
