"""Coders and patients by how odd their accesses are together, with no rule at all: an isolation forest.

Liu, Ting and Zhou, "Isolation forest", ICDM 2008; scikit-learn's implementation, extra ``evaluation``.
"""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from chartwarden.evaluation.baselines._feeds import Feeds, Seen, case_of, grouped, pair
from chartwarden.evaluation.contracts import Case

_COPIES = ("print", "export", "download", "copy")


def cases(feeds: Feeds) -> list[Case] | str:
    """Every pair, the oddest first; or why it was not run."""
    if find_spec("sklearn") is None:
        return "not run: install chartwarden[evaluation]"
    from sklearn.ensemble import IsolationForest

    pairs = sorted(grouped(feeds.seen, pair).items())
    table = np.array([_features(seen) for _, seen in pairs], dtype=float)
    scores = IsolationForest(random_state=0).fit(table).score_samples(table)
    return [case_of(pairs[place][1], pairs[place][0][1]) for place in np.argsort(scores, kind="stable")]


def _features(seen: list[Seen]) -> tuple[float, ...]:
    hours = [one.local.hour + one.local.minute / 60 for one in seen]
    return (
        len(seen),
        sum(not one.assigned for one in seen),
        len({one.local.date() for one in seen}),
        sum(one.action in _COPIES for one in seen),
        sum(one.action == "edit" for one in seen),
        sum(one.document == "demographics" for one in seen),
        len({one.document for one in seen}),
        min(hours),
        max(hours),
        sum(one.local.weekday() >= 5 for one in seen),
        max(one.after_end or 0.0 for one in seen),
    )
