"""What single AuditEvents mean to ``read``: who, what, when, where, why."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydicom.sr.codedict import codes as dicom

from chartwarden.logs.contracts import AccessEvent, NotAccess, Quarantined, Row, Source
from chartwarden.logs.formats import _fhir_codes
from chartwarden.logs.formats._fhir_examples import coding, concept, event, machine, patient, person, thing
from chartwarden.logs.formats.fhir_audit_event import read

CODER = person("coder1")


def rows(resource: object, folder: Path) -> list[Row]:
    path = folder / "audit.json"
    path.write_text(json.dumps(resource), encoding="utf-8")
    return list(read(Source("audit.json", path, ZoneInfo("America/Chicago"))))


def one(resource: object, folder: Path) -> AccessEvent:
    [row] = rows(resource, folder)
    assert isinstance(row, AccessEvent), row
    return row


def seen(entities: list[dict[str, object]], **changes: object) -> dict[str, object]:
    return event("x", "read", "R", "2026-03-02T14:15:00Z", [CODER], entities) | changes


def searched(query: str | None, *entities: dict[str, object]) -> dict[str, object]:
    asked = [{"role": coding("", "24"), "query": query}] if query is not None else []
    return event("x", "search-type", "E", "2026-03-02T14:15:00Z", [CODER], [*asked, *entities])


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        ({"what": {"reference": "Patient/8001"}}, "8001"),
        ({"what": {"reference": "Patient/8001/_history/2"}}, "8001"),
        ({"what": {"reference": "https://ehr.example/fhir/Patient/8001"}}, "8001"),
        ({"what": {"reference": "https://ehr.example/fhir/Patient/8001/_history/2"}}, "8001"),
        ({"what": {"reference": "Patient/8001/Observation"}}, "8001"),
        ({"what": {"reference": "https://ehr.example/fhir/Patient/8001/Observation/9"}}, "8001"),
        ({"what": {"reference": "Observation?patient=8001"}}, "8001"),
        ({"what": {"reference": "urn:uuid:6f1c"}, "role": coding("", "1")}, "6f1c"),
        ({"what": {"reference": " Patient/8001 "}}, "8001"),
        ({"what": {"identifier": {"value": "MRN-1"}}, "role": coding("", "1")}, "MRN-1"),
        ({"what": {"identifier": {"value": "8001^^^&1.2.3&ISO"}}, "role": concept("", "1")}, "8001"),
        ({"what": {"identifier": {"value": 8001}}, "type": coding("", "1")}, "8001"),
        ({"what": {"identifier": {"value": "MRN-1"}, "type": "Patient"}}, "MRN-1"),
        ({"what": {"identifier": {"value": "MRN-1"}}, "type": coding("", "Patient")}, "MRN-1"),
    ],
)
def test_a_patient_is_known_by_reference_or_identifier(entity: dict[str, object], expected: str, tmp_path: Path):
    assert one(seen([entity]), tmp_path).patient == expected


@pytest.mark.parametrize(
    "entity",
    [
        {"what": {"reference": "Group/4"}, "role": coding("", "1")},
        {"what": {"identifier": {"value": "dr-7"}}, "type": coding("", "1"), "role": coding("", "15")},
        {"what": {"display": "Doe, Jane"}, "role": coding("", "1")},
        {"what": {"reference": "#nowhere"}, "role": coding("", "1")},
    ],
)
def test_what_names_no_patient_leaves_the_row_in_quarantine(entity: dict[str, object], tmp_path: Path):
    [row] = rows(seen([entity]), tmp_path)

    assert isinstance(row, Quarantined)
    assert "expected a patient" in row.reason


@pytest.mark.parametrize(
    ("query", "patients"),
    [
        ("Observation?patient=Patient/8001&code=1", ["8001"]),
        ("Observation?subject=8001", ["8001"]),
        ("Observation?subject:Patient=8001,8002", ["8001", "8002"]),
        ("Patient?_id=8001", ["8001"]),
        ("Patient?identifier=urn:mrn|8001", ["8001"]),
        ("Observation?patient.identifier=urn:mrn%7C8001", ["8001"]),
        ("Observation?patient=https%3A%2F%2Fehr.example%2Ffhir%2FPatient%2F8001", ["8001"]),
        ("GET https://ehr.example/fhir/Patient/8001/Observation?code=1", ["8001"]),
        ("Patient/8001/$everything", ["8001"]),
        ("POST /fhir/Observation/_search HTTP/1.1\r\nHost: x\r\n\r\npatient=8001&_count=10", ["8001"]),
        ("POST /fhir/Patient/_search\n\n_id=8001", ["8001"]),
        ("Observation?subject=Group/4", [None]),
        ("Observation?_id=8001", [None]),
        ("Patient?family=Doe", [None]),
        ("Observation?patient:missing=true", [None]),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_query_names_patients(query: str, patients: list[str | None], packed: bool, tmp_path: Path):
    written = base64.b64encode(query.encode()).decode() if packed else query

    found = rows(searched(written), tmp_path)

    assert [row.patient for row in found] == patients
    assert {row.query for row in found} == {query}


def test_an_entity_names_the_patient_before_the_query_does(tmp_path: Path):
    assert one(searched("Observation?patient=1", patient("Patient/2")), tmp_path).patient == "2"


def test_a_query_that_only_looks_like_base64_stays_as_it_is(tmp_path: Path):
    assert one(searched("Doe1"), tmp_path).query == "Doe1"


def test_several_patients_are_several_events(tmp_path: Path):
    entities = [patient("Patient/1"), patient("Patient/2"), patient("Patient/1/_history/3"), thing("List/4")]

    found = rows(seen(entities), tmp_path)

    assert [(row.event, row.patient, row.line) for row in found] == [("x", "1", 1), ("x#2", "2", 1)]
    assert {row.event for row in rows(seen(entities, id=None), tmp_path)} == {None}


def test_a_contained_patient_without_identifier_becomes_a_hint(tmp_path: Path):
    contained = {
        "resourceType": "Patient", "id": "p", "name": [{"family": "Do|e", "given": ["Jane", "Q"]}],
        "address": [{"line": ["1 Oak St"], "city": "Ames", "postalCode": "50010"}],
    }  # fmt: skip

    found = one(seen([patient("#p")], contained=[contained]), tmp_path)

    assert (found.patient, found.patient_hint) == (None, "Do e|Jane|1 Oak St|Ames|50010")


@pytest.mark.parametrize(
    ("agents", "actor"),
    [
        ([machine("110152", "WS", ""), {"who": {"identifier": {"value": "coder1"}}, "requestor": True}], "coder1"),
        ([{"altId": "jdoe", "who": {"identifier": {"value": "95"}}, "requestor": True}], "jdoe"),
        ([{"who": {"reference": "Practitioner/44", "display": "J. Doe"}, "requestor": True}], "44"),
        ([{"who": {"display": "J. Doe"}, "name": "jdoe", "requestor": True}], "jdoe"),
        ([{"who": {"display": "J. Doe"}, "requestor": True}], "J. Doe"),
        ([{"who": {"reference": "Device/1"}, "requestor": True}, {"altId": "b", "requestor": True}], "b"),
        ([machine("110153", "app", "") | {"requestor": True}, {"altId": "b", "requestor": True}], "b"),
        ([machine("110153", "app", "") | {"requestor": True}], "app"),
        ([machine("110153", "ehr", ""), {"altId": "b"}], "b"),
        ([machine("110153", "ehr", ""), machine("110152", "WS", "")], "WS"),
        ([{"altId": "first", "requestor": "true"}, {"altId": "second", "requestor": False}], "first"),
        ([{"who": {"reference": "#me"}, "requestor": True}], "contained-login"),
        ([None, {"altId": 4711, "requestor": True}], "4711"),
    ],
)
def test_the_actor_is_the_person_who_asked(agents: list[object], actor: str, tmp_path: Path):
    contained = [{"resourceType": "Practitioner", "id": "me", "identifier": [{"value": "contained-login"}]}]

    assert one(seen([patient("Patient/1")], agent=agents, contained=contained), tmp_path).actor == actor


@pytest.mark.parametrize("agents", [[], None, [{"requestor": True, "policy": ["urn:ietf:params:oauth:jti:1"]}]])
def test_without_a_login_the_row_goes_to_quarantine(agents: object, tmp_path: Path):
    [row] = rows(seen([patient("Patient/1")], agent=agents), tmp_path)

    assert isinstance(row, Quarantined)
    assert row.reason.startswith("expected a")


def test_device_and_address_are_the_clients(tmp_path: Path):
    machines = [machine("110153", "ehr", "192.0.2.1"), machine("110152", "WS-07", "192.0.2.7")]

    looked = one(seen([patient("Patient/1")], agent=[*machines, CODER]), tmp_path)
    exported = one(seen([patient("Patient/1")], agent=[*machines, CODER], subtype=[{"code": "disclose"}]), tmp_path)

    assert (looked.device, looked.address) == ("WS-07", "192.0.2.7")
    assert (exported.device, exported.address) == ("ehr", "192.0.2.1")


def test_a_users_device_that_records_is_the_device(tmp_path: Path):
    source = {"observer": {"display": "tablet 4"}, "type": [{"code": "1"}]}

    assert one(seen([patient("Patient/1")], source=source), tmp_path).device == "tablet 4"
    assert one(seen([patient("Patient/1")], source=source | {"type": [{"code": "4"}]}), tmp_path).device is None


@pytest.mark.parametrize(
    ("agent", "address"),
    [
        ({"network": {"address": "192.0.2.9", "type": "2"}}, "192.0.2.9"),
        ({"networkString": "192.0.2.9"}, "192.0.2.9"),
        ({"networkUri": "urn:ipv6:2001:db8::9"}, "2001:db8::9"),
        ({"networkReference": {"reference": "Endpoint/1"}}, None),
    ],
)
def test_the_address_of_every_release(agent: dict[str, object], address: str | None, tmp_path: Path):
    assert one(seen([patient("Patient/1")], agent=[CODER | agent]), tmp_path).address == address


@pytest.mark.parametrize(
    ("fields", "purpose"),
    [
        ({"agent": [CODER]}, "HPAYMT"),
        ({"agent": [{"altId": "a", "requestor": True}], "purposeOfEvent": [{"coding": [{"display": "BTG"}]}]}, "BTG"),
        ({"agent": [{"altId": "a", "requestor": True, "authorization": [{"text": "audit"}]}]}, "audit"),
        ({"agent": [{"altId": "a", "requestor": True}], "authorization": [{"coding": [{"code": "TREAT"}]}]}, "TREAT"),
        ({"agent": [{"altId": "a", "requestor": True}]}, None),
    ],
)
def test_the_purpose_is_the_actors_else_the_events(fields: dict[str, object], purpose: str | None, tmp_path: Path):
    assert one(seen([patient("Patient/1")], **fields), tmp_path).purpose == purpose


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"subtype": [{"code": "vread"}]}, "view"),
        ({"subtype": [{"code": "history-instance"}]}, "view"),
        ({"subtype": [{"code": "search-type"}]}, "search"),
        ({"subtype": [{"code": "patch"}]}, "edit"),
        ({"subtype": [{"code": "operation"}], "action": "E"}, "view"),
        ({"subtype": [{"code": "read"}, {"code": "disclose"}]}, "export"),
        ({"subtype": [{"code": "print"}]}, "print"),
        ({"type": {"code": "110106"}, "subtype": [{"code": "ITI-32"}]}, "export"),
        ({"type": {"code": "110107"}, "subtype": [{"code": "disclose"}]}, "create"),
        ({"type": {"code": "110110"}, "subtype": None, "action": "D"}, "delete"),
        ({"type": {"code": 110112}, "subtype": None, "action": "E"}, "search"),
        ({"type": {"code": "110114"}, "subtype": [{"code": "110122"}]}, "login"),
        ({"type": {"code": "110114"}, "subtype": [{"code": "110123"}]}, "logout"),
        ({"type": None, "subtype": None, "category": [concept("", "rest")], "code": concept("", "update")}, "edit"),
        ({"type": None, "subtype": None, "category": [concept("", "delete")], "code": concept("", "rest")}, "delete"),
    ],
)
def test_what_was_done(fields: dict[str, object], action: str, tmp_path: Path):
    assert one(seen([patient("Patient/1")], **fields), tmp_path).action == action


@pytest.mark.parametrize("fields", [{"action": None}, {"action": "X"}, {"action": 5}])
def test_an_unknown_action_goes_to_quarantine(fields: dict[str, object], tmp_path: Path):
    [row] = rows(seen([patient("Patient/1")], subtype=[{"code": "poke"}], **fields), tmp_path)

    assert isinstance(row, Quarantined)
    assert row.reason.startswith("expected an action (C, R, U, D or E)")


@pytest.mark.parametrize(
    "fields",
    [
        {"type": {"code": "110100"}, "subtype": [{"code": "110120"}]},
        {"type": {"code": "110113"}, "subtype": [{"code": "110127"}]},
        {"type": {"code": "110114"}, "subtype": [{"code": "110126"}]},
        {"subtype": [{"code": "capabilities"}]},
        {"entity": [thing("MeasureReport/4")]},
        {"resourceType": "Provenance"},
    ],
)
def test_what_is_no_access_is_said_so(fields: dict[str, object], tmp_path: Path):
    [row] = rows(seen([]) | fields, tmp_path)

    assert isinstance(row, NotAccess)


def test_every_dicom_event_type_but_login_and_logout_is_no_access():
    no_access = {code for action, codes in _fhir_codes.CODES if action is None for code in codes}
    types = {concept.value for concept in dicom.cid401.concepts.values()}

    assert types - no_access == {"110122", "110123"}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("0", "success"), (0, "success"), ("4", "denied"), ("8", "denied"), ("12", "denied"), (None, None), ("9", None),
        ({"code": {"code": "success"}}, "success"), ({"code": {"code": "warning"}}, "success"),
        ({"code": {"code": "error"}}, "denied"), ({"code": {"code": "8"}}, "denied"), ({"code": "x"}, None),
    ],
)  # fmt: skip
def test_the_outcome_of_every_release(outcome: object, expected: str | None, tmp_path: Path):
    assert one(seen([patient("Patient/1")], outcome=outcome), tmp_path).outcome == expected


@pytest.mark.parametrize(
    ("fields", "occurred", "guessed"),
    [
        ({}, "2026-03-02T14:15:00", False),
        ({"occurredDateTime": "2026-03-02T08:00:00.5-05:00"}, "2026-03-02T13:00:00.500000", False),
        ({"occurredPeriod": {"start": "2026-03-02T13:00:00Z"}}, "2026-03-02T13:00:00", False),
        ({"period": {"start": "2026-03-02T13:00:00Z"}}, "2026-03-02T13:00:00", False),
        ({"occurredDateTime": "2026-03-02"}, "2026-03-02T14:15:00", False),
        ({"recorded": "2026-03-02T14:15:00"}, "2026-03-02T20:15:00", False),
        ({"recorded": "2026-11-01T01:30:00"}, "2026-11-01T06:30:00", True),
    ],
)
def test_when_it_happened(fields: dict[str, object], occurred: str, guessed: bool, tmp_path: Path):
    found = one(seen([patient("Patient/1")], **fields), tmp_path)

    assert (found.occurred_at, found.guessed) == (datetime.fromisoformat(occurred), guessed)
    assert found.recorded_at is not None


def test_without_recorded_the_time_it_occurred_is_enough(tmp_path: Path):
    found = one(seen([patient("Patient/1")], recorded=None, occurredDateTime="2026-03-02T13:00:00Z"), tmp_path)

    assert (found.occurred_at, found.recorded_at) == (datetime.fromisoformat("2026-03-02T13:00:00"), None)


@pytest.mark.parametrize("time", ["yesterday", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00+14:00", None, 5, {}])
def test_a_bad_time_goes_to_quarantine(time: object, tmp_path: Path):
    [row] = rows(seen([patient("Patient/1")], recorded=time), tmp_path)

    assert isinstance(row, Quarantined)
    assert "expected" in row.reason
    assert "found" in row.reason


@pytest.mark.parametrize(
    ("entities", "contained", "document"),
    [
        ([patient("Patient/1"), thing("ImagingStudy/5")], [], "radiology"),
        ([patient("Patient/1"), thing("DiagnosticReport/5")], [], None),
        ([patient("Patient/1"), thing("Condition/5")], [], "other"),
        ([patient("Patient/1"), thing("Patient/1")], [], "demographics"),
        ([patient("Patient/1"), thing("DocumentReference/5") | {"type": coding("", "11504-8")}], [], "operative"),
        ([patient("Patient/1"), thing("#r")], [{"resourceType": "DiagnosticReport", "category": [concept("", "RAD")]}],
         "radiology"),
        ([patient("Patient/1"), thing("#r")], [{"resourceType": "DiagnosticReport", "category": concept("", "LAB")}],
         "lab"),
        ([patient("Patient/1"), thing("#r")], [{"resourceType": "Composition", "type": concept("", "11526-1")}],
         "pathology"),
        ([patient("Patient/1"), thing("#r")], [{"resourceType": "Claim", "use": "preauthorization"}],
         "prior_authorization"),
    ],
)  # fmt: skip
def test_what_document_was_seen(entities: list, contained: list, document: str | None, tmp_path: Path):
    contained = [resource | {"id": "r"} for resource in contained]

    assert one(seen(entities, contained=contained), tmp_path).document == document


def test_a_patient_record_event_says_nothing_of_demographics(tmp_path: Path):
    opened = seen([patient("Patient/1")], type=coding("", "110110"), subtype=None)

    assert one(opened, tmp_path).document is None
