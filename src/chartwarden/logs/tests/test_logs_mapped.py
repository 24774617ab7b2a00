"""Another's CSV, read through the mapping beside it, and the draft of such a mapping."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.canonical import read_careful, read_fast
from chartwarden.logs.contracts import AccessesRead, Source
from chartwarden.logs.engine import connect
from chartwarden.logs.formats import mapped
from chartwarden.logs.queries import draft_mapping
from chartwarden.logs.tests.support import CHICAGO, rows

TOML = b"""\
time = "%m/%d/%Y %I:%M %p"
[columns]
occurred_at = ["Date", "Time"]
actor = "User"
action = "What"
patient = "MRN"
[values.action]
"Opened" = "open"
"" = "view"
[constants]
device = "EHR"
"""
LOG = b"MRN,Date,Time,User,What\n17,07/02/2026,09:15 AM,mlopez,Opened\n18,03/08/2026,02:30 AM,mlopez,\n"
Accesses = Callable[..., AccessesRead]


def test_rows_are_read_through_the_mapping(accesses: Accesses) -> None:
    read = accesses({"log.csv": LOG, "beside:log.toml": TOML})
    first, second = rows(read.parquet[0])
    assert (first["occurred_at"], first["action"], first["device"]) == (datetime(2026, 7, 2, 14, 15), "open", "EHR")
    assert (second["occurred_at"], second["action"], second["guessed"]) == (datetime(2026, 3, 8, 8, 30), "view", True)
    assert read.counts[0].format == "mapped"


def test_the_mapping_among_the_logs_is_no_log(accesses: Accesses) -> None:
    read = accesses({"log.toml": TOML, "log.csv": LOG})
    assert [(count.name, count.rows) for count in read.counts] == [("log.toml", 0), ("log.csv", 2)]
    assert len(read.parquet) == 1


TIMES = "expected a time written as %m/%d/%Y %I:%M %p; found '13/02/2026 09:15 AM'"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"17,13/02/2026,09:15 AM,mlopez,Opened", f"occurred_at: {TIMES}"),
        (b"17,,09:15 AM,mlopez,Opened", "expected a value in occurred_at; found none"),
        (b"17,07/02/2026,09:15 AM,mlopez,Frobbed", None),
        (b",07/02/2026,09:15 AM,mlopez,Opened", "expected a value in patient, as the action is open; found none"),
    ],
)
def test_bad_rows(row: bytes, reason: str | None, accesses: Accesses) -> None:
    read = accesses({"log.csv": LOG + row + b"\n", "beside:log.toml": TOML})
    (found,) = read.quarantined
    assert found.line == 4
    assert found.reason == reason or found.reason.endswith("logout; found 'Frobbed'")


WRONG = {
    "no TOML": (b"x = ", "log.toml: expected TOML in UTF-8; found Invalid value (at end of document)"),
    "zone": (
        b'zone = "Mars"\n' + TOML,
        "log.toml, zone: expected an IANA time zone such as America/Chicago; found 'Mars'",
    ),
    "delimiter": (
        b'delimiter = "::"\n' + TOML,
        "log.toml, delimiter: expected a comma, a tab, a semicolon or a bar; found '::'",
    ),
    "time": (
        TOML.replace(b"%m/%d/%Y %I:%M %p", b"MM/DD"),
        "log.toml, time: expected a format such as %m/%d/%Y %H:%M; found 'MM/DD'",
    ),
    "empty column": (
        TOML.replace(b'"User"', b'""'),
        "log.toml, columns.actor: expected the name of a column, or a list of names; found ''",
    ),
    "missing column": (
        TOML.replace(b'actor = "User"\n', b""),
        "log.toml, columns.actor: expected the name of a column, or a list of names; found none",
    ),
    "column of another file": (
        TOML.replace(b'"User"', b'"Login"'),
        "log.csv, line 1: expected the column Login; found only 'MRN, Date, Time, User, What'",
    ),
    "both": (TOML + b'actor = "me"\n', "log.toml, constants.actor: expected a column or a constant; found both"),
    "number": (TOML + b"address = 7\n", "log.toml, constants.address: expected a text; found 7"),
    "values": (
        TOML.replace(b'"" = "view"', b'"" = 7'),
        "log.toml, values.action: expected a table of words to words; found {'Opened': 'open', '': 7}",
    ),
    "values of no column": (
        TOML + b'[values.outcome]\n"x" = "denied"\n',
        "log.toml, values.outcome: expected columns.outcome as well; found none",
    ),
    "columns is no table": (b"columns = 1", "log.toml, columns: expected a table; found 1"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_mapping_is_refused_by_its_key(what: str, accesses: Accesses) -> None:
    toml, message = WRONG[what]
    with pytest.raises(InputRefused) as refused:
        accesses({"log.csv": LOG, "beside:log.toml": toml})
    assert str(refused.value) == message


def test_an_unknown_key_is_named(accesses: Accesses) -> None:
    with pytest.raises(InputRefused) as refused:
        accesses({"log.csv": LOG, "beside:log.toml": b'colour = "red"\n' + TOML + b'shape = "round"\n'})
    lines = str(refused.value).split("\n")
    assert [line.partition(":")[0] for line in lines] == ["log.toml, colour", "log.toml, constants.shape"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.datetimes(datetime(2000, 1, 3), datetime(2039, 12, 30)), min_size=1, max_size=3),
    st.sampled_from(["%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S"]),
    st.sampled_from(["Opened", "open", "view", "", " "]),
)
def test_fast_and_careful_agree(moments: list[datetime], time: str, word: str) -> None:
    lines = [f"{moment.strftime(time)},x,P1,{word}" for moment in moments]
    toml = TOML.replace(b"%m/%d/%Y %I:%M %p", time.encode()).replace(b'["Date", "Time"]', b'"Date"')
    with tempfile.TemporaryDirectory() as folder:
        path, beside = Path(folder, "log.csv"), Path(folder, "log.toml")
        path.write_text("\n".join(("Date,User,MRN,What", *lines)), encoding="utf-8")
        beside.write_bytes(toml)
        source = Source("log.csv", path, CHICAGO, {"log.toml": beside})
        careful = read_careful(mapped.FORMAT, source, Path(folder, "careful.parquet"))
        with connect(Path(folder)) as database:
            fast = read_fast(database, mapped.FORMAT, source, Path(folder, "fast.parquet"))
        assert fast is not None
        assert rows(fast.parts[0].parquet) == rows(careful.parts[0].parquet)
        assert careful.parts[0].quarantined == []


def some_log(time: str) -> bytes:
    times = [(datetime(2026, 3, 1, 9, 30) + timedelta(days=at)).strftime(time) for at in range(20)]
    actions = ("Chart opened", "Printed")
    rows_ = [f"{at};{moment};u{at % 3};{100 + at};{actions[at % 2]}" for at, moment in enumerate(times)]
    return "\n".join(("Log ID;Access Time;User Login;MRN;Activity", *rows_)).encode()


@pytest.mark.parametrize("time", ["%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%b %d, %Y %I:%M:%S %p"])
def test_a_draft_reads_the_log_that_it_was_drafted_from(time: str, tmp_path: Path, accesses: Accesses) -> None:
    path = tmp_path / "ehr.csv"
    path.write_bytes(some_log(time))
    toml = draft_mapping(path)
    read = accesses({"ehr.csv": path.read_bytes(), "beside:ehr.toml": toml.encode()})
    found = rows(read.parquet[0])
    assert [row["occurred_at"] for row in found][:2] == [datetime(2026, 3, 1, 15, 30), datetime(2026, 3, 2, 15, 30)]
    assert [found[1][name] for name in ("actor", "action", "patient", "event")] == ["u1", "print", "101", "1"]


def test_a_draft_says_what_it_could_not_find(tmp_path: Path) -> None:
    path = tmp_path / "ehr.csv"
    path.write_bytes(b'Access Time,"Activity ""x""",Colour\nsoon,Frobnicated,red\n')
    toml = draft_mapping(path)
    content = tomllib.loads(toml)
    assert content["columns"]["actor"] == ""
    assert content["time"] == ""
    assert '# Not used: "Colour"' in toml
    assert '# "Frobnicated" = ""' in toml


def test_a_draft_of_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ehr.csv"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(InputRefused, match="found a zip archive"):
        draft_mapping(path)
