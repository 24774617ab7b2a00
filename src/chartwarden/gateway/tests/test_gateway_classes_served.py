"""Of which classes of the record a program is given something: those that the clinic's policy opens, and no other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments.contracts import RecordClass as Class
from chartwarden.assignments.contracts import Scope
from chartwarden.gateway.classes import can_be, record_class
from chartwarden.gateway.compartment import SEARCHES
from chartwarden.gateway.exact import NotServed
from chartwarden.gateway.serving import OF_WHOM, SHUT, Expected, Served, checked
from chartwarden.gateway.wording import not_opened

BASE, OURS, LOINC = "https://ehr.example/fhir", "https://gate.example/fhir/a1", "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ME = {"reference": "Patient/P1"}
NO_RADIOLOGY = Scope(frozenset(Class) - {Class.RADIOLOGY}, version=3)


def resource(identity: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": identity, OF_WHOM.get(kind, "subject"): ME, **more}


def document(identity: str, code: str, *binaries: str) -> dict[str, Any]:
    content = [{"attachment": {"url": f"{BASE}/Binary/{one}"}} for one in binaries]
    return resource(identity, "DocumentReference", type={"coding": [{"system": LOINC, "code": code}]}, content=content)


def observation(identity: str, category: str = "vital-signs", **more: Any) -> dict[str, Any]:
    return resource(identity, "Observation", category=[{"coding": [{"system": CATEGORY, "code": category}]}], **more)


NOTE, SCAN = document("d1", "11506-3", "b1"), document("d2", "18748-4", "b2")


def served(resource: dict[str, Any], identity: str = "", scope: Scope = NO_RADIOLOGY) -> Served:
    kind = resource["resourceType"] if identity else resource["entry"][0]["resource"]["resourceType"]
    return checked(json.dumps(resource).encode(), Expected("P1", kind, identity, scope=scope), BASE, OURS, str)


def bundle(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    entry = [{"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entry), "entry": entry, **more}


def test_one_of_a_class_that_is_shut_is_not_given() -> None:
    assert json.loads(served(NOTE, "d1").body)["id"] == "d1"
    with pytest.raises(NotServed, match=SHUT):
        served(SCAN, "d2")
    assert served(SCAN, "d2", Scope(version=3)).binaries == ("b2",)


def test_in_a_bundle_they_are_left_out_with_their_attachments_and_it_says_so() -> None:
    answer = served(bundle(NOTE, SCAN))
    out = json.loads(answer.body)
    assert [one["resource"]["id"] for one in out["entry"][:-1]] == ["d1"]
    assert out["entry"][0]["fullUrl"] == f"{OURS}/DocumentReference/d1"
    assert answer.binaries == ("b1",)
    assert out["total"] == 1
    said = out["entry"][-1]
    assert said["search"] == {"mode": "outcome"}
    assert said["resource"]["resourceType"] == "OperationOutcome"
    (issue,) = said["resource"]["issue"]
    assert (issue["severity"], issue["code"]) == ("information", "suppressed")
    assert issue["details"]["text"] == not_opened(NO_RADIOLOGY)
    assert "radiology" in issue["details"]["text"]
    assert "version 3" in issue["details"]["text"]
    assert b"d2" not in answer.body


def test_a_report_of_a_class_that_is_shut_is_not_given_nor_its_attachments() -> None:
    code = {"coding": [{"system": LOINC, "code": "18748-4"}]}
    report = resource("r1", "DiagnosticReport", code=code, presentedForm=[{"url": "Binary/b7"}])
    with pytest.raises(NotServed, match=SHUT):
        served(report, "r1")
    answer = served(bundle(report))
    assert answer.binaries == ()
    assert b"r1" not in answer.body
    assert served(bundle(report), scope=Scope(version=3)).binaries == ("b7",)


@pytest.mark.parametrize("kind", sorted(SEARCHES))
def test_where_no_class_is_opened_nothing_is_given(kind: str) -> None:
    one = {"resourceType": "Patient", "id": "P1"} if kind == "Patient" else resource("x1", kind)
    nothing = Scope(frozenset(), version=3)
    with pytest.raises(NotServed, match=SHUT):
        served(one, one["id"], nothing)
    assert one["id"].encode() not in served(bundle(one), scope=nothing).body


def test_whether_something_was_left_out_can_not_be_told_from_the_answer() -> None:
    """A search by a code must not say whether the patient has what is shut."""
    none = json.loads(served(bundle(NOTE)).body)
    assert none == json.loads(served(bundle(NOTE, SCAN)).body)
    nothing = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    expected = Expected("P1", "DocumentReference", scope=NO_RADIOLOGY)
    empty = json.loads(checked(json.dumps(nothing).encode(), expected, BASE, OURS, str).body)
    assert empty == json.loads(served(bundle(SCAN)).body)


@pytest.mark.parametrize("relation", ["next", "previous", "prev"])
def test_a_page_of_several_gives_no_total(relation: str) -> None:
    links = [{"relation": relation, "url": f"{BASE}/DocumentReference?page=2"}]
    assert "total" not in json.loads(served(bundle(NOTE, total=70, link=links)).body)
    whole = json.loads(served(bundle(NOTE, total=70, link=links), scope=Scope(version=3)).body)
    assert whole["total"] == 70


def test_what_is_another_patients_spoils_the_answer_though_it_were_left_out() -> None:
    with pytest.raises(NotServed, match="outside"):
        served(bundle(NOTE, {**SCAN, "subject": {"reference": "Patient/P2"}}))
    with pytest.raises(NotServed, match="outside"):
        served({**SCAN, "subject": {"reference": "Patient/P2"}}, "d2")


def test_a_type_that_can_not_be_of_what_is_shut_goes_out_as_it_came() -> None:
    one = resource("c1", "Condition", note=[{"text": "x"}])
    raw = json.dumps(bundle(one), indent=1).encode()
    out = checked(raw, Expected("P1", "Condition", scope=NO_RADIOLOGY), BASE, OURS, str).body
    assert out == raw.replace(BASE.encode(), OURS.encode())


def test_an_attachment_opens_by_its_document() -> None:
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "eA=="}
    assert json.loads(served(binary, "b1", Scope(frozenset({Class.OPERATIVE}), version=3)).body) == binary


def test_numbers_stay_as_they_are_written() -> None:
    for text in ("1.50", "0.0000001", "-0.0", "120", "123456789012345678901234567890", "1E-7"):
        raw = json.dumps(observation("o1", valueQuantity={"value": 7})).replace("7}", text + "}")
        one = Expected("P1", "Observation", "o1", scope=NO_RADIOLOGY)
        assert f'"value":{text}}}'.encode() in checked(raw.encode(), one, BASE, OURS, str).body
    raw = json.dumps(bundle(observation("o1", valueQuantity={"value": 7}))).replace("7}", "1.50}")
    many = Expected("P1", "Observation", scope=NO_RADIOLOGY)
    assert b'"value":1.50}' in checked(raw.encode(), many, BASE, OURS, str).body


def test_a_class_that_is_given_twice_is_not_served() -> None:
    """Readers differ in which of two they take."""
    vital, image = (json.dumps(observation("o1", of)["category"]) for of in ("vital-signs", "imaging"))
    begin = '{"resourceType":"Observation","id":"o1","subject":{"reference":"Patient/P1"},'
    for first, second in ((image, vital), (vital, image)):
        one = f'{begin}"category":{first},"category":{second}}}'
        many = f'{{"resourceType":"Bundle","type":"searchset","entry":[{{"resource":{one}}}]}}'
        for text, identity in ((one, "o1"), (many, "")):
            expected = Expected("P1", "Observation", identity, scope=NO_RADIOLOGY)
            with pytest.raises(NotServed, match="outside"):
                checked(text.encode(), expected, BASE, OURS, str)


CODES = {
    "11506-3": Class.NOTES, "11504-8": Class.OPERATIVE, "11502-2": Class.LABORATORY, "18748-4": Class.RADIOLOGY,
    "18842-5": Class.DISCHARGE, "52036-1": Class.PRIOR_AUTHORIZATION,
}  # fmt: skip
SCOPES = st.frozensets(st.sampled_from(Class)).map(lambda classes: Scope(classes, version=5))
KINDS = st.sampled_from(["DocumentReference", "Composition", "DiagnosticReport"])


@given(st.lists(st.sampled_from(sorted(CODES)), min_size=1, max_size=8), SCOPES, KINDS)
def test_an_answer_holds_all_that_is_opened_and_nothing_that_is_shut(codes: list[str], scope: Scope, kind: str) -> None:
    ones = [{**document(f"d{n}", code, f"b{n}"), "resourceType": kind} for n, code in enumerate(codes)]
    answer = served(bundle(*ones), scope=scope)
    found = [one["resource"] for one in json.loads(answer.body)["entry"]]
    opened = [n for n, code in enumerate(codes) if CODES[code] in scope.classes]
    assert [one["id"] for one in found if one["resourceType"] == kind] == [f"d{n}" for n in opened]
    assert answer.binaries == tuple(f"b{n}" for n in opened)
    assert len(found) - len(opened) == (not can_be(kind) <= scope.classes)
    for n, one in enumerate(ones):
        if n in opened:
            assert json.loads(served(one, f"d{n}", scope).body)["id"] == f"d{n}"
        else:
            with pytest.raises(NotServed, match=SHUT):
                served(one, f"d{n}", scope)


CATEGORIES = st.lists(
    st.fixed_dictionaries({"coding": st.lists(st.fixed_dictionaries({"code": st.sampled_from(
        ["laboratory", "imaging", "vital-signs", "LAB", "RAD", "363679005", "387713003", *CODES])}), max_size=2)}),
    max_size=3,
)  # fmt: skip


@given(st.sampled_from(sorted(SEARCHES)), CATEGORIES, CATEGORIES, st.sampled_from(["claim", "preauthorization", None]))
def test_a_type_is_of_no_class_that_it_can_not_be(kind: str, category: Any, of: Any, use: str | None) -> None:
    one = {"resourceType": kind, "category": category, "type": of[:1], "code": of[-1:], "use": use}
    assert record_class(one) in can_be(kind)
