"""Patients taken over from their feed, and read back."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.progress import Quiet
from chartwarden.kernel.taken import Taken
from chartwarden.logs.contracts import FeedRead
from chartwarden.logs.queries import feeds
from chartwarden.logs.services import read_feed
from chartwarden.patients import queries
from chartwarden.patients.feeds import take
from chartwarden.patients.models import Patient
from tests.support.clinic import AT, House

FEED = next(feed for feed in feeds() if feed.name == "patients")
HEADER = "patient,family_name,given_name,birth_date,address_line,city,state,postal_code,phone,contact_name,flags\n"
TWO = HEADER + (
    'P1,Núñez,Ana,1950-02-03,"1 Elm St, Apt 2",Springfield,IL,62701,555-0101,Bo Núñez,public_figure;restricted\n'
    "P2,,,,,,,,,,\n"
)


def read(text: str, house: House, scratch: Path) -> FeedRead:
    path = scratch / "patients.csv"
    path.write_text(text, encoding="utf-8")
    return read_feed(FEED, path, house.clinic.time_zone, scratch, Quiet())


def taken(feed: FeedRead, house: House, days: int = 0) -> Taken:
    return take(clinic=house.id, feed=feed, actor=house.actor("privacy_officer"), at=AT + timedelta(days=days))


def rows(table: object) -> list[dict[str, object]]:
    """A feed's rows in the order of their ids; an empty list of words and none at all say the same."""
    found = [{name: value or None for name, value in row.items()} for row in table.to_pylist()]
    return sorted(found, key=lambda row: row["patient"])


def test_what_was_read_comes_back_as_it_was(house: House, tmp_path: Path) -> None:
    assert queries.patients_table(house.id) is None
    feed = read(TWO, house, tmp_path)
    assert taken(feed, house) == Taken(added=2)
    table, before = queries.patients_table(house.id), pq.read_table(feed.parquet)
    assert table.schema.names == before.schema.names
    assert all(one.equals(other) for one, other in zip(table.schema.types[:-1], before.schema.types[:-1], strict=True))
    assert rows(table) == rows(before)


def test_again_adds_nothing_and_a_change_is_one(house: House, tmp_path: Path) -> None:
    taken(read(TWO, house, tmp_path), house)
    assert taken(read(TWO, house, tmp_path), house, 1) == Taken(unchanged=2)
    moved = TWO.replace("1 Elm St", "9 Oak St") + "P3,Doe,Jane,1960-01-01,,,,,,,\n"
    assert taken(read(moved, house, tmp_path), house, 2) == Taken(added=1, changed=1, unchanged=1)
    assert Patient.objects.count() == 3
    assert taken(read(HEADER + "P3,Doe,Jane,1960-01-01,,,,,,,\n", house, tmp_path), house, 3) == Taken(unchanged=1)
    assert len(queries.patients_table(house.id)) == 3


def test_names_are_for_display_in_the_own_clinic(house: House, other_house: House, tmp_path: Path) -> None:
    taken(read(TWO, house, tmp_path), house)
    found = queries.names(house.id, ["P1", "P2", "P9"])
    assert (found["P1"].name, found["P1"].birth_date.isoformat()) == ("Ana Núñez", "1950-02-03")
    assert found["P2"].name == "P2"
    assert set(found) == {"P1", "P2"}
    with acting_in(other_house.id):
        assert queries.names(other_house.id, ["P1"]) == {}


def test_nothing_lies_in_clear(house: House, tmp_path: Path) -> None:
    taken(read(TWO, house, tmp_path), house)
    for row in Patient.objects.all():
        kept = bytes(row.identity) + bytes(row.ref_index)
        assert b"Springfield" not in kept
        assert "Núñez".encode() not in kept


def test_many_are_taken_quickly(house: House, tmp_path: Path) -> None:
    number = 10_000
    text = HEADER + "".join(f"P{n},Doe{n},Jane,1960-01-01,{n} Elm St,Springfield,IL,62701,,,\n" for n in range(number))
    feed = read(text, house, tmp_path)
    began = time.process_time()
    assert taken(feed, house).added == number
    assert time.process_time() - began < number / 2_000
