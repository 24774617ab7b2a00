"""What is known of a token's holder is kept as long as the ledger says that nothing changed, and no longer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from chartwarden.assignments.contracts import Scope
from chartwarden.assignments.services import add_work
from chartwarden.gateway.chart.contracts import COPIES
from chartwarden.gateway.chart.reading import Reader, open_record
from chartwarden.gateway.chart.taking import confirm_deleted, make_copy, note_print
from chartwarden.gateway.contracts import Facts, Standing
from chartwarden.gateway.knowing import FRESH, LONGEST, RENEWED, Knowing
from chartwarden.gateway.services import (
    acknowledge_reminder,
    explain_own,
    open_assignment,
    record_opening,
    shut_assignment,
)
from chartwarden.gateway.tokens import NOWHERE, looked, standing
from chartwarden.people.services import suspend
from tests.support.clinic import AT, House

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
CLINIC, ASSIGNMENT = uuid4(), uuid4()


@dataclass
class Ledger:
    """A clinic as the gateway sees it: its entries, the last that changed something, how often it was asked."""

    size: int = 5
    last: int = -1
    gathered: int = 0
    looks: int = 0
    holds: bool = True
    wrong: bool = False
    since: list[int] = field(default_factory=list)

    async def gather(self, token: str, assignment: UUID, address: str) -> Standing | None:
        self.gathered += 1
        await asyncio.sleep(0)
        if self.wrong:
            raise OSError("no database")
        facts = Facts(NOW, "coding", (), None)
        there = Standing(CLINIC, uuid4(), uuid4(), assignment, "P1", NOW, facts, True, entries=self.size)
        return there if self.holds else None

    async def look(self, clinic: UUID, entries: int) -> tuple[int, int]:
        self.looks += 1
        self.since.append(entries)
        return self.size, self.last if self.last >= entries else -1


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let so much time pass."""
    now = time.monotonic() + seconds
    monkeypatch.setattr(time, "monotonic", lambda: now)


Story = Callable[[Knowing, Ledger, Callable[[float], None]], Awaitable[None]]


def told(monkeypatch: pytest.MonkeyPatch, story: Story) -> None:
    async def run() -> None:
        ledger = Ledger()
        await story(Knowing(ledger.gather, ledger.look), ledger, lambda seconds: later(monkeypatch, seconds))

    asyncio.run(run())


async def ask(knowing: Knowing, token: str = "t", address: str = "a") -> Standing | None:
    found = await knowing.standing(token, ASSIGNMENT, address)
    await asyncio.sleep(0)
    return found


async def settle() -> None:
    """Let all that waits for nothing but its turn have it; the clock stands still."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_was_gathered_is_kept_while_openings_alone_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(knowing: Knowing, ledger: Ledger, pass_: Callable[[float], None]) -> None:
        first = await ask(knowing)
        assert await ask(knowing) is first
        assert (ledger.gathered, ledger.looks) == (1, 0)
        for _ in range(3):
            pass_(FRESH + 0.01)
            ledger.size += 100
            assert await ask(knowing) is first
        assert (ledger.gathered, ledger.looks) == (1, 3)
        assert ledger.since == [5, 105, 205]  # nothing is looked through twice

    told(monkeypatch, story)


def test_a_change_is_seen_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(knowing: Knowing, ledger: Ledger, pass_: Callable[[float], None]) -> None:
        await ask(knowing)
        ledger.size, ledger.last, ledger.holds = 9, 7, False
        pass_(FRESH + 0.01)
        assert await ask(knowing) is None
        assert ledger.gathered == 2

    told(monkeypatch, story)


def test_one_look_tells_it_of_all_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(knowing: Knowing, ledger: Ledger, pass_: Callable[[float], None]) -> None:
        for number in range(10):
            await ask(knowing, f"t{number}")
        pass_(FRESH + 0.01)
        await asyncio.gather(*(ask(knowing, f"t{number}") for number in range(10)))
        assert (ledger.gathered, ledger.looks) == (10, 1)
        ledger.size, ledger.last = 6, 5
        pass_(FRESH + 0.01)
        await asyncio.gather(*(ask(knowing, f"t{number}") for number in range(10)))
        assert (ledger.gathered, ledger.looks) == (20, 2)

    told(monkeypatch, story)


def test_a_change_before_others_came_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(knowing: Knowing, ledger: Ledger, pass_: Callable[[float], None]) -> None:
        await ask(knowing, "early")
        ledger.size, ledger.last = 8, 6
        await ask(knowing, "late")
        pass_(FRESH + 0.01)
        await ask(knowing, "late")  # the look begins where this one was gathered
        assert ledger.gathered == 2
        await ask(knowing, "early")
        assert ledger.gathered == 3

    told(monkeypatch, story)


def test_another_address_is_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(knowing: Knowing, ledger: Ledger, pass_: Callable[[float], None]) -> None:
        await ask(knowing, address="office")
        await ask(knowing, address="cafe")
        assert ledger.gathered == 2

    told(monkeypatch, story)


def test_what_is_in_use_is_gathered_anew_beforehand_and_all_else_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(knowing: Knowing, ledger: Ledger, pass_: Callable[[float], None]) -> None:
        first = await ask(knowing)
        pass_(RENEWED + 0.01)
        assert await ask(knowing) is first
        await settle()
        assert ledger.gathered == 2
        second = await ask(knowing)
        assert second is not first
        pass_(LONGEST + 0.01)
        assert await ask(knowing) is not second
        assert ledger.gathered == 3

    told(monkeypatch, story)


def test_a_fault_is_told_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(knowing: Knowing, ledger: Ledger, pass_: Callable[[float], None]) -> None:
        ledger.wrong = True
        with pytest.raises(OSError, match="no database"):
            await ask(knowing)
        ledger.wrong = False
        assert await ask(knowing) is not None

    told(monkeypatch, story)


@pytest.fixture
def opened(house: House) -> tuple[House, UUID, str]:
    coder = house.people["coder"]
    assignment = add_work(
        clinic=house.id, patient="P1", encounter="", kind="initial", reason="", coder=coder,
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    token = open_assignment(
        clinic=house.clinic, person=coder, assignment=assignment, purpose="coding", actor=house.actor("coder"), at=AT
    ).token
    return house, assignment, token


def test_the_ledger_tells_openings_from_changes(opened: tuple[House, UUID, str]) -> None:
    house, assignment, token = opened
    there = standing(token, assignment, AT)
    assert there is not None
    assert looked(house.id, there.entries) == (there.entries, -1)
    coder = house.people["coder"]
    record_opening(
        clinic=house.clinic, person=coder, patient="P1", purpose="coding", interaction="read Patient",
        actor=house.actor("coder"), at=AT,
    )  # fmt: skip
    assert looked(house.id, there.entries) == (there.entries + 1, -1)
    suspend(clinic=house.id, person=coder, actor=house.actor("security_officer"), at=AT)
    assert looked(house.id, there.entries) == (there.entries + 2, there.entries + 1)
    shut_assignment(clinic=house.id, person=coder, assignment=assignment, actor=house.actor("coder"), at=AT)
    assert looked(house.id, there.entries) == (there.entries + 3, there.entries + 2)
    assert standing(token, assignment, AT) is None


def test_pages_print_outs_and_copies_change_nothing_that_a_decision_rests_on(opened: tuple[House, UUID, str]) -> None:
    house, assignment, token = opened
    there = standing(token, assignment, AT)
    assert there is not None
    person = house.people["coder"]
    whole = Scope(printing=True, copies=True)
    reader = Reader(house.clinic, person, assignment, "coding", house.actor("coder"), AT, NOWHERE)  # type: ignore[arg-type]
    page = replace(open_record(reader=reader), scope=whole)
    note_print(there=page, document="d", purpose="audit")
    copy = make_copy(there=page, document="d", purpose=next(iter(COPIES)))
    confirm_deleted(clinic=house.id, person=person, copy=copy, actor=house.actor("coder"), at=AT)
    explain_own(clinic=house.clinic, patient="P1", purpose="coding", actor=house.actor("coder"), at=AT)  # type: ignore[arg-type]
    acknowledge_reminder(clinic=house.clinic, person=person, actor=house.actor("coder"), at=AT)  # type: ignore[arg-type]
    size, last = looked(house.id, there.entries)
    assert (size, last) == (there.entries + 6, -1)
    after = standing(token, assignment, AT)
    assert after is not None
    assert replace(after, entries=there.entries) == there
