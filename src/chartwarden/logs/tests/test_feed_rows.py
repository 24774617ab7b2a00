"""Rows of a table become the feed that their file would have become."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chartwarden.logs.contracts import feed_schema
from chartwarden.logs.services import feed_from_rows, feed_from_table
from chartwarden.logs.tests.support import ASSIGNMENTS, rows

ROW = {
    "assignment": "A1",
    "patient": "P1",
    "kind": "initial",
    "assigned_at": datetime(2026, 3, 2, 9, 0, 0, 5),
    "due_on": date(2026, 3, 4),
    "starts": 510,
    "logins": ["a", "b"],
    "urgent": True,
    "pages": 3.5,
    "reason": "",
}


def test_values_stay_what_they_are(tmp_path: Path) -> None:
    found = feed_from_rows(ASSIGNMENTS, [ROW], tmp_path)
    assert pq.read_schema(found.parquet).equals(feed_schema(ASSIGNMENTS))
    assert rows(found.parquet) == [{name: ROW.get(name) for name in feed_schema(ASSIGNMENTS).names}]
    assert (found.count.rows, found.count.read, found.count.quarantined, found.count.duplicates) == (1, 1, 0, 0)
    assert set(found.present) == set(ROW)


def test_aware_instants_and_times_of_day_are_brought_to_the_feeds_kinds(tmp_path: Path) -> None:
    there = timezone(timedelta(hours=-6))
    told = {**ROW, "assigned_at": datetime(2026, 3, 2, 3, 0, 0, 5, there), "starts": time(8, 30), "logins": ("a", "b")}
    assert rows(feed_from_rows(ASSIGNMENTS, [told], tmp_path).parquet)[0] == {
        **dict.fromkeys(feed_schema(ASSIGNMENTS).names), **ROW,
    }  # fmt: skip
    told["assigned_at"] = ROW["assigned_at"].replace(tzinfo=UTC)
    assert rows(feed_from_rows(ASSIGNMENTS, [told], tmp_path).parquet)[0]["assigned_at"] == ROW["assigned_at"]


def test_order_changes_nothing_and_contents_change_the_digest(tmp_path: Path) -> None:
    two = [ROW, {**ROW, "assignment": "A2", "urgent": None}]
    digests = {feed_from_rows(ASSIGNMENTS, given, tmp_path).count.sha256 for given in (two, two[::-1], iter(two))}
    assert len(digests) == 1
    assert feed_from_rows(ASSIGNMENTS, [{**ROW, "pages": 4.0}, two[1]], tmp_path).count.sha256 not in digests
    table = pa.Table.from_pylist(two, schema=feed_schema(ASSIGNMENTS))
    assert feed_from_table(ASSIGNMENTS, table, tmp_path).count.sha256 in digests


def test_a_table_may_lack_columns_and_have_others(tmp_path: Path) -> None:
    table = pa.table({"assignment": ["A1"], "patient": ["P1"], "kind": ["audit"], "other": [1],
                      "assigned_at": pa.array([datetime(2026, 3, 2, tzinfo=UTC)])})  # fmt: skip
    found = feed_from_table(ASSIGNMENTS, table, tmp_path)
    assert found.present == ("assignment", "patient", "kind", "assigned_at")
    assert rows(found.parquet)[0]["assigned_at"] == datetime(2026, 3, 2)


def test_no_rows_are_a_feed_too(tmp_path: Path) -> None:
    found = feed_from_rows(ASSIGNMENTS, [], tmp_path)
    assert (rows(found.parquet), found.count.rows) == ([], 0)


@pytest.mark.parametrize(
    ("column", "value"), [("assigned_at", "Okonkwo"), ("pages", "Okonkwo"), ("logins", 7), ("patient", None)]
)
def test_a_wrong_value_is_named_by_its_column_and_not_told(tmp_path: Path, column: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"assignments, {column}") as told:
        feed_from_rows(ASSIGNMENTS, [{**ROW, column: value}], tmp_path)
    assert "Okonkwo" not in str(told.value)
