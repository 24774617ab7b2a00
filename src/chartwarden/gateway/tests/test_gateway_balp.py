"""Openings as AuditEvents: an independent reading of FHIR takes them, IHE's profiles hold, and nothing more is told."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from fhir.resources.R4B.auditevent import AuditEvent

from chartwarden.assignments.models import Assignment
from chartwarden.assignments.services import add_work
from chartwarden.gateway.balp import FAILED, OPENED, PROFILES, REFUSED, Place, audit_event, line
from chartwarden.gateway.services import record_opening, take_out_audit_events
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.contracts import StoredEntry
from chartwarden.ledger.queries import entries
from tests.support.api import Caller
from tests.support.clinic import AT, House

CLINIC, PERSON, ASSIGNMENT, TOKEN = (uuid4() for _ in range(4))
PLACE = Place(CLINIC, "https://gate.example")
HOUR = timedelta(hours=1)


def entry(kind: str = OPENED, **facts: Any) -> StoredEntry:
    said = {"reasons": ["allowed"], "purpose": "coding", "interaction": "read Observation", **facts}
    subject = {"person": str(PERSON), "assignment": str(ASSIGNMENT)}
    actor = Actor.of_token(TOKEN, PERSON).ref
    return StoredEntry(7, AT, kind, actor, subject, said, {"patient": "ab" * 32}, b"", b"")


def valid(event: dict[str, Any]) -> dict[str, Any]:
    """The event, read by somebody else's model of FHIR."""
    AuditEvent.model_validate_json(line(event))
    return event


def entity(event: dict[str, Any], role: str) -> dict[str, Any]:
    (found,) = [one for one in event["entity"] if one["role"]["code"] == role]
    return dict(found)


def agents(event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["type"]["coding"][0]["code"]: one for one in event["agent"]}


def test_a_read_is_what_the_profile_asks_for() -> None:
    event = valid(audit_event(entry(), "P1", PLACE))
    assert event["meta"]["profile"] == [f"{PROFILES}PatientRead"]
    assert (event["type"]["code"], event["subtype"][0]["code"], event["action"]) == ("rest", "read", "R")
    assert event["outcome"] == "0"
    assert entity(event, "1")["what"] == {"reference": "Patient/P1"}
    assert entity(event, "4")["what"]["type"] == "Observation"
    there = agents(event)
    assert set(there) == {"110152", "110153", "IRCP"}  # the client is where the data goes
    assert there["110152"]["who"]["identifier"]["value"] == f"token:{TOKEN}"
    assert there["110153"]["network"] == {"address": "https://gate.example", "type": "5"}
    assert there["IRCP"]["who"]["identifier"]["value"] == f"urn:uuid:{PERSON}"
    assert [one["requestor"] for one in event["agent"]].count(True) == 1


def test_a_search_is_what_the_profile_asks_for() -> None:
    event = valid(audit_event(entry(interaction="search Condition"), "P1", PLACE))
    assert event["meta"]["profile"] == [f"{PROFILES}PatientQuery"]
    assert (event["subtype"][0]["code"], event["action"]) == ("search-type", "E")
    query = entity(event, "24")
    assert b64decode(query["query"]) == b"Condition?patient=P1"
    assert not {"what", "detail"} & set(query)
    assert agents(event)["110153"]["who"]["identifier"]["value"] == f"token:{TOKEN}"  # here the data is the question


@pytest.mark.parametrize(("purpose", "code"), [("coding", "HPAYMT"), ("quality_review", "HOPERAT")])
def test_the_purpose_is_told_in_hl7s_codes(purpose: str, code: str) -> None:
    event = valid(audit_event(entry(purpose=purpose), "P1", PLACE))
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == code
    assert agents(event)["IRCP"]["purposeOfUse"] == event["purposeOfEvent"]


def test_a_purpose_that_nobody_allows_is_told_as_it_was_said() -> None:
    event = valid(
        audit_event(entry("gateway.record_denied", purpose="curiosity", reasons=["not_assigned"]), "P1", PLACE)
    )
    assert event["purposeOfEvent"] == [{"text": "curiosity"}]


def test_what_did_not_succeed_claims_no_profile_and_says_why() -> None:
    denied = valid(
        audit_event(entry("gateway.record_denied", reasons=["account_suspended", "training_overdue"]), "P1", PLACE)
    )
    assert (denied["outcome"], "meta" in denied) == ("4", False)
    assert denied["outcomeDesc"] == "Your account is suspended. Your privacy training is overdue."
    failed = valid(audit_event(entry(FAILED, why="slow", status=0), "P1", PLACE))
    assert (failed["outcome"], failed["outcomeDesc"]) == ("8", "Not served: slow")
    refused = StoredEntry(8, AT, REFUSED, "token:x", entry().subject, {"why": "type", "status": 403}, {}, b"", b"")
    told = valid(audit_event(refused, "P1", PLACE))
    assert (told["outcome"], told["outcomeDesc"], "subtype" in told) == ("4", "Refused: type", False)


def test_an_identity_that_is_destroyed_is_said_to_be() -> None:
    event = valid(audit_event(entry(interaction="search Observation"), None, PLACE))
    patient = entity(event, "1")
    assert "reference" not in patient["what"]
    assert "not there any more" in patient["what"]["display"]
    assert {"type": "ledger commitment", "valueString": "ab" * 32} in patient["detail"]
    assert b64decode(entity(event, "24")["query"]) == b"Observation"


def test_the_same_entry_is_the_same_event() -> None:
    assert audit_event(entry(), "P1", PLACE)["id"] == audit_event(entry(), "P1", PLACE)["id"]
    assert audit_event(entry(), "P1", PLACE)["id"] != audit_event(entry(), "P1", Place(uuid4(), "x"))["id"]


@pytest.fixture
def used(house: House) -> House:
    """A clinic in which one record was opened twice, and another refused."""
    for patient in ("P1", "P2"):
        add_work(
            clinic=house.id, patient=patient, encounter="", kind="initial", reason="", coder=house.people["coder"],
            actor=house.actor("coding_supervisor"), at=AT,
        )  # fmt: skip
    for hours, patient in ((1, "P1"), (2, "P2"), (3, "P9")):
        record_opening(
            clinic=house.clinic, person=house.people["coder"], patient=patient, purpose="coding",
            interaction="read Patient", actor=house.actor("coder"), at=AT + hours * HOUR,
        )  # fmt: skip
    return house


def taken(house: House, begins: datetime = AT, ends: datetime = AT + 9 * HOUR) -> list[dict[str, Any]]:
    found = take_out_audit_events(
        clinic=house.id, begins=begins, ends=ends, actor=house.actor("privacy_officer"), at=AT + 10 * HOUR
    )
    return [valid(one) for one in found]


def test_a_span_is_taken_out_and_the_ledger_told(used: House) -> None:
    found = taken(used)
    assert [entity(one, "1")["what"].get("reference") for one in found] == ["Patient/P1", "Patient/P2", None]
    assert [one["outcome"] for one in found] == ["0", "0", "4"]
    assert len(taken(used, AT + HOUR, AT + 2 * HOUR)) == 1
    last = entries(used.id, 10**6, 1, newest_first=True)[0]
    assert last.kind == "gateway.audit_taken_out"
    assert last.facts == {"begins": (AT + HOUR).isoformat(), "ends": (AT + 2 * HOUR).isoformat()}


def test_a_record_whose_identity_is_gone_keeps_its_place(used: House) -> None:
    row = Assignment.objects.filter(clinic_id=used.id).order_by("assigned_at", "id").first()
    assert row
    Assignment.objects.filter(id=row.id).update(sealed=b"destroyed")
    found = taken(used)
    assert len(found) == 3
    assert sum("reference" in entity(one, "1")["what"] for one in found) == 1


def test_a_span_that_ends_before_it_begins_is_refused(used: House) -> None:
    with pytest.raises(InputRefused):
        taken(used, AT, AT)


def test_what_is_taken_out_names_no_person(used: House) -> None:
    told = json.dumps(taken(used))
    assert str(used.people["coder"]) in told
    for code in ("coder@", "given_name"):
        assert code not in told


def test_a_program_of_an_officer_reads_them(used: House, client: Any) -> None:
    span = urlencode({"begins": AT.isoformat(), "ends": (AT + 9 * HOUR).isoformat()})
    answer = Caller(client, used)(f"gateway/audit-events?{span}")
    assert answer.status_code == 200
    lines = b"".join(answer.streaming_content).splitlines()
    assert [json.loads(one)["resourceType"] for one in lines] == ["AuditEvent"] * 3
    assert Caller(client, used)(f"gateway/audit-events?{span}", "coding_supervisor").status_code == 403
