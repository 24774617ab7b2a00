"""Chance with a seed: the same words give the same stream, on every machine and every Python that runs this."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import exp
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, *words: str) -> Random:
    """A stream of its own for each part of the simulation, so that a change in one leaves the others as they were."""
    return Random("/".join((str(seed), *words)))  # noqa: S311 - a simulation, no secret


def poisson(rng: Random, mean: float) -> int:
    """A Poisson count, by Knuth's product of uniforms; meant for small means."""
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


class Weighted(Generic[T]):
    """A choice in which some are likelier than others. Weights need not sum to one."""

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        self.items = items
        self.cumulative = list(accumulate(weights))

    def draw(self, rng: Random) -> T:
        """One of the items."""
        return rng.choices(self.items, cum_weights=self.cumulative)[0]
