"""One upload read by itself, and kept ones put together: as if they had been read at once, and nothing dropped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.progress import Quiet
from chartwarden.logs.contracts import ACCESS_SCHEMA, AccessesRead, LogRead, Span, StoredLog
from chartwarden.logs.queries import formats
from chartwarden.logs.services import gather, read_accesses, read_log
from chartwarden.logs.tests.support import CHICAGO, rows

HEADER = "occurred_at,actor,action,patient,event\n"


def row(day: int, minute: int, event: str = "", actor: str = "mlopez") -> str:
    return f"2026-03-{day:02}T09:{minute:02}:00Z,{actor},open,P1,{event}\n"


def read(folder: Path, text: str | bytes, name: str = "accesses.csv") -> LogRead:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "in").mkdir()
    path = folder / "in" / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_log([path], CHICAGO, folder, Quiet())


def kept(found: LogRead) -> StoredLog:
    return StoredLog(found.parquet, found.counts, found.quarantined, found.not_accesses)


def put_together(folder: Path, logs: Sequence[LogRead], span: Span | None = None) -> AccessesRead:
    scratch = folder / "scratch"
    scratch.mkdir()
    return gather([kept(log) for log in logs], CHICAGO, scratch, span or Span())


def holds_law_five(read: AccessesRead) -> None:
    for count in read.counts:
        assert count.rows == count.read + count.quarantined + count.duplicates, count
    assert len(read.quarantined) == sum(count.quarantined for count in read.counts)


def events(read: AccessesRead) -> list[object]:
    return [found["event"] for path in read.parquet for found in rows(path)]


def test_a_preview_tells_what_an_upload_holds(tmp_path: Path) -> None:
    text = HEADER + row(2, 1, "e1") + row(2, 1, "e1") + "no time,mlopez,open,P1,e9\n"
    text += row(2, 5, "e2", "ssmith") + row(5, 1, "e3")
    found = read(tmp_path, text)
    assert (found.format, found.title) == ("plain", formats()["plain"].title)
    assert (found.first_at, found.last_at) == (datetime(2026, 3, 2, 9, 1), datetime(2026, 3, 5, 9, 1))
    assert found.days == (date(2026, 3, 2), date(2026, 3, 5))
    assert found.days_missing == (date(2026, 3, 3), date(2026, 3, 4))
    assert list(found.logins.items()) == [("mlopez", 2), ("ssmith", 1)]
    [count] = found.counts
    assert (count.rows, count.read, count.quarantined, count.duplicates) == (5, 3, 1, 1)
    assert count.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert [(bad.file, bad.line) for bad in found.quarantined] == [("accesses.csv", 4)]


def test_days_are_those_of_the_clinic(tmp_path: Path) -> None:
    text = HEADER + "2026-03-02T05:59:59Z,mlopez,open,P1,e1\n2026-03-03T06:00:00Z,mlopez,open,P1,e2\n"
    found = read(tmp_path, text)
    assert found.days == (date(2026, 3, 1), date(2026, 3, 3))


def test_an_upload_that_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused):
        read(tmp_path, "a,b\n1,2\n")


def test_what_two_logs_hold_counts_once(tmp_path: Path) -> None:
    first = read(tmp_path / "a", HEADER + row(2, 1, "e1") + row(2, 2) + row(2, 3, "e3"))
    second = read(tmp_path / "b", HEADER + row(2, 1, "e1") + row(2, 2) + row(2, 9, "e2") + row(2, 4, "e3"))
    together = put_together(tmp_path, [first, second])
    assert events(together) == ["e1", None, "e3", "e2"]
    assert [(c.rows, c.read, c.quarantined, c.duplicates) for c in together.counts] == [(3, 3, 0, 0), (4, 1, 1, 2)]
    holds_law_five(together)
    [conflict] = together.quarantined
    assert conflict.file == "accesses.csv"
    assert "'e3'" in conflict.reason


def test_kept_files_stay_as_they_are(tmp_path: Path) -> None:
    logs = [read(tmp_path / name, HEADER + row(2, 1, "e1") + row(2, 2, f"e{name}")) for name in "ab"]
    before = [path.read_bytes() for log in logs for path in log.parquet]
    put_together(tmp_path, logs)
    assert [path.read_bytes() for log in logs for path in log.parquet] == before


def _about(event: str, *patients: str) -> bytes:
    entity = [{"what": {"reference": f"Patient/{patient}"}, "type": {"code": "1"}} for patient in patients]
    said = {
        "resourceType": "AuditEvent",
        "id": event,
        "type": {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"},
        "action": "R",
        "recorded": "2026-03-02T09:00:00Z",
        "agent": [{"who": {"identifier": {"value": "mlopez"}}, "altId": "mlopez", "requestor": True}],
        "source": {"observer": {"display": "EHR"}},
        "entity": entity,
    }
    return json.dumps(said).encode() + b"\n"


def test_a_row_of_several_events_is_one_row_also_among_kept_logs(tmp_path: Path) -> None:
    text = _about("e1", "P1", "P2") + _about("e2", "P3")
    logs = [read(tmp_path / name, text, "audit.ndjson") for name in "ab"]
    assert [len(rows(log.parquet[0])) for log in logs] == [3, 3]
    together = put_together(tmp_path, logs)
    assert [(c.rows, c.read, c.duplicates) for c in together.counts] == [(2, 2, 0), (2, 0, 2)]
    holds_law_five(together)


def test_logs_far_from_the_span_are_left_out(tmp_path: Path) -> None:
    logs = [read(tmp_path / str(day), HEADER + row(day, 1, f"e{day}")) for day in (2, 10, 20)]
    together = put_together(tmp_path, logs, Span(datetime(2026, 3, 9), datetime(2026, 3, 12)))
    assert events(together) == ["e10"]
    assert len(together.counts) == 3


def test_gaps_are_looked_for_in_all_logs_together(tmp_path: Path) -> None:
    def day(number: int) -> str:
        return HEADER + "".join(row(number, at, f"{number}-{at}", f"u{at}") for at in range(8))

    logs = [read(tmp_path / str(number), day(number)) for number in (9, 23, 30)]
    assert all(not log.coverage.silences for log in logs)
    [silence] = put_together(tmp_path, logs).coverage.silences
    assert (silence.begins, silence.ends) == (datetime(2026, 3, 16, 9), datetime(2026, 3, 16, 10))


_rows = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3), st.sampled_from(["", "e1", "e2"])), max_size=6)


@settings(max_examples=10, deadline=None)
@given(st.lists(_rows, min_size=1, max_size=3))
def test_gathered_is_as_read_at_once(tmp_path_factory: pytest.TempPathFactory, logs: list[list]) -> None:
    folder = tmp_path_factory.mktemp("logs")
    texts = [HEADER + "".join(row(*values) for values in log) for log in logs]
    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"log{number}.csv")
        paths[-1].write_text(text)
    (folder / "once").mkdir()
    once = read_accesses(paths, CHICAGO, folder / "once", Quiet())
    single = []
    for number, path in enumerate(paths):
        (folder / str(number)).mkdir()
        single.append(read_log([path], CHICAGO, folder / str(number), Quiet()))
    together = put_together(folder, single)
    holds_law_five(together)

    def held(read: AccessesRead) -> list[dict[str, object]]:
        return [{name: found[name] for name in ACCESS_SCHEMA.names} for path in read.parquet for found in rows(path)]

    assert held(together) == held(once)
    # A log read alone cannot know that an event in conflict with its own is a duplicate of another log's.
    assert [(c.rows, c.read, c.sha256) for c in together.counts] == [(c.rows, c.read, c.sha256) for c in once.counts]
    assert (together.guessed, together.not_accesses, together.coverage) == (
        once.guessed, once.not_accesses, once.coverage,
    )  # fmt: skip


def test_the_schema_holds_in_all_kept_files(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + row(2, 1, "e1"))
    for path in found.parquet:
        assert [name for name in pq.read_schema(path).names if name != "line"] == ACCESS_SCHEMA.names
