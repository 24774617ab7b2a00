"""Entries of many requests go into the ledger together; nobody is told that one is there before it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from chartwarden.gateway.writing import Writing
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.contracts import Draft

CLINIC, OTHER = uuid4(), uuid4()
AT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)


def draft(number: int, clinic: UUID = CLINIC) -> Draft:
    return Draft(clinic, "gateway.record_opened", Actor.of_system("tests"), AT, {"person": str(number)})


class Slow:
    """A place to hand entries in, which answers when the test says so."""

    def __init__(self, refuses: Callable[[Draft], bool] = lambda _: False) -> None:
        self.handed: list[tuple[list[Draft], Future[Any]]] = []
        self._refuses = refuses

    def submit(self, drafts: Sequence[Draft]) -> Future[Any]:
        if any(self._refuses(one) for one in drafts):
            raise ValueError("no entry")
        answer: Future[Any] = Future()
        self.handed.append((list(drafts), answer))
        return answer


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_comes_while_a_commit_is_under_way_goes_into_the_next_together() -> None:
    async def run() -> None:
        slow = Slow()
        writing = Writing(slow.submit)
        asked = [asyncio.create_task(writing.written(draft(n))) for n in range(1)]
        await settle()
        asked += [asyncio.create_task(writing.written(draft(n))) for n in range(1, 6)]
        await settle()
        assert [len(drafts) for drafts, _ in slow.handed] == [1]
        assert not any(one.done() for one in asked)
        slow.handed[0][1].set_result(None)
        await settle()
        assert [one.done() for one in asked] == [True, False, False, False, False, False]
        assert [one.subject["person"] for one in slow.handed[1][0]] == ["1", "2", "3", "4", "5"]
        slow.handed[1][1].set_result(None)
        assert await asyncio.gather(*asked) == [True] * 6

    asyncio.run(run())


def test_one_clinic_does_not_wait_for_another() -> None:
    async def run() -> None:
        slow = Slow()
        writing = Writing(slow.submit)
        asked = [asyncio.create_task(writing.written(draft(0, clinic))) for clinic in (CLINIC, OTHER)]
        await settle()
        assert [drafts[0].clinic for drafts, _ in slow.handed] == [CLINIC, OTHER]
        slow.handed[1][1].set_result(None)
        await settle()
        assert [one.done() for one in asked] == [False, True]
        slow.handed[0][1].set_exception(OSError("no room"))
        assert await asyncio.gather(*asked) == [False, True]

    asyncio.run(run())


def test_one_that_is_no_entry_does_not_spoil_it_for_the_others() -> None:
    async def run() -> None:
        slow = Slow(lambda one: one.subject["person"] == "1")
        writing = Writing(slow.submit)
        asked = [asyncio.create_task(writing.written(draft(n))) for n in range(3)]
        for _ in range(3):
            await settle()
            for _, answer in slow.handed:
                if not answer.done():
                    answer.set_result(None)
        assert await asyncio.gather(*asked) == [True, False, True]

    asyncio.run(run())


def test_who_goes_away_keeps_nobody_from_the_ledger() -> None:
    async def run() -> None:
        slow = Slow()
        writing = Writing(slow.submit)
        gone, there = (asyncio.create_task(writing.written(draft(n))) for n in range(2))
        await settle()
        gone.cancel()
        await settle()
        ((drafts, answer),) = slow.handed
        assert len(drafts) == 2
        assert not answer.cancelled()
        answer.set_result(None)
        assert await there is True
        again = asyncio.create_task(writing.written(draft(2)))
        await settle()
        slow.handed[1][1].set_result(None)
        assert await again is True

    asyncio.run(run())
