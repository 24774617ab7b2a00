"""The list of a record's documents, kept for minutes in this process's memory while somebody leafs through it.

Titles and dates, no text of any document; of one person, one assignment, one policy and one sitting. Each page is
decided about anew all the same, and what it shows is fetched anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chartwarden.gateway.chart.contracts import Item

LIFE = timedelta(minutes=5)
MOST = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in a record, when that was read (UTC), the patient's name and birthday for the head of the page, and in
    sentences what the list lacks by a fault, and what within the bounds of the policy."""

    items: tuple[Item, ...]
    at: datetime
    name: str
    born: str
    lacks: tuple[str, ...]
    bounds: tuple[str, ...] = ()


_lock = threading.Lock()
_kept: OrderedDict[Hashable, Listing] = OrderedDict()


def found(key: Hashable, now: datetime) -> Listing | None:
    """The list as it was read a while ago; None where it was not, or too long ago."""
    with _lock:
        for old in [one for one, listing in _kept.items() if now - listing.at >= LIFE]:
            del _kept[old]
        return _kept.get(key)


def keep(key: Hashable, listing: Listing) -> None:
    """Keep a list. The oldest go where there are too many."""
    with _lock:
        _kept[key] = listing
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)


def forget(key: Hashable) -> None:
    """Read it anew the next time."""
    with _lock:
        _kept.pop(key, None)
