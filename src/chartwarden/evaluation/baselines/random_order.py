"""Coders and patients who met in the log, in random order: what blind spot checks find."""

from __future__ import annotations

from random import Random

from chartwarden.evaluation.baselines._feeds import Feeds, case_of, grouped, pair
from chartwarden.evaluation.contracts import Case


def cases(feeds: Feeds) -> list[Case]:
    """Every pair once, shuffled with a fixed seed."""
    pairs = sorted(grouped(feeds.seen, pair).items())
    Random(0).shuffle(pairs)  # noqa: S311 - a baseline, no secret
    return [case_of(seen, patient) for (_, patient), seen in pairs]
