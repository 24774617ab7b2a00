"""Entries of many requests written together: what comes in while one commit is under way goes into the next.

The committer would group them too, but each answer of its thread wakes the event loop; here one wakes it for all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any
from uuid import UUID

from chartwarden.ledger.contracts import Draft

log = logging.getLogger("chartwarden.gateway")
LONGEST = 10.0
"""Seconds for a commit. What is later counts as not written: then nothing is fetched, though the entry may stand."""
MOST = 500
GATHERS = 0.002
"""Seconds that a commit waits for company, where the one before had some: a commit costs as much as ten entries."""


class Writing:
    """Of one event loop. ``submit`` hands in entries of one clinic, and answers when they are durable."""

    def __init__(self, submit: Callable[[Sequence[Draft]], Future[Any]]) -> None:
        self._submit = submit
        self._waiting: dict[UUID, list[tuple[Draft, asyncio.Future[bool]]]] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    async def written(self, draft: Draft) -> bool:
        """Whether an entry is durable."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(draft.clinic, []).append((draft, answer))
        if draft.clinic not in self._tasks:
            self._tasks[draft.clinic] = asyncio.create_task(self._write(draft.clinic))
        return bool(await answer)

    async def _write(self, clinic: UUID) -> None:
        """Write what waits of one clinic, until nothing does."""
        part: list[tuple[Draft, asyncio.Future[bool]]] = []
        try:
            while self._waiting.get(clinic):
                if len(self._waiting[clinic]) < len(part):
                    await asyncio.sleep(GATHERS)
                waiting = self._waiting[clinic]
                part, self._waiting[clinic] = waiting[:MOST], waiting[MOST:]
                drafts = [draft for draft, _ in part]
                try:
                    wells = [await self._commit(drafts)] * len(part)
                except ValueError:  # one can't be an entry, and must not spoil it for the others
                    wells = [await self._commit_one(draft) for draft in drafts]
                for (_, answer), well in zip(part, wells, strict=True):
                    _tell(answer, well)
        finally:
            self._tasks.pop(clinic, None)
            for _, answer in self._waiting.pop(clinic, ()):
                _tell(answer, False)

    async def _commit(self, drafts: Sequence[Draft]) -> bool:
        """Whether all are durable; then none or all are. Raises ValueError where one can't be an entry."""
        answer = asyncio.wrap_future(self._submit(drafts))
        try:
            await asyncio.wait_for(
                asyncio.shield(answer), LONGEST
            )  # never cancelled: others' answers hang on its thread
        except Exception as fault:
            log.error("the ledger took no entry: %s", type(fault).__name__)
            return False
        return True

    async def _commit_one(self, draft: Draft) -> bool:
        try:
            return await self._commit([draft])
        except ValueError as fault:
            log.error("an entry could not be written: %s", type(fault).__name__)
            return False


def _tell(answer: asyncio.Future[bool], well: bool) -> None:
    if not answer.done():  # whoever waited may have gone away
        answer.set_result(well)
