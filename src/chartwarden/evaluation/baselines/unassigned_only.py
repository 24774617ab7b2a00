"""Coders and patients with accesses that no assignment covers, most accesses first."""

from __future__ import annotations

from chartwarden.evaluation.baselines._feeds import Feeds, case_of, grouped, pair
from chartwarden.evaluation.contracts import Case


def cases(feeds: Feeds) -> list[Case]:
    """Only the queue is looked at: no kin, hours, grace or permission."""
    pairs = grouped((one for one in feeds.seen if not one.assigned), pair)
    ranked = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
    return [case_of(seen, patient) for (_, patient), seen in ranked]
