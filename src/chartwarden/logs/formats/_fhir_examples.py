"""Samples of AuditEvents and what they become: their documentation and their test.

Made for this purpose, in the shapes of IHE BALP's profiles and of the specification's own examples.
"""

from __future__ import annotations

import msgspec

from chartwarden.logs.contracts import FormatExample

DCM = "http://dicom.nema.org/resources/ontology/DCM"
REST = "http://hl7.org/fhir/restful-interaction"
TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
OBJECT = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

Json = dict[str, object]


def coding(system: str, code: str) -> Json:
    return {"system": system, "code": code}


def concept(system: str, code: str) -> Json:
    return {"coding": [coding(system, code)]}


def machine(role: str, name: str, address: str) -> Json:
    """An agent in one of DICOM's roles of machines, R4."""
    return {
        "type": concept(DCM, role), "who": {"identifier": {"value": name}}, "requestor": False,
        "network": {"address": address, "type": "2"},
    }  # fmt: skip


def person(login: str) -> Json:
    return {
        "type": concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"),
        "who": {"identifier": {"system": "https://sso.clinic.example", "value": login}}, "requestor": True,
        "purposeOfUse": [concept(REASON, "HPAYMT")],
    }  # fmt: skip


def patient(reference: str) -> Json:
    return {"what": {"reference": reference}, "type": coding(OBJECT, "1"), "role": coding(ROLE, "1")}


def thing(reference: str) -> Json:
    return {"what": {"reference": reference}, "type": coding(OBJECT, "2"), "role": coding(ROLE, "4")}


def event(key: str, interaction: str, action: str, recorded: str, agents: list[Json], entities: list[Json]) -> Json:
    """An R4 REST interaction as IHE BALP records it."""
    return {
        "resourceType": "AuditEvent", "id": key, "type": coding(TYPE, "rest"),
        "subtype": [coding(REST, interaction)], "action": action, "recorded": recorded, "outcome": "0",
        "agent": agents, "source": {"observer": {"reference": "Device/ehr"}}, "entity": entities,
    }  # fmt: skip


def dicom(key: str, kind: str, subtype: str, recorded: str, agents: list[Json], entities: list[Json]) -> Json:
    """An R4 event with DICOM's codes."""
    return event(key, "", "E", recorded, agents, entities) | {
        "type": coding(DCM, kind), "subtype": [coding(DCM, subtype)],
    }  # fmt: skip


def lines(*resources: Json) -> bytes:
    return b"".join(msgspec.json.encode(resource) + b"\n" for resource in resources)


_SERVER = machine("110153", "ehr", "192.0.2.10")
_CLIENT = machine("110152", "WS-07", "192.0.2.44")
_SEARCHER = [machine("110153", "WS-07", "192.0.2.44"), machine("110152", "ehr", "192.0.2.10"), person("coder1")]
_QUERY = "R0VUIGh0dHBzOi8vZWhyLmV4YW1wbGUvZmhpci9PYnNlcnZhdGlvbj9wYXRpZW50PVBhdGllbnQvODAwMSZfY291bnQ9MTA="

_READ = lines(
    event("a1", "read", "R", "2026-03-02T08:15:00.250-06:00", [_CLIENT, _SERVER, person("coder1")],
          [patient("Patient/8001"), thing("ImagingStudy/55"), thing("Encounter/71")]),
    event("a2", "vread", "R", "2026-03-02T14:16:00Z", [_CLIENT, _SERVER, person("coder1")],
          [thing("https://ehr.example/fhir/Patient/8002/_history/3")]),
    event("a3", "read", "R", "2026-03-02T14:17:00Z", [_CLIENT, _SERVER], []),
)  # fmt: skip

_SEARCH = lines(
    event("q1", "search-type", "E", "2026-03-02T14:20:00Z", _SEARCHER,
          [{"type": coding(OBJECT, "2"), "role": coding(ROLE, "24"), "query": _QUERY}]),
    event("q2", "search-type", "E", "2026-03-02T14:21:00Z", _SEARCHER,
          [{"type": coding(OBJECT, "2"), "role": coding(ROLE, "24"), "query": "Patient?family=Doe"}]),
)  # fmt: skip

_R5 = {
    "resourceType": "AuditEvent", "id": "r5-1", "category": [concept(TYPE, "rest")], "code": concept(REST, "read"),
    "action": "R", "occurredDateTime": "2026-03-02T09:30:00-05:00", "recorded": "2026-03-02T14:30:02Z",
    "outcome": {"code": coding("http://hl7.org/fhir/issue-severity", "error")},
    "authorization": [{"text": "coding audit"}], "patient": {"reference": "Patient/8003"},
    "encounter": {"reference": "Encounter/72"},
    "agent": [
        {"who": {"identifier": {"value": "coder2"}}, "requestor": True},
        {
            "type": concept(DCM, "110152"), "who": {"display": "WS-09"}, "requestor": False,
            "networkUri": "urn:ipv6:2001:db8::7",
        },
    ],
    "source": {"observer": {"reference": "Device/ehr"}},
    "entity": [{"what": {"reference": "Claim/9"}, "role": concept(ROLE, "4")}],
}  # fmt: skip

_BUNDLE = {
    "resourceType": "Bundle", "type": "collection",
    "entry": [
        {"resource": dicom("l1", "110114", "110122", "2026-03-02T13:58:00Z", [person("coder1")], [])},
        {"resource": dicom("l2", "110100", "110120", "2026-03-02T13:59:00Z", [person("coder1")], [])},
        {"resource": dicom("l3", "110106", "110106", "2026-03-02T14:40:00Z", [person("coder1")],
                           [patient("Patient/8001"), patient("Patient/8002")])},
        {"resource": dicom("l4", "110114", "110123", "2026-03-02T22:00:00Z", [person("coder1")], [])},
    ],
}  # fmt: skip

_CONTAINED = event(
    "c1", "read", "R", "2026-03-02T15:00:00Z", [person("coder1")], [patient("#p"), thing("#d")]
) | {
    "contained": [
        {"resourceType": "Patient", "id": "p", "identifier": [{"value": "8004"}]},
        {"resourceType": "DocumentReference", "id": "d", "type": concept("http://loinc.org", "18842-5")},
    ],
}  # fmt: skip

EXAMPLES = (
    FormatExample(
        title="R4, IHE BALP PatientRead, one resource a line; the third names nobody who asked, and no patient",
        name="audit.ndjson",
        content=_READ,
        becomes=(
            {
                "line": 1, "event": "a1", "occurred_at": "2026-03-02T14:15:00.250000",
                "recorded_at": "2026-03-02T14:15:00.250000", "actor": "coder1", "action": "view", "patient": "8001",
                "encounter": "71", "document": "radiology", "device": "WS-07", "address": "192.0.2.44",
                "outcome": "success", "purpose": "HPAYMT", "query": None, "guessed": False,
            },
            {"line": 2, "event": "a2", "patient": "8002", "document": "demographics"},
        ),
        quarantined=(3,),
    ),
    FormatExample(
        title="R4, IHE BALP Query: the patient only in the base64 query; a search by name",
        name="searches.ndjson",
        content=_SEARCH,
        becomes=(
            {
                "line": 1, "event": "q1", "actor": "coder1", "action": "search", "patient": "8001", "device": "WS-07",
                "query": "GET https://ehr.example/fhir/Observation?patient=Patient/8001&_count=10",
            },
            {
                "line": 2, "event": "q2", "action": "search", "patient": None, "document": "demographics",
                "query": "Patient?family=Doe",
            },
        ),
    ),
    FormatExample(
        title="R5: occurred before it was recorded, refused",
        name="audit-r5.json",
        content=msgspec.json.format(msgspec.json.encode(_R5)),
        becomes=(
            {
                "line": 1, "event": "r5-1", "occurred_at": "2026-03-02T14:30:00", "recorded_at": "2026-03-02T14:30:02",
                "actor": "coder2", "action": "view", "patient": "8003", "encounter": "72", "document": "billing",
                "device": "WS-09", "address": "2001:db8::7", "outcome": "denied", "purpose": "coding audit",
            },
        ),
    ),
    FormatExample(
        title="R4, a Bundle: login, application start (no access), an export of two patients, logout",
        name="bundle.json",
        content=msgspec.json.format(msgspec.json.encode(_BUNDLE)),
        becomes=(
            {"line": 1, "event": "l1", "action": "login", "patient": None},
            {"line": 3, "event": "l3", "action": "export", "patient": "8001"},
            {"line": 3, "event": "l3#2", "action": "export", "patient": "8002"},
            {"line": 4, "event": "l4", "action": "logout", "actor": "coder1"},
        ),
    ),
    FormatExample(
        title="R4, contained patient and document, in a JSON array",
        name="array.json",
        content=b"[" + msgspec.json.encode(_CONTAINED) + b"]",
        becomes=({"line": 1, "event": "c1", "patient": "8004", "document": "discharge"},),
    ),
)  # fmt: skip
