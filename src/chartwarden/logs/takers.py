"""Which room takes over which feed, found by their ``feeds.py``; what no room takes is kept here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol
from uuid import UUID

from django.conf import settings

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.taken import Taken
from chartwarden.logs.contracts import FeedRead


class Take(Protocol):
    """Takes a feed over into a room's own tables: idempotent, one transaction, one ledger entry."""

    def __call__(self, *, clinic: UUID, feed: FeedRead, actor: Actor, at: datetime) -> Taken:
        """Raises InputRefused where the feed can't be taken over as a whole."""


@cache
def takers() -> Mapping[str, Callable[..., Taken]]:
    """Who takes over each feed, by its name."""
    found: dict[str, Callable[..., Taken]] = {}
    for room in settings.ROOMS:
        name = f"chartwarden.{room}.feeds"
        if room != "review" and find_spec(name):
            found |= import_module(name).TAKES
    return found
