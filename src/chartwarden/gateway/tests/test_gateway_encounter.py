"""Where a policy opens one encounter alone, no search asks for another and no answer holds another."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments.contracts import Scope
from chartwarden.gateway.compartment import EVERY, OF_PATIENT, SEARCHES, Asked, NotAsked, asked, upstream
from chartwarden.gateway.contracts import Facts, Standing
from chartwarden.gateway.exact import NotServed
from chartwarden.gateway.serving import ELSEWHERE, OF_WHOM, Expected, checked

ME, HERE, AT = "P1", "e1", datetime(2026, 3, 2, 15, tzinfo=UTC)
BASE, OURS = "https://ehr.example/fhir", "https://gate.example/fhir/a1"
OF_A_VISIT = sorted(set(SEARCHES) - OF_PATIENT - {"ClaimResponse", "Encounter"})
ACCEPTED = {
    ("Observation", "code=1"): "Observation?patient=P1&encounter=Encounter%2Fe1&code=1",
    ("Observation", "encounter=e1"): "Observation?patient=P1&encounter=Encounter%2Fe1",
    ("Observation", "encounter=Encounter/e1&_count=5"): "Observation?patient=P1&encounter=Encounter%2Fe1&_count=5",
    ("Encounter", ""): "Encounter?patient=P1&_id=e1",
    ("Encounter", "_id=e1"): "Encounter?patient=P1&_id=e1",
    ("Encounter/e1", ""): "Encounter/e1",
    ("Observation/o1", ""): "Observation/o1",
    ("Patient", ""): "Patient?_id=P1",
    ("AllergyIntolerance", "code=1"): "AllergyIntolerance?patient=P1&code=1",
    ("Binary/b1", ""): "Binary/b1",
}
REFUSED = {
    ("Observation", "encounter=e2"): "other_encounter",
    ("Observation", "encounter=Encounter/e2"): "other_encounter",
    ("Observation", "encounter=e1&encounter=e2"): "other_encounter",
    ("Encounter", "_id=e2"): "other_encounter",
    ("Encounter", "_id=e1,e2"): "other_encounter",
    ("Encounter/e2", ""): "other_encounter",
    ("ClaimResponse", ""): "encounter",
    ("ClaimResponse/c1", ""): "encounter",
    ("Patient/P2", ""): "other_patient",
    ("Observation", "patient=P2"): "other_patient",
}


@pytest.mark.parametrize(("request_", "address"), ACCEPTED.items())
def test_a_search_is_of_this_encounter_and_what_says_of_the_patient_of_none(
    request_: tuple[str, str], address: str
) -> None:
    one = asked("GET", *request_, ME, HERE)
    assert isinstance(one, Asked)
    assert upstream(one, ME) == address


@pytest.mark.parametrize(("request_", "why"), REFUSED.items())
def test_another_encounter_is_not_asked_for(request_: tuple[str, str], why: str) -> None:
    found = asked("GET", *request_, ME, HERE)
    assert isinstance(found, NotAsked)
    assert (found.status, found.why) == (403, why)
    assert "e2" not in found.sentence


@pytest.mark.parametrize("within", ["", "a b", "e1,e2", "..", "Encounter/e1"])
def test_an_encounter_that_no_ehr_has_opens_the_overview_alone(within: str) -> None:
    for path in ("Observation", "Observation/o1", "Encounter", "Encounter/e1"):
        found = asked("GET", path, "", ME, within)
        assert isinstance(found, NotAsked)
        assert found.why == "encounter_id"
    assert isinstance(asked("GET", "Patient", "", ME, within), Asked)


VALUES = st.sampled_from(["e1", "e2", "Encounter/e1", "Encounter/e2", "e1,e2", "1", "final"])
NAMES = st.sampled_from(["encounter", "_id", "code", "status", "_count", "patient", "encounter.class", "encounter:not"])


@given(st.sampled_from(sorted(SEARCHES)), st.lists(st.tuples(NAMES, VALUES), max_size=4))
def test_no_search_that_is_accepted_reaches_another_encounter(kind: str, pairs: list[tuple[str, str]]) -> None:
    one = asked("GET", kind, "&".join(f"{name}={value}" for name, value in pairs), ME, HERE)
    if isinstance(one, NotAsked) or kind in OF_PATIENT:
        return
    name = "_id" if kind == "Encounter" else "encounter"
    told = parse_qsl(upstream(one, ME).partition("?")[2])
    assert [value for given, value in told if given == name] == [HERE if name == "_id" else f"Encounter/{HERE}"]
    assert {given for given, _ in told} <= SEARCHES[kind] | EVERY | {"patient"}


def served(resource: dict[str, Any], identity: str = "x", within: str | None = HERE) -> Any:
    kind = resource.get("resourceType", "Bundle") if identity else resource["entry"][0]["resource"]["resourceType"]
    expected = Expected(ME, kind, identity, within)
    return json.loads(checked(json.dumps(resource).encode(), expected, BASE, OURS, str).body)


def resource(kind: str, *encounters: str) -> dict[str, Any]:
    """One of this patient's, which names these encounters in its type's own way."""
    named = [{"reference": one} for one in encounters]
    more: dict[str, Any] = {"encounter": named[0]} if named else {}
    if kind == "DocumentReference":
        more = {"context": {"encounter": named}}
    if kind == "Claim":
        more = {"item": [{"sequence": n, "encounter": [one]} for n, one in enumerate(named)]}
    return {"resourceType": kind, "id": "x", OF_WHOM.get(kind, "subject"): {"reference": f"Patient/{ME}"}, **more}


@pytest.mark.parametrize("kind", OF_A_VISIT)
def test_each_type_says_of_which_encounter_it_is_in_its_own_element(kind: str) -> None:
    for reference in ("Encounter/e1", f"{BASE}/Encounter/e1", "Encounter/e1/_history/2"):
        assert served(resource(kind, reference))["id"] == "x"
    for strays in ((), ("Encounter/e2",), ("Encounter/e12",), ("https://other.example/fhir/Encounter/e1",)):
        assert served(resource(kind, *strays), within=None)["id"] == "x"
        with pytest.raises(NotServed, match=ELSEWHERE):
            served(resource(kind, *strays))


def test_a_document_of_several_encounters_belongs_to_each() -> None:
    for kind in ("DocumentReference", "Claim"):
        assert served(resource(kind, "Encounter/e2", "Encounter/e1"))["id"] == "x"


def test_the_overview_is_of_the_patient_whatever_encounter_it_was_told_at() -> None:
    for kind in sorted(OF_PATIENT - {"Patient"}):
        assert served(resource(kind, "Encounter/e2"))["id"] == "x"
    assert served({"resourceType": "Patient", "id": ME}, ME)["id"] == ME
    assert served({**resource("Encounter"), "id": HERE}, HERE)["id"] == HERE
    with pytest.raises(NotServed, match=ELSEWHERE):
        served({**resource("Encounter"), "id": "e2"}, "e2")


@given(st.lists(st.sampled_from(["e1", "e2", ""]), min_size=1, max_size=6), st.sampled_from(OF_A_VISIT))
def test_one_of_another_encounter_spoils_the_whole_answer(encounters: list[str], kind: str) -> None:
    entry = [{"resource": resource(kind, *([f"Encounter/{one}"] if one else []))} for one in encounters]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entry}
    if set(encounters) == {HERE}:
        assert len(served(bundle, "")["entry"]) == len(encounters)
    else:
        with pytest.raises(NotServed, match="outside"):
            served(bundle, "")


def test_the_policy_says_whether_the_encounter_alone_opens() -> None:
    facts = Facts(AT, "coding", (), None)
    whole = Standing(uuid4(), uuid4(), uuid4(), uuid4(), ME, AT, facts, True, encounter=HERE)
    assert whole.within is None
    assert replace(whole, scope=Scope(encounter_only=True, version=3)).within == HERE
    assert replace(whole, scope=Scope(encounter_only=True), encounter="").within == ""
