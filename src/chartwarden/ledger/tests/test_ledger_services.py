"""The ledger in the database: appended to, proved, refused to change, exported and checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.ledger import queries, services
from chartwarden.ledger.checkpoint import Checkpoint, VerifierKey, opened
from chartwarden.ledger.contracts import Appended, Draft
from chartwarden.ledger.entry import NotAnEntry
from chartwarden.ledger.merkle import extends, includes, leaf_hash, root
from chartwarden.ledger.triggers import KEPT, SAYS, take_down
from chartwarden.ledger.verify import verify

CLINIC = UUID("0b7e4a51-93f0-4d0e-8a59-0c8f5f0f8d11")
OTHER = UUID("f1c1b6c4-5b60-4c65-b3f1-b8f5a1f5a002")
AT = datetime(2026, 11, 24, 9, 0, 0, 250, tzinfo=UTC)
ACTOR = Actor.of_system("tests")


@pytest.fixture
def ledger(db: None) -> Iterator[UUID]:
    """A ledger that has been opened."""
    with acting_in(CLINIC):
        services.open_ledger(clinic=CLINIC, actor=ACTOR, at=AT)
        yield CLINIC


def draft(number: int, clinic: UUID = CLINIC, **more: Any) -> Draft:
    kind = "review.signed" if number % 2 else "review.opened"
    return Draft(
        clinic, kind, ACTOR, AT + timedelta(seconds=number), {"case": f"c{number % 10}"}, {"n": number}, **more
    )


def grown(clinic: UUID, count: int) -> list[Appended]:
    return services.append_many(clinic, [draft(number) for number in range(1, count)])


def test_an_entry_is_appended_with_its_change(ledger: UUID) -> None:
    done = services.append(
        clinic=ledger, kind="review.signed", actor=Actor.of_person(OTHER), at=AT, subject={"review": "r1"},
        facts={"cases": 3}, private={"note": "Spoke with Ana."},
    )  # fmt: skip
    found = queries.entry(ledger, done.index)
    assert found is not None
    assert (found.index, found.at, found.kind, found.actor) == (1, AT, "review.signed", f"person:{OTHER}")
    assert (found.subject, found.facts) == ({"review": "r1"}, {"cases": 3})
    assert found.leaf_hash == done.leaf_hash == leaf_hash(found.leaf)
    assert b"Ana" not in found.leaf
    assert queries.commits_to(found.private["note"], done.salts["note"], "Spoke with Ana.")
    assert not queries.commits_to(found.private["note"], done.salts["note"], "Spoke with Bo.")


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_appended() -> None:
    with pytest.raises(RuntimeError, match="call this inside"):
        services.append(clinic=CLINIC, kind="a.b", actor=ACTOR, at=AT, subject={})


def test_what_is_rolled_back_was_never_there(ledger: UUID) -> None:
    with transaction.atomic():
        assert services.append_many(ledger, [draft(1)])[0].index == 1
        transaction.set_rollback(True)
    assert queries.latest(ledger).size == 1
    assert services.append_many(ledger, [draft(2)])[0].index == 1


def test_a_ledger_that_is_not_open_refuses(db: None) -> None:
    with acting_in(OTHER), pytest.raises(Refused, match="has not been opened"):
        services.append_many(OTHER, [draft(1, OTHER)])


def test_what_cannot_be_an_entry_leaves_nothing(ledger: UUID) -> None:
    with pytest.raises(NotAnEntry):
        services.append(clinic=ledger, kind="Signed", actor=ACTOR, at=AT, subject={})
    with pytest.raises(ValueError, match="drafts of one clinic"):
        services.append_many(ledger, [draft(1), draft(2, OTHER)])
    assert services.append_many(ledger, []) == []
    assert queries.latest(ledger).size == 1


def test_opening_again_is_harmless(ledger: UUID) -> None:
    keys = queries.signing_keys(ledger)
    assert services.open_ledger(clinic=ledger, actor=ACTOR, at=AT) == keys[0]
    assert queries.signing_keys(ledger) == keys
    assert queries.latest(ledger).size == 1


def test_a_clinic_that_is_made_has_a_ledger(house: Any) -> None:
    first, second, *_ = queries.entries(house.id)
    assert (first.kind, second.kind) == ("ledger.opened", "clinics.opened")
    assert queries.verify_stored(house.id).sound


@pytest.mark.parametrize("steps", [[1, 1, 1], [254, 1, 1, 2], [256, 256], [700], [3, 300, 300]])
def test_the_head_is_that_of_the_leaves(ledger: UUID, steps: list[int]) -> None:
    number = 1
    for step in steps:
        services.append_many(ledger, [draft(number + one) for one in range(step)])
        number += step
    stored = queries.entries(ledger, limit=10_000)
    assert [one.index for one in stored] == list(range(number))
    head = queries.latest(ledger)
    assert (head.size, head.root) == (number, root(one.leaf_hash for one in stored))
    assert queries.verify_stored(ledger).faults == ()


def test_each_entry_is_proved(ledger: UUID) -> None:
    grown(ledger, 600)
    known = queries.nodes(ledger, 600)
    head = queries.latest(ledger)
    for index in (0, 1, 255, 256, 511, 599):
        found = queries.proof(ledger, index, 600, known)
        assert found.root == head.root
        assert includes(found.leaf_hash, index, 600, found.path, head.root)
    early = queries.proof(ledger, 5, 300)
    assert includes(early.leaf_hash, 5, 300, early.path, early.root)
    assert extends(300, early.root, 600, head.root, queries.extension(ledger, 300, 600))
    with pytest.raises(IndexError):
        queries.proof(ledger, 600)


def test_entries_are_found_by_kind_subject_and_place(ledger: UUID) -> None:
    grown(ledger, 50)
    assert [one.index for one in queries.entries(ledger, 10, 3)] == [10, 11, 12]
    assert [one.index for one in queries.entries(ledger, 10, 3, newest_first=True)] == [10, 9, 8]
    assert [one.index for one in queries.entries(ledger, kinds=["ledger.opened"])] == [0]
    assert [one.index for one in queries.entries(ledger, subject=("case", "c7"))] == [7, 17, 27, 37, 47]
    assert queries.entries(ledger, subject=("n", "7")) == []
    assert queries.entries(OTHER) == []
    assert queries.entry(ledger, 50) is None


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET clinic_id = clinic_id", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_tables_refuse_every_change(ledger: UUID, table: str, statement: str) -> None:
    grown(ledger, 300)
    services.sign_checkpoint(clinic=ledger, at=AT)
    if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
        return  # SQLite has no such statement
    with pytest.raises(DatabaseError, match=SAYS), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert queries.verify_stored(ledger).sound


def test_a_checkpoint_is_signed_once_for_a_head(ledger: UUID) -> None:
    assert queries.checkpoint(ledger) is None
    first = services.sign_checkpoint(clinic=ledger, at=AT)
    assert services.sign_checkpoint(clinic=ledger, at=AT + timedelta(hours=1)) == first == queries.checkpoint(ledger)
    grown(ledger, 20)
    second = services.sign_checkpoint(clinic=ledger, at=AT)
    assert queries.checkpoints(ledger) == [second, first]
    text, _ = opened(second.note, [VerifierKey.parse(queries.signing_keys(ledger)[0])])
    head = queries.latest(ledger)
    assert Checkpoint.parse(text) == Checkpoint(f"chartwarden/{ledger}", head.size, head.root)


def test_a_new_key_takes_over(ledger: UUID, tmp_path: Path) -> None:
    old = services.sign_checkpoint(clinic=ledger, at=AT).note
    grown(ledger, 300)
    first = queries.signing_keys(ledger)[0]
    second = services.rotate_key(clinic=ledger, actor=ACTOR, at=AT)
    services.rotate_key(clinic=ledger, actor=ACTOR, at=AT)
    grown(ledger, 4)
    assert len(queries.signing_keys(ledger)) == 3
    services.sign_checkpoint(clinic=ledger, at=AT)
    assert queries.verify_stored(ledger).faults == ()
    services.export_signed(clinic=ledger, out=tmp_path / "out.zip", at=AT)
    for trusted in (first, second):
        assert verify(tmp_path / "out.zip", trusted, [old]).faults == ()


def test_an_export_of_the_database_is_sound(ledger: UUID, tmp_path: Path) -> None:
    grown(ledger, 520)
    head = services.export_signed(clinic=ledger, out=tmp_path / "out", at=AT)
    found = verify(tmp_path / "out", queries.signing_keys(ledger)[0])
    assert found.faults == ()
    assert (found.size, found.root) == (520, head.root)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_an_export(tmp_path: Path) -> None:
    with acting_in(CLINIC):
        with transaction.atomic():
            services.open_ledger(clinic=CLINIC, actor=ACTOR, at=AT)
            grown(CLINIC, 300)
        met: list[int] = []

        def append() -> None:
            try:
                with acting_in(CLINIC), transaction.atomic():
                    met.append(services.append_many(CLINIC, [draft(1)])[0].index)
            finally:
                connection.close()

        def meanwhile(execute: Any, sql: str, *more: Any) -> Any:
            if not threads and '"ledger_entry"."body"' in sql:
                threads.append(Thread(target=append))
                threads[0].start()
                threads[0].join(20)
            return execute(sql, *more)

        threads: list[Thread] = []
        with connection.execute_wrapper(meanwhile):
            head = services.export_signed(clinic=CLINIC, out=tmp_path / "out.zip", at=AT)
            assert met == [300]
        threads[0].join()
        found = verify(tmp_path / "out.zip", queries.signing_keys(CLINIC)[0])
        assert (found.faults, found.size, head.size, queries.latest(CLINIC).size) == ((), 300, 300, 301)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE ledger_entry SET body = replace(body, ':7}', ':8}') WHERE \"index\" = 7", "entry 7: expected the"),
        ("UPDATE ledger_entry SET kind = 'a.b' WHERE \"index\" = 7", "entry 7: expected the clinic, kind and instant"),
        ("DELETE FROM ledger_entry WHERE \"index\" = 7", "entry 7: expected an entry; found none; the next is 8"),
        ("UPDATE ledger_tile SET root = hashes", "tile 0 of level 0: expected the tile"),
        ("DELETE FROM ledger_tile", "tile 0 of level 0: expected the tile over what is below it; found none"),
        ("UPDATE ledger_head SET size = size - 1", "head: expected"),
        ("UPDATE ledger_checkpoint SET note = replace(note, 'chart', 'x')", "checkpoint of 300 entries: expected"),
        ("UPDATE ledger_signingkey SET verifier = replace(verifier, 'chart', 'smart')", "keys: expected"),
    ],
)  # fmt: skip
def test_rows_changed_behind_the_triggers_are_found(ledger: UUID, statement: str, said: str) -> None:
    grown(ledger, 300)
    services.sign_checkpoint(clinic=ledger, at=AT)
    take_down(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert any(said in str(fault) for fault in queries.verify_stored(ledger).faults)
