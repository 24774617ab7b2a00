"""A week reviewed from tables says of the week what a review of the week alone says, and knows the weeks before."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.progress import Quiet
from chartwarden.logs.contracts import FeedRead, Span, StoredLog
from chartwarden.logs.services import gather, read_feed, read_log
from chartwarden.review.contracts import Clinic, Findings, WeekReview
from chartwarden.review.explaining import places
from chartwarden.review.feeds import FEEDS
from chartwarden.review.findings_json import as_dict
from chartwarden.review.services import review_folder, review_tables
from chartwarden.review.session import explained_tables
from chartwarden.review.week import guessed_and_files, make_week, week_loads, week_totals

ZONE = "America/Chicago"
FIRST = date(2026, 4, 6)
WEEKS = 6
WEEK = (FIRST + timedelta(days=35), FIRST + timedelta(days=41))
LARGE = 2 << 20
"""So many bytes of a log are read the fast way."""
HEADER = "event,occurred_at,actor,action,patient,document,device,address\n"


def _row(event: str, day: date, time: str, actor: str, action: str, patient: str) -> str:
    return f"{event},{day}T{time},{actor},{action},{patient},note,D1,10.0.0.1\n"


def _weeks() -> list[str]:
    """Six weeks of a small clinic, a CSV each: assigned work, bursts in the second and last, a night in the last."""
    found = []
    for week in range(WEEKS):
        rows = HEADER
        for number in range(5):
            day = FIRST + timedelta(days=7 * week + number)
            for actor in ("ana", "ben"):
                for hour in (9, 10, 11):
                    name = f"{actor}{week}{number}{hour}"
                    rows += _row(f"e{name}", day, f"{hour:02}:05:00", actor, "open", f"P{name}")
                    rows += _row(f"v{name}", day, f"{hour:02}:09:00", actor, "view", f"P{name}")
            rows += _row(f"l{week}{number}", day, "08:59:00", "ana", "login", "")
            rows += _row(f"s{week}{number}", day, "12:00:00", "sue", "open", "P77")
        rows += _row(f"x{week}", FIRST + timedelta(days=7 * week + 2), "14:00:00", "ben", "open", "P99")
        if week in (1, WEEKS - 1):
            day = FIRST + timedelta(days=7 * week + 3)
            rows += "".join(_row(f"b{week}{n}", day, f"14:{n:02}:00", "ana", "open", f"X{week}{n}") for n in range(12))
            rows += _row(f"u{week}", day, "15:00:00", "ghost", "open", "P55")
        if week == WEEKS - 1:
            rows += _row("night", FIRST + timedelta(days=7 * week + 1), "02:15:00", "ana", "open", "P98")
        found.append(rows)
    return found


def _assignments() -> str:
    rows = "assignment,patient,coder,kind,assigned_at,ended_at,outcome\n"
    for week in range(WEEKS):
        for number in range(5):
            day = FIRST + timedelta(days=7 * week + number)
            for actor in ("ana", "ben"):
                for hour in (9, 10, 11):
                    name = f"{actor}{week}{number}{hour}"
                    rows += f"A{name},P{name},{actor},initial,{day}T{hour:02}:00:00,{day}T{hour:02}:07:00,submitted\n"
    return rows


CLINIC = Clinic("Week Clinic", ZoneInfo(ZONE))
FEED_TEXTS = {
    "workforce": "person,logins,role,started_on\nana,ana,coder,2020-01-01\nben,ben,coder,2020-01-01\n"
    "sue,sue,coding_supervisor,2020-01-01\n",
    "assignments": _assignments(),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("clinic")
    (place / "clinic.toml").write_text(f'name = "Week Clinic"\ntime_zone = "{ZONE}"\n')
    for name, text in FEED_TEXTS.items():
        (place / f"{name}.csv").write_text(text)
    (place / "accesses").mkdir()
    for week, text in enumerate(_weeks()):
        (place / "accesses" / f"week{week}.csv").write_text(text)
    return place


@pytest.fixture(scope="module")
def feeds(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, FeedRead]:
    place = tmp_path_factory.mktemp("feeds")
    return {
        feed.name: read_feed(feed, folder / f"{feed.name}.csv", CLINIC.time_zone, place, Quiet())
        for feed in FEEDS
        if feed.name in FEED_TEXTS
    }


@pytest.fixture(scope="module")
def stored(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[StoredLog]:
    kept = []
    for path in sorted((folder / "accesses").iterdir()):
        read = read_log([path], CLINIC.time_zone, tmp_path_factory.mktemp("log"), Quiet())
        kept.append(StoredLog(read.parquet, read.counts, read.quarantined, read.not_accesses))
    return kept


def _review(
    stored: list[StoredLog], feeds: dict[str, FeedRead], scratch: Path, lookback: int, engine: str = "duckdb"
) -> WeekReview:
    scratch.mkdir(exist_ok=True)
    logs = gather(stored, CLINIC.time_zone, scratch, Span())
    return review_tables(CLINIC, logs, feeds, week=WEEK, lookback_days=lookback, engine=engine, scratch=scratch)


@pytest.fixture(scope="module")
def alone(folder: Path) -> Findings:
    return review_folder(folder, days=WEEK)


@pytest.fixture(scope="module")
def looked_back(
    stored: list[StoredLog], feeds: dict[str, FeedRead], tmp_path_factory: pytest.TempPathFactory
) -> WeekReview:
    return _review(stored, feeds, tmp_path_factory.mktemp("looked"), 35)


def test_without_looking_back_it_is_the_review_of_the_week(
    stored: list[StoredLog], feeds: dict[str, FeedRead], alone: Findings, tmp_path: Path
) -> None:
    found = _review(stored, feeds, tmp_path, 0).findings
    # The feeds are the same files; the logs' other weeks are counted as inputs in both.
    assert as_dict(found) == as_dict(alone)
    assert (found.hours, found.loads) == (alone.hours, alone.loads)


def test_logs_that_were_read_fast_and_with_care_are_reviewed_together(
    stored: list[StoredLog], feeds: dict[str, FeedRead], looked_back: WeekReview, tmp_path: Path
) -> None:
    large = tmp_path / "week4.csv"
    header, *rows = _weeks()[4].splitlines()
    large.write_text("\n".join([f"{header},padding", *(f"{row},{'x' * (LARGE // len(rows))}" for row in rows), ""]))
    (tmp_path / "read").mkdir()
    fast = read_log([large], CLINIC.time_zone, tmp_path / "read", Quiet())
    kept = StoredLog(fast.parquet, fast.counts, fast.quarantined, fast.not_accesses)
    assert pq.read_schema(kept.parquet[0]).names != pq.read_schema(stored[4].parquet[0]).names
    mixed = _review([*stored[:4], kept, *stored[5:]], feeds, tmp_path / "scratch", 35)
    assert mixed.findings.cases == looked_back.findings.cases
    assert mixed.findings.totals == looked_back.findings.totals


def test_the_counts_are_of_the_week_alone(looked_back: WeekReview, alone: Findings) -> None:
    found = looked_back.findings
    assert found.period == alone.period
    assert found.totals == alone.totals
    assert (found.hours, found.loads) == (alone.hours, alone.loads)
    assert replace(found.coverage, notes=()) == replace(alone.coverage, notes=())
    [little] = [note for note in found.coverage.notes if "four weeks" in note]
    [none] = [note for note in alone.coverage.notes if "four weeks" in note]
    assert (little.rpartition(": ")[2], none.rpartition(": ")[2]) == ("ghost.", "ana, ben and ghost.")


def test_each_case_touches_the_week_and_ranks_run_from_one(looked_back: WeekReview) -> None:
    found = looked_back.findings
    assert [case.rank for case in found.cases] == list(range(1, len(found.cases) + 1))
    for case in found.cases:
        assert any(found.period.begins <= a.occurred_at < found.period.ends for a in case.accesses), case.narrative
    assert not any((case.patient or "").startswith("X1") for case in found.cases)
    counted = {run.id: run.signals for run in found.detectors}
    assert sum(counted.values()) == sum(len(case.signals) for case in found.cases)


def test_habits_come_from_the_weeks_before(looked_back: WeekReview, alone: Findings) -> None:
    def of(found: Findings, detector: str) -> list[str]:
        return [case.coder for case in found.cases for signal in case.signals if signal.detector == detector]

    assert of(looked_back.findings, "outside_working_hours") == ["ana"]
    assert of(alone, "outside_working_hours") == []
    assert "ana" in of(looked_back.findings, "volume_above_queue")


def test_coming_back_week_after_week_is_one_case(looked_back: WeekReview) -> None:
    [case] = [case for case in looked_back.findings.cases if case.patient == "P99"]
    assert [access.event for access in case.accesses] == [f"x{week}" for week in range(WEEKS)]


def test_what_did_not_run_says_why(looked_back: WeekReview) -> None:
    runs = {run.id: run for run in looked_back.findings.detectors}
    assert runs["neighbour"].why_not == "no patients feed"


def test_every_access_in_scope_is_judged_by_coder_then_time(looked_back: WeekReview, alone: Findings) -> None:
    rows = pq.read_table(looked_back.judged).to_pylist()
    assert [(row["coder"], row["occurred_at"]) for row in rows] == sorted((r["coder"], r["occurred_at"]) for r in rows)
    period = looked_back.findings.period
    assert all(period.begins <= row["occurred_at"] < period.ends for row in rows)
    assert {row["coder"] for row in rows} == {"ana", "ben", "ghost"}
    told = [row for row in rows if row["patient"]]
    assert len(told) == alone.totals.accesses
    assert sum(row["explained"] for row in told) == alone.totals.explained
    assert {row["explained"] for row in rows if not row["patient"]} == {None}
    by_event = {row["event"]: row for row in rows}
    assert (by_event["eana5111"]["explanation"], by_event["eana5111"]["reference"]) == (
        "assignment_open", "Aana5111",
    )  # fmt: skip
    assert by_event["vana5111"]["explanation"] == "grace_after_end"
    assert (by_event["night"]["explained"], by_event["night"]["reference"]) == (False, None)
    held = {access.access: access for case in looked_back.findings.cases for access in case.accesses}
    for row in rows:
        if row["access"] in held:
            assert held[row["access"]].event == row["event"]
            assert held[row["access"]].explanation == row["explanation"]


def test_again_is_the_same(
    stored: list[StoredLog], feeds: dict[str, FeedRead], looked_back: WeekReview, tmp_path: Path
) -> None:
    again = _review(stored, feeds, tmp_path, 35)
    assert as_dict(again.findings) == as_dict(looked_back.findings)
    assert pq.read_table(again.judged).equals(pq.read_table(looked_back.judged))


def test_a_system_that_fell_silent_is_told(stored: list[StoredLog], feeds: dict[str, FeedRead], tmp_path: Path) -> None:
    early = replace(stored[0], counts=(replace(stored[0].counts[0], format="openemr_log"),))
    found = _review([early, *stored[1:]], feeds, tmp_path, 35).findings
    assert found.coverage.systems == ("plain",)
    assert any("openemr_log" in note for note in found.coverage.notes)


def test_what_cannot_be_reviewed_is_refused(
    stored: list[StoredLog], feeds: dict[str, FeedRead], tmp_path: Path
) -> None:
    logs = gather(stored, CLINIC.time_zone, tmp_path, Span())
    with pytest.raises(InputRefused, match="a feed assignments"):
        review_tables(CLINIC, logs, {"workforce": feeds["workforce"]}, week=WEEK, lookback_days=0, scratch=tmp_path)
    with pytest.raises(InputRefused, match="first day that is not after"):
        review_tables(CLINIC, logs, feeds, week=WEEK[::-1], lookback_days=0, scratch=tmp_path)
    none = gather(stored, CLINIC.time_zone, tmp_path, Span(datetime(2030, 1, 1), None))
    with pytest.raises(InputRefused, match="at least one access log"):
        review_tables(CLINIC, none, feeds, week=WEEK, lookback_days=0, scratch=tmp_path)


@pytest.mark.peer("java")
def test_spark_judges_the_same(
    stored: list[StoredLog], feeds: dict[str, FeedRead], looked_back: WeekReview, tmp_path: Path
) -> None:
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    from pyspark.sql import SparkSession

    quick = SparkSession.builder.master("local[2]").config("spark.sql.shuffle.partitions", "2")
    quick.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    logs, found = gather(stored[-2:], CLINIC.time_zone, tmp_path, Span()), looked_back.findings
    with explained_tables(CLINIC, logs, feeds, WEEK, "spark", Quiet(), tmp_path) as session:
        make_week(session.engine, found.period, places(session.explanations), tmp_path / "judged.parquet")
        assert week_totals(session.engine) == found.totals
        assert week_loads(session.engine) == found.loads
        assert guessed_and_files(session.engine, found.period) == (0, {"week5.csv"})
    there, here = pq.read_table(tmp_path / "judged.parquet"), pq.read_table(looked_back.judged)
    assert there.drop(["access"]).to_pylist() == here.drop(["access"]).to_pylist()
