"""AuditEvents that are broken, or lie in odd files: nothing crashes, and no good row is lost."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import AccessEvent, Head, NotAccess, Quarantined, Row, Source
from chartwarden.logs.formats._fhir_examples import event, patient, person
from chartwarden.logs.formats._fhir_mend import mend
from chartwarden.logs.formats.fhir_audit_event import read, recognises


def good(key: str = "x") -> dict[str, object]:
    return event(key, "read", "R", "2026-03-02T14:15:00Z", [person("coder1")], [patient("Patient/1")])


def packed(key: str = "x", **changes: object) -> bytes:
    return json.dumps(good(key) | changes).encode()


def rows(content: bytes, folder: Path) -> list[Row]:
    path = folder / "audit.json"
    path.write_bytes(content)
    return list(read(Source("audit.json", path, ZoneInfo("UTC"))))


def events(found: list[Row]) -> list[tuple[int, str | None]]:
    return [(row.line, row.event) for row in found if isinstance(row, AccessEvent)]


def quarantined(found: list[Row]) -> list[int]:
    return [row.line for row in found if isinstance(row, Quarantined)]


BAD_LINES = {
    "deep where a value is read": packed().replace(b'"2026-03-02T14:15:00Z"', b"[" * 10_000 + b"]" * 10_000),
    "agent deep": packed().replace(b'"agent": ', b'"agent": ' + b"[" * 10_000),
    "truncated": packed()[:-40],
    "not UTF-8": packed().replace(b"coder1", b"coder\xff"),
    "half a surrogate": packed().replace(b"coder1", b"\\ud800"),
    "NUL in a login": packed().replace(b"coder1", b"cod\\u0000er"),
    "a control character": packed().replace(b"coder1", b"cod\x00er"),
    "an array for a login": packed().replace(b'"coder1"', b'["coder1"]'),
    "a number for an agent": packed(agent=7),
    "a text for an entity": packed(entity="Patient/1"),
    "an endless login": packed().replace(b"coder1", b"c" * (1024 * 1024 + 1)),
    "an endless unterminated text": packed().replace(b'"coder1"', b'"' + b'\\"' * 500_000),
    "a bare word": b"AuditEvent",
    "an array": b"[1, 2]",
    "null": b"null",
    "a Bundle": b'{"resourceType": "Bundle", "entry": []}',
    "no type": b"{}",
    "two on a line": packed() + packed(),
}


@pytest.mark.parametrize("bad", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_is_quarantined_and_its_neighbours_are_read(bad: bytes, tmp_path: Path):
    found = rows(b"\n".join([packed("a"), bad, packed("b")]), tmp_path)

    assert events(found) == [(1, "a"), (3, "b")]
    assert quarantined(found) == [2]
    assert "expected" in found[1].reason
    assert "found" in found[1].reason
    assert len(found[1].reason) < 1000


GOOD_LINES = {
    "deep where nothing is read": packed(extension=0).replace(
        b'"extension": 0', b'"x": ' + b"[" * 10_000 + b"]" * 10_000
    ),
    "10 MB where nothing is read": packed(text="x" * 10_000_000),
    "NUL where nothing is read": packed(text="\0"),
    "a key twice": packed().replace(b'"id": "x"', b'"id": "y", "id": "x"'),
    "a comma too many": packed(extension=[1]).replace(b"[1]", b"[1, ]")[:-1] + b",}",
    "no number": packed(extension=0).replace(b'"extension": 0', b'"extension": [NaN, -Infinity, 1e999]'),
    "a Windows line end": packed() + b"\r",
    "a null in a list": packed(agent=[None, person("coder1")]),
}


@pytest.mark.parametrize("line", GOOD_LINES.values(), ids=GOOD_LINES.keys())
def test_what_does_not_touch_the_meaning_costs_no_row(line: bytes, tmp_path: Path):
    found = rows(b"\n".join([packed("a"), line, packed("b")]), tmp_path)

    assert events(found) == [(1, "a"), (2, "x"), (3, "b")]


def test_blank_lines_and_a_byte_order_mark_are_no_rows(tmp_path: Path):
    found = rows(b"\xef\xbb\xbf" + packed("a") + b"\n\n  \n" + packed("b") + b"\n\n", tmp_path)

    assert events(found) == [(1, "a"), (4, "b")]
    assert len(found) == 2


def test_a_broken_first_line_does_not_hide_the_lines_after_it(tmp_path: Path):
    found = rows(packed("a")[:-30] + b"\n" + packed("b") + b"\n" + packed("c"), tmp_path)

    assert (quarantined(found), events(found)) == ([1], [(2, "b"), (3, "c")])


def bundle(*resources: object, indent: int | None = None) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": resource} for n, resource in enumerate(resources)]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}, indent=indent).encode()


@pytest.mark.parametrize("indent", [None, 2])
def test_a_bundle_counts_its_entries(indent: int | None, tmp_path: Path):
    outcome = {"resourceType": "OperationOutcome"}

    found = rows(bundle(good("a"), outcome, {"id": "?"}, good("b"), indent=indent), tmp_path)

    assert events(found) == [(1, "a"), (4, "b")]
    assert [type(row) for row in found] == [AccessEvent, NotAccess, Quarantined, AccessEvent]


def test_an_entry_without_a_resource_is_quarantined(tmp_path: Path):
    found = rows(b'{"resourceType": "Bundle", "entry": [{"fullUrl": "x"}, null, 5]}', tmp_path)

    assert quarantined(found) == [1, 2, 3]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_bundle_that_breaks_off_keeps_the_entries_before_the_break(indent: int | None, tmp_path: Path):
    whole = bundle(good("a"), good("b"), good("c"), indent=indent)

    found = rows(whole[: whole.rindex(b"coder1")], tmp_path)

    assert events(found) == [(1, "a"), (2, "b")]
    assert quarantined(found) == [3]


def test_one_bad_entry_of_a_bundle_costs_no_other(tmp_path: Path):
    whole = bundle(good("a"), good("b"), good("c"))
    deep = whole.replace(b'"id": "b"', b'"id": "b", "x": ' + b"[" * 5000 + b"]" * 5000)
    bad = whole.replace(b'"id": "b"', b'"id": "\xff"')

    assert events(rows(deep, tmp_path)) == [(1, "a"), (2, "b"), (3, "c")]
    assert events(rows(bad, tmp_path)) == [(1, "a"), (3, "c")]
    assert quarantined(rows(bad, tmp_path)) == [2]


def test_an_array_and_resources_after_each_other_are_read(tmp_path: Path):
    pretty = [json.dumps(good(key), indent=2).encode() for key in "ab"]

    assert events(rows(b"[" + b",".join(pretty) + b"]", tmp_path)) == [(1, "a"), (2, "b")]
    assert events(rows(b"[" + b",".join(pretty), tmp_path)) == [(1, "a"), (2, "b")]
    assert events(rows(b"\n".join(pretty), tmp_path)) == [(1, "a"), (2, "b")]


def test_a_bundle_with_an_entry_a_line_is_one_document(tmp_path: Path):
    entries = b",\n".join(b'{"resource": ' + packed(key) + b"}" for key in "ab")

    found = rows(b'{"resourceType": "Bundle", "entry": [\n' + entries + b"\n]}", tmp_path)

    assert events(found) == [(1, "a"), (2, "b")]


def test_a_single_broken_resource_is_one_quarantined_row(tmp_path: Path):
    found = rows(json.dumps(good(), indent=2).encode()[:-50], tmp_path)

    assert [type(row) for row in found] == [Quarantined]


def test_an_empty_file_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(InputRefused, match=r"^audit\.json: expected a FHIR AuditEvent.*; found an empty file$"):
        rows(b"", tmp_path)


@pytest.mark.parametrize(
    ("start", "known"),
    [
        (packed(), True),
        (bundle(good()), True),
        (bundle(good(), indent=2), True),
        (b'{"resourceType": "Bundle", "type": "searchset", "total": 0}', True),
        (b"\xef\xbb\xbf" + packed(), True),
        (b"[" + packed() + b"]", True),
        (b'{"resourceType": "Patient", "id": "AuditEvent"}', False),
        (b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}', False),
        (b'{"actor": "a", "query": "\\"resourceType\\": \\"AuditEvent\\""}', False),
        (b"occurred_at,actor\n", False),
        (b"PK\x03\x04", False),
        (b"", False),
    ],
)
def test_audit_events_are_known_by_their_content(start: bytes, known: bool):
    assert recognises(Head("anything.bin", start)) is known


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_sound_json_is_mended_to_itself(value: object):
    text = json.dumps(value, ensure_ascii=False).encode()

    assert mend(text) == text


@given(st.binary(max_size=200))
def test_mending_never_fails(text: bytes):
    mend(text)


@given(st.data())
def test_every_line_of_a_damaged_file_is_accounted_for(data: st.DataObject):
    lines = [bytearray(packed(key)) for key in "abc"]
    hurt = data.draw(st.integers(0, 2))
    at = data.draw(st.integers(1, len(lines[hurt]) - 1))
    lines[hurt][at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8)).replace(b"\n", b"")
    found = _read_in_memory(b"\n".join(lines))

    assert {row.line for row in found} == {1, 2, 3}
    whole = [key for number, key in enumerate("abc") if number != hurt]
    assert [row.event for row in found if row.line != hurt + 1] == whole


def _read_in_memory(content: bytes) -> list[Row]:
    with TemporaryDirectory() as folder:
        return rows(content, Path(folder))
