"""Checkpoints kept outside the database show what its own ruler did: rewrote it, rolled it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction

from chartwarden.clinics import jobs
from chartwarden.clinics.services import acting_in, open_clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.ledger import models, outside, queries, services
from chartwarden.ledger.contracts import Draft, SignedHead
from chartwarden.ledger.entry import Entry
from chartwarden.ledger.merkle import Frontier, leaf_hash
from chartwarden.ledger.triggers import put_up, take_down
from chartwarden.ledger.verify import kept_beside, verify

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACTOR = Actor.of_system("tests")
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def clinic(db: None, settings: Any, tmp_path: Path) -> Iterator[UUID]:
    settings.DATA = tmp_path
    made = open_clinic(name="Lakeside", time_zone="America/Chicago", actor=ACTOR, at=AT).id
    with acting_in(made):
        grow(made, 20)
        yield made


def grow(clinic: UUID, count: int) -> None:
    drafts = [Draft(clinic, "tests.done", ACTOR, AT, {}, {"n": number}) for number in range(count)]
    services.append_many(clinic, drafts)


def rewrite(clinic: UUID, index: int = 5) -> None:
    """What a database administrator can do: change an entry, and every hash and head that follows from it."""
    frontier = Frontier()
    for row in models.Entry.objects.filter(clinic_id=clinic).order_by("index"):
        hashed = bytes(row.leaf_hash)
        if row.index == index:
            body = replace(Entry.parse(row.body.encode()), actor="person:somebody-else").leaf()
            hashed = leaf_hash(body)
            models.Entry.objects.filter(clinic_id=clinic, index=index).update(body=body.decode(), leaf_hash=hashed)
        frontier.push(hashed)
    models.Head.objects.filter(clinic_id=clinic).update(frontier=frontier.to_bytes())
    models.Checkpoint.objects.filter(clinic_id=clinic).delete()


def roll_back(clinic: UUID) -> None:
    """Put an older copy back: what it was after its first entries."""
    models.Entry.objects.filter(clinic_id=clinic, index__gte=10).delete()
    models.Checkpoint.objects.filter(clinic_id=clinic).delete()
    frontier = Frontier()
    for row in models.Entry.objects.filter(clinic_id=clinic).order_by("index"):
        frontier.push(bytes(row.leaf_hash))
    models.Head.objects.filter(clinic_id=clinic).update(size=10, frontier=frontier.to_bytes())


def strip(clinic: UUID) -> None:
    models.Checkpoint.objects.filter(clinic_id=clinic).delete()


def behind_the_triggers(do: Callable[[UUID], None], clinic: UUID) -> None:
    take_down(connection)
    do(clinic)
    put_up(connection)


def said(clinic: UUID) -> str:
    return "\n".join(str(fault) for fault in queries.verify_stored(clinic).faults)


@pytest.mark.parametrize(
    ("do", "found"),
    [
        (rewrite, "of 22 entries: expected the root over these entries; found another root: history was rewritten"),
        (roll_back, "head: expected at least 22 entries, which a checkpoint outside the database has signed; found 10"),
        (strip, "checkpoint of 22 entries: expected the one kept outside the database; found none: it was taken out"),
    ],
)
def test_what_the_databases_ruler_did_is_seen(clinic: UUID, do: Callable[[UUID], None], found: str) -> None:
    assert jobs.sign_heads(LATER) == 1
    assert queries.verify_stored(clinic).sound
    behind_the_triggers(do, clinic)
    assert found in said(clinic)


@pytest.mark.parametrize("do", [rewrite, roll_back])
def test_a_history_that_was_changed_is_not_signed_again(clinic: UUID, do: Callable[[UUID], None]) -> None:
    jobs.sign_heads(LATER)
    behind_the_triggers(do, clinic)
    for count in (0, 30):
        grow(clinic, count)
        with pytest.raises(Refused, match="Nothing was signed"):
            jobs.sign_heads(LATER)
        assert queries.checkpoints(clinic) == []
        assert not queries.verify_stored(clinic).sound


def test_other_clinics_are_signed_all_the_same(clinic: UUID) -> None:
    jobs.sign_heads(LATER)
    behind_the_triggers(rewrite, clinic)
    other = open_clinic(name="Zebra", time_zone="America/Chicago", actor=ACTOR, at=AT).id
    with pytest.raises(Refused):
        jobs.sign_heads(LATER)
    with acting_in(other):
        assert queries.verify_stored(other).outside == 1


def test_it_says_what_it_was_held_against(clinic: UUID) -> None:
    found = queries.verify_stored(clinic)
    assert (found.sound, found.checkpoints, found.outside) == (True, 0, 0)
    with transaction.atomic():
        services.sign_checkpoint(clinic=clinic, at=LATER)
    assert queries.verify_stored(clinic).outside == 0
    assert services.keep_outside(clinic=clinic) == 1
    assert services.keep_outside(clinic=clinic) == 0
    grow(clinic, 500)
    assert jobs.sign_heads(LATER + timedelta(days=40)) == 1
    found = queries.verify_stored(clinic)
    assert (found.faults, found.checkpoints, found.outside) == ((), 2, 2)


def test_a_note_of_another_key_or_ledger_is_a_fault(clinic: UUID, settings: Any) -> None:
    jobs.sign_heads(LATER)
    folder = settings.DATA / outside.FOLDER / str(clinic)
    size, note = outside.newest(folder) or (0, "")
    outside.add(folder, [SignedHead(size, b"", LATER, note.replace(str(clinic), str(UUID(int=7))))])
    outside.add(folder, [SignedHead(size, b"", LATER, "nothing")])
    assert "expected a signed checkpoint" in said(clinic)
    assert "expected a note signed by a key of this ledger" in said(clinic)


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert (outside.notes(folder), outside.newest(folder)) == ([], None)
    outside.add(folder, [SignedHead(1, b"", AT, "one"), SignedHead(2, b"", AT, "two")])
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    outside.add(folder, [SignedHead(3, b"", AT, "three")])
    assert (outside.notes(folder), outside.newest(folder)) == (["one", "three"], (3, "three"))
    outside.add(folder, [SignedHead(4, b"", AT + timedelta(days=30), "four")])
    assert len(list(folder.iterdir())) == 2
    assert (outside.newest(folder), outside.read(folder)[-1], outside.read(path)) == (
        (4, "four"),
        "four",
        ["one", "three"],
    )


@pytest.mark.django_db(transaction=True)
def test_a_commit_keeps_it_outside(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    made = open_clinic(name="Lakeside", time_zone="America/Chicago", actor=ACTOR, at=AT).id
    with acting_in(made):
        with transaction.atomic():
            services.sign_checkpoint(clinic=made, at=AT)
            assert not (tmp_path / outside.FOLDER).exists()
        assert [size for size, _ in outside.sized(tmp_path / outside.FOLDER / str(made))] == [2]
        with transaction.atomic():
            grow(made, 3)
            services.sign_checkpoint(clinic=made, at=AT)
            transaction.set_rollback(True)
        assert queries.verify_stored(made).faults == ()


def test_an_export_is_held_against_them(clinic: UUID, settings: Any, tmp_path: Path) -> None:
    for number in range(1, 5):
        jobs.sign_heads(AT + timedelta(minutes=number))
        grow(clinic, 300)
    out = tmp_path / "out.zip"
    services.export_signed(clinic=clinic, out=out, at=LATER)
    key = queries.signing_keys(clinic)[0]
    notes, beyond = kept_beside(out, settings.DATA)
    found = verify(out, key, notes)
    assert (found.faults, found.outside, found.checkpoints, beyond) == ((), 4, 5, 0)
    assert kept_beside(out, tmp_path / "elsewhere") == ([], 0)
    grow(clinic, 1)
    jobs.sign_heads(LATER)
    assert kept_beside(out, settings.DATA)[1] == found.size + 1
