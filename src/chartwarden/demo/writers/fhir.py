"""The access log as FHIR R4 AuditEvents, one a line (NDJSON), in the manner of IHE's Basic Audit Log Patterns.

Reads, updates and searches are BALP's RESTful events: type ``rest``, a restful-interaction as subtype, agents for the
client, the server and the user, the patient as an entity of role 1, the query in base64. Opening a chart, printing,
exporting and copying are not REST; they are patient record events (DICOM 110110) or exports (110106) with a code of
the EHR's own. Logging in is DICOM's user authentication (110114).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from chartwarden.demo.period import utc_text
from chartwarden.demo.world import Access
from chartwarden.demo.writers._writer import Writer

_REST = {
    "system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest", "display": "RESTful Operation",
}  # fmt: skip
_DCM, _INTERACTION = "http://dicom.nema.org/resources/ontology/DCM", "http://hl7.org/fhir/restful-interaction"
_OWN, _LOINC = "https://ehr.harlowfalls.example/audit-action", "http://loinc.org"
_RECORD = {"system": _DCM, "code": "110110", "display": "Patient Record"}
_EXPORT = {"system": _DCM, "code": "110106", "display": "Export"}
_SESSION = {"system": _DCM, "code": "110114", "display": "User Authentication"}
# By action: type, subtype, and R4's action letter.
_KINDS = {
    "view": (_REST, {"system": _INTERACTION, "code": "read"}, "R"),
    "edit": (_REST, {"system": _INTERACTION, "code": "update"}, "U"),
    "create": (_REST, {"system": _INTERACTION, "code": "create"}, "C"),
    "delete": (_REST, {"system": _INTERACTION, "code": "delete"}, "D"),
    "search": (_REST, {"system": _INTERACTION, "code": "search-type"}, "E"),
    "open": (_RECORD, {"system": _OWN, "code": "open"}, "R"),
    "print": (_RECORD, {"system": _OWN, "code": "print"}, "R"),
    "download": (_RECORD, {"system": _OWN, "code": "download"}, "R"),
    "copy": (_RECORD, {"system": _OWN, "code": "copy"}, "R"),
    "export": (_EXPORT, {"system": _OWN, "code": "export"}, "R"),
    "login": (_SESSION, {"system": _DCM, "code": "110122", "display": "Login"}, "E"),
    "logout": (_SESSION, {"system": _DCM, "code": "110123", "display": "Logout"}, "E"),
}
# By document: the resource that holds it, and the code of its kind.
_DOCUMENTS = {
    "note": ("DocumentReference", _LOINC, "11506-3"),
    "operative": ("DocumentReference", _LOINC, "11504-8"),
    "discharge": ("DocumentReference", _LOINC, "18842-5"),
    "pathology": ("DiagnosticReport", _LOINC, "11526-1"),
    "lab": ("DiagnosticReport", _LOINC, "11502-2"),
    "radiology": ("DiagnosticReport", _LOINC, "18748-4"),
    "prior_authorization": ("Claim", "http://hl7.org/fhir/claim-use", "preauthorization"),
    "billing": ("Claim", "http://hl7.org/fhir/resource-types", "Claim"),
    "other": ("Condition", "http://hl7.org/fhir/resource-types", "Condition"),
}
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_SERVER = "https://ehr.harlowfalls.example/fhir"


def write(path: Path, accesses: Sequence[Access]) -> None:
    """One AuditEvent a line; its id is the event's."""
    encode = json.JSONEncoder(separators=(",", ":")).encode
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(encode(_resource(access)) + "\n" for access in accesses)


def _resource(access: Access) -> dict[str, object]:
    kind, subtype, letter = _KINDS[access.action]
    resource: dict[str, object] = {
        "resourceType": "AuditEvent",
        "id": access.event,
        "type": kind,
        "subtype": [subtype],
        "action": letter,
        "recorded": utc_text(access.at),
        "outcome": "0" if access.outcome == "success" else "4",
        "agent": [_user(access), *_machines(access)],
        "source": {"observer": {"display": "EHR"}},
    }
    if entities := list(_entities(access)):
        resource["entity"] = entities
    return resource


def _user(access: Access) -> dict[str, object]:
    user: dict[str, object] = {
        "altId": access.actor,
        "requestor": True,
        "network": {"address": access.address, "type": "2"},
    }
    if access.purpose:
        user["purposeOfUse"] = [{"text": access.purpose}]
    return user


def _machines(access: Access) -> list[dict[str, object]]:
    """The client at which it was done and the server: what is read flows from the server to the client."""
    reads = access.action in ("view", "open")
    roles = [("110152", "Destination Role ID"), ("110153", "Source Role ID")]
    client, server = roles if reads else roles[::-1]

    def machine(role: tuple[str, str], display: str) -> dict[str, object]:
        coding = {"system": _DCM, "code": role[0], "display": role[1]}
        return {"type": {"coding": [coding]}, "who": {"display": display}, "requestor": False}

    return [machine(client, access.device), machine(server, _SERVER)]


def _entities(access: Access) -> list[dict[str, object]]:
    entities: list[dict[str, object]] = []
    if access.patient:
        entities.append(
            {
                "what": {"reference": f"Patient/{access.patient}"},
                "type": {"system": _ENTITY_TYPE, "code": "1", "display": "Person"},
                "role": {"system": _OBJECT_ROLE, "code": "1", "display": "Patient"},
            }
        )
    if access.document in _DOCUMENTS:
        resource, system, code = _DOCUMENTS[access.document]
        entities.append(
            {
                "what": {"reference": f"{resource}/{access.event}"},
                "type": {"system": system, "code": code},
                "role": {"system": _OBJECT_ROLE, "code": "4", "display": "Domain Resource"},
            }
        )
    if access.encounter and access.document != "demographics":  # who somebody is belongs to no visit
        entities.append({"what": {"reference": f"Encounter/{access.encounter}"}})
    if access.action == "search":
        query = f"{_SERVER}/Patient?" + urlencode({"name": access.query})
        entities.append(
            {
                "type": {"system": _ENTITY_TYPE, "code": "2", "display": "System Object"},
                "role": {"system": _OBJECT_ROLE, "code": "24", "display": "Query"},
                "query": base64.b64encode(query.encode()).decode(),
            }
        )
    return entities


WRITER = Writer("accesses.ndjson", write)
