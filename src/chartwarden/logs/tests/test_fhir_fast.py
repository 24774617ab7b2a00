"""The fast way through DuckDB means what ``read`` means, or says that it does not understand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from fhir.resources import auditevent as r5
from fhir.resources.R4B import auditevent as r4b
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartwarden.logs.contracts import ACCESS_SCHEMA, AccessEvent, Source
from chartwarden.logs.formats._fhir_examples import EXAMPLES, event, machine, patient, person, thing
from chartwarden.logs.formats.fhir_audit_event import fast, read
from chartwarden.logs.tests.fhir_strategies import ANY_EVENT, USUAL_TIME, usual_event

COLUMNS = [field for field in ACCESS_SCHEMA if field.name != "file"]
REQUIRED = [number for number, field in enumerate(COLUMNS) if not field.nullable]
ZONE = ZoneInfo("America/Chicago")
SLOW = settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fhir")


def write(folder: Path, lines: list[bytes]) -> Source:
    path = folder / "audit.ndjson"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return Source(path.name, path, ZONE)


def understood(source: Source, engine: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]] | None:
    """The events as DuckDB has them; None where the file is left to ``read``."""
    query = fast(source)
    if query is None:
        return None
    try:
        found = engine.execute(query).fetchall()
    except duckdb.Error:
        return None
    return None if any(row[number] is None for row in found for number in REQUIRED) else found


def said(source: Source) -> list[object]:
    return [
        tuple(getattr(row, field.name) for field in COLUMNS) if isinstance(row, AccessEvent) else row
        for row in read(source)
    ]


def compare(events: list[object], folder: Path, engine: duckdb.DuckDBPyConnection) -> None:
    """The whole file, and each line by itself, so that one odd line does not hide the rest."""
    lines = [json.dumps(event, ensure_ascii=False).encode() for event in events]
    for part in (lines, *([line] for line in lines)):
        source = write(folder, part)
        found = understood(source, engine)
        assert found is None or found == said(source)


@SLOW
@given(st.lists(st.one_of(usual_event(4), usual_event(5)), min_size=1, max_size=6))
def test_usual_events_mean_the_same(folder: Path, engine: duckdb.DuckDBPyConnection, events: list[object]):
    compare(events, folder, engine)


@SLOW
@given(st.lists(ANY_EVENT, min_size=1, max_size=4))
def test_any_events_mean_the_same(folder: Path, engine: duckdb.DuckDBPyConnection, events: list[object]):
    compare(events, folder, engine)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.sampled_from((4, 5)), st.data())
def test_a_damaged_line_means_the_same(
    folder: Path, engine: duckdb.DuckDBPyConnection, release: int, data: st.DataObject
):
    text = bytearray(json.dumps(data.draw(usual_event(release))).encode())
    at = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.sampled_from([b",", b"NaN", b" ", b"1e999", b'"', b"\\u0000", b"}", b"", b"\xff", b"5"]))
    text[at : at + data.draw(st.integers(0, 3))] = put
    source = write(folder, [bytes(text).replace(b"\n", b" ")])

    found = understood(source, engine)

    assert found is None or found == said(source)


@st.composite
def plain_read(draw: st.DrawFn) -> dict[str, object]:
    """An R4 read as IHE BALP records it: what the fast way is for."""
    entities = [patient(f"Patient/{draw(st.integers(1, 9))}"), thing(f"Observation/{draw(st.integers(1, 9))}")]
    agents = [machine("110152", "WS-1", "192.0.2.1"), machine("110153", "ehr", "192.0.2.2"), person("coder1")]
    return event(draw(st.uuids()).hex, "read", "R", draw(USUAL_TIME), agents, entities)


@SLOW
@given(st.lists(plain_read(), min_size=1, max_size=20))
def test_what_servers_usually_write_is_read_fast(folder: Path, engine: duckdb.DuckDBPyConnection, events: list[object]):
    source = write(folder, [json.dumps(event).encode() for event in events])

    assert understood(source, engine) == said(source)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.sampled_from((4, 5)), st.data())
def test_the_samples_are_sound_by_an_independent_reading(folder: Path, release: int, data: st.DataObject):
    resource = data.draw(usual_event(release, changed=False))
    model = (r4b if release == 4 else r5).AuditEvent.model_validate(resource)

    found = said(write(folder, [json.dumps(resource).encode()]))

    [row] = [dict(zip([field.name for field in COLUMNS], values, strict=True)) for values in found]
    assert row["event"] == model.id
    assert row["actor"] == next(agent.who.identifier.value for agent in model.agent if agent.requestor)
    assert row["patient"] in model.entity[0].what.reference
    happened = (model.occurredDateTime if release == 5 else None) or model.recorded
    assert row["occurred_at"] == happened.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


NOT_UNDERSTOOD = {
    "a local time": {"recorded": "2026-03-02T14:15:00"},
    "an impossible day": {"recorded": "2026-02-30T14:15:00Z"},
    "no time": {"recorded": None},
    "two patients": {"entity": [patient("Patient/1"), patient("Patient/2")]},
    "no patient": {"entity": [thing("Observation/1")]},
    "no login": {"agent": [{"requestor": True}]},
    "two who asked": {"agent": [person("a"), person("b")]},
    "a security event": {"type": {"code": "110113"}, "subtype": None},
    "another resource": {"resourceType": "Patient"},
    "a contained resource": {"contained": [{"resourceType": "Patient", "id": "p"}]},
    "a login to be trimmed": {"agent": [person(" coder1")]},
    "a number with a fraction for an id": {"id": 5.5},
    "an object for a login": {"agent": [person("a") | {"altId": {"a": 1}}]},
    "an urn of an address": {"agent": [person("a") | {"networkUri": "urn:ipv6:2001:db8::1"}]},
}


@pytest.mark.parametrize("changes", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD.keys())
def test_what_is_not_understood_is_left_to_read(
    changes: dict[str, object], tmp_path: Path, engine: duckdb.DuckDBPyConnection
):
    usual = event("x", "read", "R", "2026-03-02T14:15:00Z", [person("coder1")], [patient("Patient/1")])

    assert understood(write(tmp_path, [json.dumps(usual).encode()]), engine) is not None
    assert understood(write(tmp_path, [json.dumps(usual | changes).encode()]), engine) is None


def test_documents_and_patterns_of_file_names_are_left_to_read(tmp_path: Path):
    files = {"bundle.json": EXAMPLES[3].content, "audit[1].ndjson": EXAMPLES[0].content, "empty.ndjson": b""}
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        assert fast(Source(name, path, ZONE)) is None
