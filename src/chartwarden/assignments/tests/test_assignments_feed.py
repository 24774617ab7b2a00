"""The queue taken over from its feed, and read back."""

from __future__ import annotations

import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments import queries, rules
from chartwarden.assignments.feeds import take
from chartwarden.assignments.models import Assignment
from chartwarden.assignments.services import work_on
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.progress import Quiet
from chartwarden.kernel.taken import Taken
from chartwarden.logs.contracts import FeedRead
from chartwarden.logs.queries import feeds
from chartwarden.logs.services import read_feed
from chartwarden.people.queries import by_code
from tests.support.clinic import AT, House

FEED = next(feed for feed in feeds() if feed.name == "assignments")
HEADER = "assignment,patient,coder,kind,assigned_at,ended_at,encounter,outcome,reason\n"
THREE = HEADER + (
    "A1,P1,u-coder,initial,2026-03-02T08:00:00.123456,,E1,,\n"
    "A2,P1,u-coder,addendum,2026-03-02T08:00:00,2026-03-03T08:00:00,,submitted,Dr Roe asked\n"
    "A3,P2,u-qa_auditor,qa_review,2026-03-08T02:30:00,2026-03-09T08:00:00,,reassigned,\n"
)


def read(text: str, house: House, scratch: Path, people: set[str] | None = None) -> FeedRead:
    path = scratch / "assignments.csv"
    path.write_text(text, encoding="utf-8")
    known = people or set(by_code(house.id))
    return read_feed(FEED, path, house.clinic.time_zone, scratch, Quiet(), known)


def taken(feed: FeedRead, house: House) -> Taken:
    return take(clinic=house.id, feed=feed, actor=house.actor("privacy_officer"), at=AT)


def test_what_was_read_comes_back_as_it_was(house: House, tmp_path: Path) -> None:
    assert queries.assignments_table(house.id) is None
    feed = read(THREE, house, tmp_path)
    assert taken(feed, house) == Taken(added=3)
    table, before = queries.assignments_table(house.id).sort_by("assignment"), pq.read_table(feed.parquet)
    assert table.schema.names == before.schema.names
    assert table.schema.types == before.schema.types
    assert table.to_pylist() == before.to_pylist()
    states = dict(Assignment.objects.values_list("kind", "state"))
    assert states == {"initial": "assigned", "addendum": "submitted", "qa_review": "closed"}


def test_a_queue_that_still_says_open_undoes_nothing_that_was_done_here(house: House, tmp_path: Path) -> None:
    taken(read(THREE, house, tmp_path), house)
    row = Assignment.objects.get(kind="initial")
    for event in ("begun", "coded", "submitted"):
        row.refresh_from_db()
        work_on(
            clinic=house.id, assignment=row.id, event=event, revision=row.revision, actor=house.actor("coder"), at=AT
        )
    assert taken(read(THREE, house, tmp_path), house) == Taken(unchanged=3)
    row.refresh_from_db()
    assert (row.state, row.ended_at) == ("submitted", AT)


def test_again_adds_nothing_and_an_end_is_told_from_a_change(house: House, tmp_path: Path) -> None:
    taken(read(THREE, house, tmp_path), house)
    assert taken(read(THREE, house, tmp_path), house) == Taken(unchanged=3)
    later = THREE.replace("123456,,E1", "123456,2026-03-04T08:00:00,E1").replace("A3,P2", "A3,P7")
    assert taken(read(later, house, tmp_path), house) == Taken(changed=1, ended=1, unchanged=1)
    assert Assignment.objects.count() == 3


def test_a_row_about_a_stranger_is_in_quarantine_and_never_taken(house: House, tmp_path: Path) -> None:
    feed = read(THREE + "A4,P1,nobody,initial,2026-03-02T08:00:00,,,,\n", house, tmp_path)
    assert (feed.count.read, feed.count.quarantined) == (3, 1)
    assert taken(feed, house) == Taken(added=3)
    with pytest.raises(InputRefused, match="people of the workforce"):
        taken(read(HEADER + "A5,P1,gone,initial,2026-03-02T08:00:00,,,,\n", house, tmp_path, {"gone"}), house)
    assert Assignment.objects.count() == 3


def test_another_clinic_sees_none_of_it(house: House, other_house: House, tmp_path: Path) -> None:
    taken(read(THREE, house, tmp_path), house)
    assert queries.assignments_table(other_house.id) is None


def test_a_large_queue_is_taken_quickly(house: House, tmp_path: Path) -> None:
    number = 10_000
    rows = (f"A{n},P{n % 999},u-coder,initial,2026-03-02T08:00:00,,E{n},,\n" for n in range(number))
    feed = read(HEADER + "".join(rows), house, tmp_path)
    began = time.process_time()
    assert taken(feed, house).added == number
    assert time.process_time() - began < number / 2_000


@given(st.sampled_from(rules.ASSIGNMENT.states), st.text(max_size=9))
def test_no_state_is_left_by_an_unknown_event(state: str, event: str) -> None:
    if (state, event) not in rules.ASSIGNMENT.table:
        with pytest.raises(Refused):
            rules.ASSIGNMENT.after(state, event)


def test_every_state_is_reached_from_the_first() -> None:
    reached, waiting = set(), {rules.UNASSIGNED}
    while waiting:
        state = waiting.pop()
        reached.add(state)
        waiting |= {after for (before, _), after in rules.ASSIGNMENT.table.items() if before == state} - reached
    assert reached == set(rules.ASSIGNMENT.states)
