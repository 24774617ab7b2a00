"""Where a log is silent, jumps, or knew too early."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.logs.contracts import ACCESS_SCHEMA, Silence
from chartwarden.logs.coverage import cover, silences

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = datetime(2026, 2, 2, 15)  # 09:00 in Chicago


def working_hours(weeks: int) -> list[datetime]:
    days = [MONDAY + timedelta(days=7 * week + day) for week in range(weeks) for day in range(5)]
    return [day + timedelta(hours=hour) for day in days for hour in range(8)]


def busy(hours: list[datetime], logins: int = 12) -> dict[datetime, int]:
    return dict.fromkeys(hours, logins)


def test_an_hour_with_few_at_work_may_well_have_no_row() -> None:
    hours = working_hours(4)
    assert silences(busy(hours[:30] + hours[31:], logins=2), CHICAGO) == []


def test_hours_that_other_weeks_fill_are_a_silence_and_nights_are_not() -> None:
    hours = working_hours(4)
    lost = {MONDAY + timedelta(days=15, hours=hour) for hour in (2, 3, 4)}
    found = silences(busy([hour for hour in hours if hour not in lost]), CHICAGO)
    assert found == [Silence(min(lost), max(lost) + timedelta(hours=1))]


def test_a_clock_change_is_no_silence() -> None:
    hours = [hour - timedelta(hours=hour >= datetime(2026, 3, 8, 8)) for hour in working_hours(8)]
    assert silences(busy(hours), CHICAGO) == []


def test_two_weeks_are_too_few_to_expect_anything() -> None:
    assert silences(busy(working_hours(2)[1:-9]), CHICAGO) == []


def write(path: Path, times: list[datetime], recorded: list[datetime | None]) -> Path:
    rows = [
        {"occurred_at": at, "recorded_at": known, "actor": "ana", "action": "open", "guessed": False, "file": path.name}
        for at, known in zip(times, recorded, strict=True)
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=ACCESS_SCHEMA), path)
    return path


def test_a_step_back_in_an_orderly_file_is_a_jump(tmp_path: Path) -> None:
    times = [MONDAY + timedelta(minutes=minute) for minute in range(5000)]
    times[2500:] = [at - timedelta(hours=30) for at in times[2500:]]
    path = write(tmp_path / "a.parquet", times, [None] * 5000)
    assert cover([("a.csv", path)], CHICAGO, tmp_path).jumps == (("a.csv", times[2500]),)


def test_a_shuffled_file_has_no_order_to_jump_from(tmp_path: Path) -> None:
    times = [MONDAY + timedelta(minutes=(minute * 137) % 300) for minute in range(300)]
    path = write(tmp_path / "a.parquet", times, [None] * 300)
    assert cover([("a.csv", path)], CHICAGO, tmp_path).jumps == ()


def test_rows_written_down_before_they_happened_are_counted(tmp_path: Path) -> None:
    minutes = [timedelta(minutes=minute) for minute in (5, 0, -5)]
    path = write(tmp_path / "a.parquet", [MONDAY] * 3, [MONDAY + minute for minute in minutes])
    assert cover([("a.csv", path)], CHICAGO, tmp_path).recorded_early == 1
