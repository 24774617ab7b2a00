"""A Parquet log's far-away rows are left unread; every other input is left as it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chartwarden.kernel.progress import Quiet
from chartwarden.logs.contracts import Span
from chartwarden.logs.services import read_accesses

FIRST = datetime(2026, 3, 1, 12)
SPAN = Span(datetime(2026, 3, 10), datetime(2026, 3, 11))


def log(path: Path, kind: pa.DataType) -> Path:
    times = [FIRST + timedelta(days=day) for day in range(30)]
    if kind.tz:
        times = [at.replace(tzinfo=UTC) for at in times]
    columns = {
        "occurred_at": pa.array(times, kind),
        "actor": ["ana"] * 30,
        "action": ["open"] * 30,
        "patient": ["P"] * 30,
    }
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("kind", [pa.timestamp("us", "UTC"), pa.timestamp("us")])
def test_rows_far_from_the_days_are_left_out_and_said(tmp_path: Path, kind: pa.DataType) -> None:
    read = read_accesses([log(tmp_path / "accesses.parquet", kind)], ZoneInfo("UTC"), tmp_path, Quiet(), span=SPAN)
    [count] = read.counts
    assert (count.rows, count.read) == (5, 5)
    assert count.notes == ("25 rows are further than 2 days from the asked-for ones and were not looked at",)


def test_without_days_every_row_is_read(tmp_path: Path) -> None:
    [count] = read_accesses(
        [log(tmp_path / "accesses.parquet", pa.timestamp("us"))], ZoneInfo("UTC"), tmp_path, Quiet()
    ).counts
    assert (count.rows, count.notes) == (30, ())


def test_a_text_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "accesses.csv"
    path.write_text("occurred_at,actor,action,patient\n2026-01-01T00:00:00Z,ana,open,P1\n")
    [count] = read_accesses([path], ZoneInfo("UTC"), tmp_path, Quiet(), span=SPAN).counts
    assert (count.rows, count.notes) == (1, ())
