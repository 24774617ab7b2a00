"""Which of many tests to believe, keeping the share of false ones among those believed."""

from __future__ import annotations

from collections.abc import Sequence


def discoveries(p_values: Sequence[float], share_false: float, tests: int) -> list[bool]:
    """For each p-value, whether it is a discovery; on average at most ``share_false`` of them are false.

    ``tests`` counts all tests made, also those whose p-values are not given because they can't be discoveries; leaving
    these out of the list only makes the procedure stricter. Raises ValueError where more are given than were made.
    Source: Y. Benjamini, Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society
    B 57 (1995) 289-300.
    """
    if tests < len(p_values):
        raise ValueError(f"expected at least {len(p_values)} tests; found {tests}")
    bar = -1.0
    for rank, p in enumerate(sorted(p_values), start=1):
        if p <= rank * share_false / tests:
            bar = p
    return [p <= bar for p in p_values]
