"""Group commit: each caller gets their own answer, and one caller's fault is nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from chartwarden.clinics import jobs
from chartwarden.clinics.services import across_clinics, acting_in, open_clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.ledger import queries
from chartwarden.ledger.contracts import Appended, Draft
from chartwarden.ledger.entry import NotAnEntry
from chartwarden.ledger.services import Committer, append, open_ledger

FIRST, SECOND, NEVER = (UUID(int=number) for number in (1, 2, 3))
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACTOR = Actor.of_system("tests")


@pytest.fixture
def committer(transactional_db: None) -> Iterator[Committer]:
    with across_clinics(), transaction.atomic():
        for clinic in (FIRST, SECOND):
            open_ledger(clinic=clinic, actor=ACTOR, at=AT)
    made = Committer(across_clinics)
    yield made
    made.close()


def draft(clinic: UUID, number: int = 0) -> Draft:
    return Draft(clinic, "tests.done", ACTOR, AT, {"number": str(number)})


def size(clinic: UUID) -> int:
    with acting_in(clinic):
        assert queries.verify_stored(clinic).faults == ()
        return queries.latest(clinic).size


def test_many_threads_each_get_their_own_place(committer: Committer) -> None:
    drafts = [draft((FIRST, SECOND)[number % 2], number) for number in range(300)]

    def hand_in(one: Draft) -> Appended:
        try:
            return committer.append(one)
        finally:
            connection.close()  # this thread's own, or the tables could not be dropped afterwards

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(hand_in, drafts))
    for clinic in (FIRST, SECOND):
        ours = [(one, done) for one, done in zip(drafts, found, strict=True) if one.clinic == clinic]
        assert sorted(done.index for _, done in ours) == list(range(1, 151))
        with acting_in(clinic):
            for one, done in ours:
                stored = queries.entry(clinic, done.index)
                assert stored is not None
                assert (stored.subject, stored.leaf_hash) == (one.subject, done.leaf_hash)
        assert size(clinic) == 151


def test_entries_handed_in_together_stand_together(committer: Committer) -> None:
    answers = [committer.submit([draft(FIRST, number)] * 5) for number in range(20)]
    for answer in answers:
        indexes = [done.index for done in answer.result()]
        assert indexes == list(range(indexes[0], indexes[0] + 5))
    assert size(FIRST) == 101


def test_a_change_that_fails_takes_only_its_own_entry_with_it(committer: Committer) -> None:
    def change() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_head WHERE clinic_id IS NOT NULL")
        raise KeyError("no such case")

    answers = [committer.submit([draft(FIRST)], change if number % 2 else None) for number in range(10)]
    for number, answer in enumerate(answers):
        if number % 2:
            with pytest.raises(KeyError, match="no such case"):
                answer.result()
        else:
            assert answer.result()[0].index == 1 + number // 2
    assert size(FIRST) == 6


def test_what_cannot_be_appended_is_told_its_caller_alone(committer: Committer) -> None:
    refused, done = committer.submit([draft(NEVER)]), committer.submit([draft(SECOND)])
    with pytest.raises(Refused, match="has not been opened"):
        refused.result()
    assert done.result()[0].index == 1
    with pytest.raises(NotAnEntry):
        committer.submit([Draft(FIRST, "Done", ACTOR, AT, {})])
    with pytest.raises(ValueError, match="drafts of one clinic"):
        committer.submit([draft(FIRST), draft(SECOND)])


def test_it_can_be_closed_and_used_again(committer: Committer) -> None:
    answers = [committer.submit([draft(FIRST)]) for _ in range(5)]
    committer.close()
    assert [answer.result()[0].index for answer in answers] == [1, 2, 3, 4, 5]
    assert committer.append(draft(FIRST)).index == 6
    committer.close()
    committer.close()


def test_heads_are_signed_where_they_have_grown(db: None) -> None:
    clinic = open_clinic(name="Lakeside", time_zone="America/Chicago", actor=ACTOR, at=AT)
    assert jobs.sign_heads(AT) == 1
    assert jobs.sign_heads(AT + timedelta(minutes=5)) == 0
    with acting_in(clinic.id):
        append(clinic=clinic.id, kind="tests.done", actor=ACTOR, at=AT, subject={})
        assert jobs.sign_heads(AT + timedelta(minutes=10)) == 1
        assert [head.size for head in queries.checkpoints(clinic.id)] == [3, 2]
        assert queries.verify_stored(clinic.id).faults == ()
