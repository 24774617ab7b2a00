"""Openings as FHIR AuditEvents (R4) after IHE's Basic Audit Log Patterns, PatientRead and PatientQuery. Pure.

https://profiles.ihe.net/ITI/BALP/. The profiles tell of what succeeded; a refusal and a failure have the same form, the
outcome that they had, and claim no profile. Of the purposes, coding is payment (45 CFR 164.501: billing and related
health care data processing), its review health care operations (the same: auditing functions); both codes are of HL7's
v3-ActReason, https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID, uuid5

import msgspec

from chartwarden.gateway.wording import TOLD
from chartwarden.ledger.contracts import StoredEntry

Json: TypeAlias = dict[str, Any]
OPENED, DENIED = "gateway.record_opened", "gateway.record_denied"
REFUSED, FAILED = "gateway.request_refused", "gateway.record_failed"
KINDS = (OPENED, DENIED, REFUSED, FAILED)
"""The entries that become AuditEvents."""
PROFILES = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
HL7, DCM = "http://terminology.hl7.org/CodeSystem/", "http://dicom.nema.org/resources/ontology/DCM"
INTERACTION = "http://hl7.org/fhir/restful-interaction"
PURPOSES = {
    "coding": ("HPAYMT", "healthcare payment"),
    "quality_review": ("HOPERAT", "healthcare operations"),
}
SUCCESS, MINOR, SERIOUS = "0", "4", "8"
OUTCOMES = {OPENED: SUCCESS, DENIED: MINOR, REFUSED: MINOR, FAILED: SERIOUS}
UNKNOWN = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]}
GONE = "The identity that was sealed with the assignment is not there any more. The ledger keeps a commitment to it."


@dataclass(frozen=True)
class Place:
    """Where it happened: the ``clinic``, and the gateway as it is reached from outside."""

    clinic: UUID
    gateway: str


def audit_event(entry: StoredEntry, patient: str | None, place: Place) -> Json:
    """An entry of one of KINDS as an AuditEvent. ``patient`` is the EHR's id; None where nobody can tell it any more.

    Its id is always the same for the same entry, so that whoever gets it twice can tell.
    """
    verb, _, kind = str(entry.facts.get("interaction", "")).partition(" ")
    reads = verb == "read"
    found: Json = {
        "resourceType": "AuditEvent",
        "id": str(uuid5(place.clinic, f"entry {entry.index}")),
        **_profile(entry, verb),
        "type": _coding(f"{HL7}audit-event-type", "rest", "Restful Operation"),
        "action": "R" if reads else "E",
        "recorded": entry.at.isoformat(timespec="milliseconds"),
        "outcome": OUTCOMES[entry.kind],
        "agent": [_client(entry, reads), _server(place, reads), _user(entry)],
        "source": {
            "observer": {"display": "Chartwarden gateway", "identifier": _identifier(place.clinic)},
            "type": [_coding(f"{HL7}security-source-type", "4", "Application Server")],
        },
        "entity": [_patient(entry, patient), *([_asked(reads, kind, patient)] if kind else [])],
    }
    if verb in ("read", "search"):
        code = "read" if reads else "search-type"
        found["subtype"] = [_coding(INTERACTION, code, code)]
    if said := _outcome(entry):
        found["outcomeDesc"] = said
    if purpose := _purpose(entry):
        found["purposeOfEvent"] = [purpose]
    return found


def line(event: Json) -> bytes:
    """An AuditEvent as a line of NDJSON."""
    return msgspec.json.encode(event) + b"\n"


def _profile(entry: StoredEntry, verb: str) -> Json:
    name = {"read": "PatientRead", "search": "PatientQuery"}.get(verb)
    return {"meta": {"profile": [PROFILES + name]}} if name and entry.kind == OPENED else {}


def _outcome(entry: StoredEntry) -> str:
    """In words, where it did not succeed."""
    if entry.kind == DENIED:
        return " ".join(TOLD[reason].sentence for reason in TOLD if reason.value in entry.facts["reasons"])
    if entry.kind == OPENED:
        return ""
    did = "Refused" if entry.kind == REFUSED else "Not served"
    return f"{did}: {entry.facts['why']}"


def _purpose(entry: StoredEntry) -> Json | None:
    purpose = entry.facts.get("purpose")
    if purpose not in PURPOSES:
        return {"text": purpose} if purpose else None
    return {"coding": [_coding(f"{HL7}v3-ActReason", *PURPOSES[purpose])]}


def _client(entry: StoredEntry, reads: bool) -> Json:
    """The program that asked. The ledger does not keep the address that it came from."""
    role = ("110152", "Destination Role ID") if reads else ("110153", "Source Role ID")
    identity = {"value": entry.actor}
    return {
        "type": {"coding": [_coding(DCM, *role)]}, "who": {"identifier": identity}, "requestor": False,
        "network": UNKNOWN,
    }  # fmt: skip


def _server(place: Place, reads: bool) -> Json:
    role = ("110153", "Source Role ID") if reads else ("110152", "Destination Role ID")
    return {
        "type": {"coding": [_coding(DCM, *role)]}, "who": {"display": "Chartwarden gateway"}, "requestor": False,
        "network": {"address": place.gateway, "type": "5"},
    }  # fmt: skip


def _user(entry: StoredEntry) -> Json:
    """The person, by the reference that stands for them here."""
    found: Json = {
        "type": {"coding": [_coding(f"{HL7}v3-ParticipationType", "IRCP", "information recipient")]},
        "who": {"identifier": _identifier(UUID(entry.subject["person"]))},
        "requestor": True,
    }
    purpose = _purpose(entry)
    return {**found, "purposeOfUse": [purpose]} if purpose else found


def _patient(entry: StoredEntry, patient: str | None) -> Json:
    """Whose record it is; where that is known no more, the commitment that the ledger keeps."""
    detail = [{"type": "ledger entry", "valueString": str(entry.index)}]
    if sealed := entry.private.get("patient"):
        detail.append({"type": "ledger commitment", "valueString": sealed})
    what = {"reference": f"Patient/{patient}"} if patient else {"type": "Patient", "display": GONE}
    return {
        "what": what, "type": _coding(f"{HL7}audit-entity-type", "1", "Person"),
        "role": _coding(f"{HL7}object-role", "1", "Patient"), "detail": detail,
    }  # fmt: skip


def _asked(reads: bool, kind: str, patient: str | None) -> Json:
    """What was asked for: of a read its type, of a search what we search for. What narrows it is not kept."""
    system = _coding(f"{HL7}audit-entity-type", "2", "System Object")
    if reads:
        own = {"reference": f"Patient/{patient}"} if kind == "Patient" and patient else {}
        what = own or {"type": kind, "display": f"One {kind} of this patient's"}
        return {"what": what, "type": system, "role": _coding(f"{HL7}object-role", "4", "Domain Resource")}
    whose = "_id" if kind == "Patient" else "patient"
    query = f"{kind}?{whose}={patient}" if patient else kind
    return {
        "type": system, "role": _coding(f"{HL7}object-role", "24", "Query"),
        "query": b64encode(query.encode()).decode(),
    }  # fmt: skip


def _identifier(identity: UUID) -> Json:
    return {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{identity}"}


def _coding(system: str, code: str, display: str) -> Json:
    return {"system": system, "code": code, "display": display}
