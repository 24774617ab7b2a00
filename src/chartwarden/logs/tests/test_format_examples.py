"""Every format's examples: known by their own format alone, read as stated, the same through DuckDB."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from chartwarden.kernel.plugins import discover
from chartwarden.logs.contracts import (
    ACCESS_SCHEMA,
    ACTIONS,
    ACTIONS_WITHOUT_PATIENT,
    DOCUMENTS,
    OUTCOMES,
    AccessEvent,
    FormatExample,
    Head,
    LogFormat,
    NotAccess,
    Quarantined,
    Source,
)

FORMATS = discover("chartwarden.logs.formats", "FORMAT", LogFormat)
CASES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name, log_format in FORMATS.items()
    for number, example in enumerate(log_format.examples, start=1)
]
HEAD = 64 * 1024
FAST_COLUMNS = [field for field in ACCESS_SCHEMA if field.name != "file"]


def source_of(example: FormatExample, folder: Path) -> Source:
    path = folder / example.name
    path.write_bytes(example.content)
    beside = {name: folder / name for name in example.companions}
    for name, content in example.companions.items():
        beside[name].write_bytes(content)
    return Source(example.name, path, ZoneInfo(example.zone), beside)


def shown(value: object) -> object:
    """Times as the examples write them: ISO 8601 in UTC."""
    return value.isoformat() if isinstance(value, datetime) else value


def test_every_format_has_examples_and_says_where_its_fields_come_from():
    assert FORMATS
    for name, log_format in FORMATS.items():
        assert log_format.examples, name
        assert log_format.source.strip(), name
        assert log_format.title.strip(), name


@pytest.mark.parametrize(("name", "example"), CASES)
def test_an_example_is_known_by_its_own_format_alone(name: str, example: FormatExample):
    head = Head(example.name, example.content[:HEAD], tuple(example.companions))

    knowing = [other for other, log_format in FORMATS.items() if log_format.recognises(head)]

    assert knowing == [name]


@pytest.mark.parametrize(("name", "example"), CASES)
def test_an_example_is_read_as_stated(name: str, example: FormatExample, tmp_path: Path):
    rows = list(FORMATS[name].read(source_of(example, tmp_path)))

    events = [row for row in rows if isinstance(row, AccessEvent)]
    assert len(events) == len(example.becomes)
    for row, wanted in zip(events, example.becomes, strict=True):
        assert {field: shown(getattr(row, field)) for field in wanted} == dict(wanted)
    assert tuple(row.line for row in rows if isinstance(row, Quarantined)) == example.quarantined
    assert all(row.what for row in rows if isinstance(row, NotAccess))
    assert [row.line for row in rows] == sorted(row.line for row in rows)


@pytest.mark.parametrize(("name", "example"), CASES)
def test_an_example_keeps_to_the_words_of_the_contract(name: str, example: FormatExample, tmp_path: Path):
    for row in FORMATS[name].read(source_of(example, tmp_path)):
        if isinstance(row, AccessEvent):
            assert row.action in ACTIONS
            assert row.document in (None, *DOCUMENTS)
            assert row.outcome in (None, *OUTCOMES)
            assert row.patient or row.patient_hint or row.action in ACTIONS_WITHOUT_PATIENT


@pytest.mark.parametrize(("name", "example"), CASES)
def test_the_fast_way_gives_the_same_or_leaves_the_file_to_read(name: str, example: FormatExample, tmp_path: Path):
    source = source_of(example, tmp_path)
    fast = FORMATS[name].fast
    query = fast(source) if fast else None
    if query is None:
        return

    try:
        with duckdb.connect() as engine:
            found = engine.sql(query).fetchall()
    except duckdb.Error:
        return  # a fault in the file: the service uses read
    required = [number for number, field in enumerate(FAST_COLUMNS) if not field.nullable]
    if any(row[number] is None for row in found for number in required):
        return  # likewise

    read = list(FORMATS[name].read(source))
    assert [tuple(getattr(row, field.name) for field in FAST_COLUMNS) for row in read] == found
