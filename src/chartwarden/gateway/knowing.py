"""What is known of those who hold tokens, kept as long as it is true.

A change and its entry commit together (law 2). So what was gathered holds while the ledger has no further entry, other
than of openings themselves: one look at the ledger each half second tells it of all tokens, where gathering takes a
thousand times as long. What changes by the clock alone, such as a role's last day, is seen after LONGEST at the latest,
and mostly sooner, since what is in use is gathered anew beforehand, one after another, so that nobody waits for it.
Tokens, assignments, engagements, agreements, statements and exceptions carry their instants and are judged by them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from chartwarden.devices.contracts import Whence
from chartwarden.gateway.contracts import Standing

FRESH, RENEWED, LONGEST = 0.5, 5.0, 10.0
"""Seconds for which what is known is not asked about, after which it is gathered anew when there is time, and after
which it is in any case."""
MOST = 10_000

Gather = Callable[[str, UUID, Whence], Awaitable[Standing | None]]
Look = Callable[[UUID, int], Awaitable[tuple[int, int]]]


@dataclass(slots=True)
class _Kept:
    """``gathered`` and ``seen`` are instants of ``time.monotonic``: when it was gathered, and last known to be true."""

    answer: asyncio.Future[Standing | None]
    gathered: float
    seen: float
    renewal: asyncio.Task[None] | None = None

    @property
    def standing(self) -> Standing | None:
        """What was gathered; None also while it is not yet, or could not be."""
        done = self.answer.done() and not self.answer.cancelled() and self.answer.exception() is None
        return self.answer.result() if done else None


@dataclass(slots=True)
class _Looked:
    """A clinic's ledger as it was looked at: entries from ``since`` on, up to ``until``; ``last`` changed something."""

    since: int
    until: int
    last: int = -1
    begun: float = 0.0
    task: asyncio.Task[None] | None = None


class Knowing:
    """Of one event loop. ``gather`` tells whom a token stands for; ``look`` how many entries a ledger has, and the last
    that changed something, from one on (-1: none)."""

    def __init__(self, gather: Gather, look: Look) -> None:
        self._gather, self._look = gather, look
        self._kept: dict[tuple[str, UUID, Whence], _Kept] = {}
        self._looked: dict[UUID, _Looked] = {}
        self._one = asyncio.Lock()

    async def standing(self, token: str, assignment: UUID, whence: Whence) -> Standing | None:
        """Whom a token stands for at an assignment, asked from somewhere; None where it does not hold there."""
        key, now = (token, assignment, whence), time.monotonic()
        kept = self._kept.get(key)
        if kept is not None and now - kept.seen > FRESH and not await self._holds(kept, now):
            kept = self._kept.get(key)  # somebody else may have found the same meanwhile
            kept = kept if kept is not None and now - kept.seen <= FRESH else None
        if kept is None:
            if len(self._kept) > MOST:
                self._kept.clear()
            kept = _Kept(asyncio.ensure_future(self._gather(token, assignment, whence)), now, now)
            self._kept[key] = kept
        if (there := kept.standing) is not None:
            if now - kept.gathered > RENEWED and kept.renewal is None:
                kept.renewal = asyncio.create_task(self._renew(key, kept))
            return there
        try:
            return await asyncio.shield(kept.answer)
        except BaseException:
            self._kept.pop(key, None)
            raise

    async def _renew(self, key: tuple[str, UUID, Whence], kept: _Kept) -> None:
        """Gather anew what is in use. What fails here is tried again by whoever asks when it is too old."""
        async with self._one:
            answer, now = asyncio.ensure_future(self._gather(*key)), time.monotonic()
            await asyncio.wait([answer])
        if self._kept.get(key) is kept:
            self._kept[key] = _Kept(answer, now, now)

    async def _holds(self, kept: _Kept, now: float) -> bool:
        """Whether what was gathered is true still."""
        there = kept.standing
        if there is None or now - kept.gathered > LONGEST:
            return False
        looked = await self._look_at(there.clinic, there.entries, now)
        if there.entries < looked.since or there.entries <= looked.last:
            return False
        kept.seen = max(kept.seen, looked.begun)
        return True

    async def _look_at(self, clinic: UUID, entries: int, now: float) -> _Looked:
        """A clinic's ledger as it was half of FRESH ago at the earliest."""
        looked = self._looked.setdefault(clinic, _Looked(entries, entries))
        if looked.task is None or (looked.task.done() and now - looked.begun > FRESH / 2):
            looked.task = asyncio.create_task(self._look_on(clinic, looked))
        try:
            await asyncio.shield(looked.task)
        except Exception:
            looked.task = None
            raise
        return looked

    async def _look_on(self, clinic: UUID, looked: _Looked) -> None:
        begun = time.monotonic()
        until, last = await self._look(clinic, looked.until)
        looked.begun, looked.until, looked.last = begun, max(until, looked.until), max(last, looked.last)
