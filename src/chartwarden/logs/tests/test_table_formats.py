"""What holds for each EHR log that is a table: examples, recognition, and that no byte can hurt a good row."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import ACTIONS, DOCUMENTS, AccessEvent, Head, NotAccess, Quarantined, Source
from chartwarden.logs.formats import (
    dicom_audit,
    epic_access_log,
    gnumed_access_log,
    openemr_log,
    touchworks_access_log,
)

TABLES = {
    module.__name__.rpartition(".")[2]: module.FORMAT
    for module in (epic_access_log, gnumed_access_log, openemr_log, touchworks_access_log)
}
ALL = {**TABLES, "dicom_audit": dicom_audit.FORMAT}
EXAMPLES = [(name, example) for name, one in TABLES.items() for example in one.examples]
each_table = pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{n}: {e.title}" for n, e in EXAMPLES])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


def rows_of(folder, name, example, content=None):
    for beside, raw in example.companions.items():
        (folder / beside).write_bytes(raw)
    path = folder / example.name
    path.write_bytes(example.content if content is None else content)
    companions = {beside: folder / beside for beside in example.companions}
    return list(ALL[name].read(Source(example.name, path, ZoneInfo(example.zone), companions)))


def lines_of(rows):
    return [row.line for row in rows]


@each_table
def test_an_example_becomes_what_it_says(folder, name, example):
    rows = rows_of(folder, name, example)
    events = [row for row in rows if isinstance(row, AccessEvent)]
    assert len(events) == len(example.becomes)
    for event, becomes in zip(events, example.becomes, strict=True):
        for key, value in becomes.items():
            found = getattr(event, key)
            assert (found.isoformat() if key.endswith("_at") and found else found) == value, key
    assert tuple(row.line for row in rows if isinstance(row, Quarantined)) == example.quarantined


@each_table
def test_every_line_has_one_outcome(folder, name, example):
    rows = rows_of(folder, name, example)
    assert lines_of(rows) == list(range(2, example.content.count(b"\n") + 1))
    assert all(isinstance(row, AccessEvent | Quarantined | NotAccess) for row in rows)


@pytest.mark.parametrize("name", ALL)
def test_recognises_its_own_and_no_other(name):
    for owner, one in ALL.items():
        for example in one.examples:
            assert ALL[name].recognises(Head(example.name, example.content[:65536])) is (owner == name)
    plain = b"occurred_at,actor,action,patient,encounter,document,device,event\n2026-01-01T09:00,ana,open,P1,,,,e1\n"
    for other in (
        plain,
        b"",
        b"PK\x03\x04",
        b"\xff\xfe\0a",
        b'{"resourceType": "AuditEvent"}\n',
        b"user,date,patient\n",
    ):
        assert not ALL[name].recognises(Head("accesses.csv", other))


@each_table
def test_delimiter_bom_and_line_ends_do_not_matter(folder, name, example):
    if b"|" in example.content or b'"' in example.content or b" (23.0)" in example.content:
        content = b"\xef\xbb\xbf" + example.content.replace(b"\n", b"\r\n")
    else:
        content = b"\xef\xbb\xbf" + example.content.replace(b",", b"\t").replace(b"\n", b"\r\n")
    assert rows_of(folder, name, example, content) == rows_of(folder, name, example)
    assert ALL[name].recognises(Head("x", content))


edits = st.lists(
    st.tuples(st.integers(0, 5000), st.sampled_from("rid"), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6
)


def mutated(content, changes):
    for place, kind, raw in changes:
        at = place % len(content) if content else 0
        content = content[:at] + (b"" if kind == "d" else raw) + content[at + (0 if kind == "i" else len(raw)) :]
    return content


@each_table
@given(changes=edits)
def test_mutations_are_refused_or_quarantined(folder, name, example, changes):
    content = mutated(example.content, changes)
    try:
        rows = rows_of(folder, name, example, content)
    except InputRefused:
        return
    assert lines_of(rows) == sorted(set(lines_of(rows)))
    for row in rows:
        if isinstance(row, AccessEvent):
            assert row.action in ACTIONS
            assert row.document in (None, *DOCUMENTS)
            assert row.actor
            assert row.occurred_at.tzinfo is None
        if isinstance(row, Quarantined):
            assert "expected" in row.reason


@each_table
@given(garbage=st.binary(max_size=80).map(lambda raw: raw.replace(b"\n", b"")), at=st.integers(1, 9))
def test_a_line_of_garbage_costs_no_good_row(folder, name, example, garbage, at):
    header, *lines = example.content.splitlines(keepends=True)
    content = header + b"".join([*lines[:at], garbage + b"\n", *lines[at:]])
    before = rows_of(folder, name, example)
    after = rows_of(folder, name, example, content)
    told = {repr(row).partition(",")[2] for row in after}
    assert {repr(row).partition(",")[2] for row in before} <= told
    assert len(after) == len(before) + bool(garbage.strip(b"\r"))


@pytest.mark.parametrize(("name", "column"), [
    ("epic_access_log", "ACCESS_TIME"), ("gnumed_access_log", "user_action"), ("openemr_log", "patient_id"),
    ("touchworks_access_log", "PatientID"),
])  # fmt: skip
def test_a_missing_column_refuses_the_file_and_is_named(folder, name, column):
    example = TABLES[name].examples[0]
    with pytest.raises(InputRefused, match=f"line 1: expected the columns .*; found no .*{column}"):
        rows_of(folder, name, example, example.content.replace(column.encode(), b"other", 1))


@pytest.mark.parametrize("name", TABLES)
def test_local_times_that_a_clock_change_blurs_are_marked(folder, name):
    example = TABLES[name].examples[0]
    content = example.content.replace(b"2026-03-02 09:1", b"2025-11-02 01:1").replace(b"+01", b"")
    content = content.replace(b"2026-03-09 08:00:00", b"2025-11-02 01:10:00")
    content = content.replace(b"2026-03-02 09:0", b"2025-11-02 01:0")
    zone = ZoneInfo("America/Chicago")
    for beside, raw in example.companions.items():
        (folder / beside).write_bytes(raw)
    path = folder / "blurred.csv"
    path.write_bytes(content)
    first = next(iter(TABLES[name].read(Source("blurred.csv", path, zone, {}))))
    assert first.guessed
