"""What of the EHR's answers goes out: this patient's alone, with links that lead back here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chartwarden.gateway.compartment import SEARCHES
from chartwarden.gateway.exact import NotServed
from chartwarden.gateway.serving import OF_WHOM, Expected, Served, checked

BASE, OURS = "https://ehr.example/fhir", "https://gate.example/fhir/a1"
ME, OTHER = {"reference": "Patient/P1"}, {"reference": "Patient/P2"}
OBSERVATION = {"resourceType": "Observation", "id": "o1", "subject": ME}


def served(resource: object, kind: str = "Observation", identity: str = "o1") -> Served:
    expected = Expected("P1", kind, identity)
    return checked(json.dumps(resource).encode(), expected, BASE, OURS, lambda behind: f"page:{behind}")


def bundle(*resources: object, **more: object) -> dict[str, Any]:
    entry = [{"fullUrl": f"{BASE}/Observation/o1", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entry), "entry": entry, **more}


def test_the_patients_own_goes_out_as_it_came() -> None:
    for reference in ("Patient/P1", f"{BASE}/Patient/P1", "Patient/P1/_history/3"):
        one = {**OBSERVATION, "subject": {"reference": reference, "display": "Example"}, "valueString": "ü"}
        out = json.loads(served(one).body)
        assert out == {**one, "subject": {**one["subject"], "reference": reference.replace(BASE, OURS)}}
    assert json.loads(served({"resourceType": "Patient", "id": "P1"}, "Patient", "P1").body)["id"] == "P1"


NAME = "Zweite Person"
HIDDEN = {"resourceType": "Patient", "id": "P2", "name": [{"text": NAME}]}
STRAYS: dict[str, dict[str, Any]] = {
    "another patient's": {"subject": OTHER},
    "nobody's": {"subject": None},
    "a group's": {"subject": {"reference": "Group/P1"}},
    "one told by an identifier alone": {"subject": {"identifier": {"value": "P1"}}},
    "of a contained patient": {"subject": {"reference": "#p"}, "contained": [{"resourceType": "Patient", "id": "p"}]},
    "another server's patient": {"subject": {"reference": "https://other.example/fhir/Patient/P1"}},
    "a patient whose id begins alike": {"subject": {"reference": "Patient/P12"}},
    "a patient behind a path": {"subject": {"reference": "Patient/P2/../P1"}},
    "another resource": {"id": "o2"},
    "another type": {"resourceType": "Condition"},
    "no id": {"id": None},
    "holding a patient": {"contained": [{"resourceType": "Patient", "id": "p"}]},
    "holding another's resource": {"contained": [{"resourceType": "Specimen", "id": "s", "subject": OTHER}]},
    "holding another's relative": {"contained": [{"resourceType": "RelatedPerson", "id": "r", "patient": OTHER}]},
    "holding another's coverage": {"contained": [{"resourceType": "Coverage", "id": "c", "beneficiary": OTHER}]},
    "holding a holder": {"contained": [{"resourceType": "Specimen", "contained": [{"resourceType": "Patient"}]}]},
    "holding a bundle": {"contained": [{"resourceType": "Bundle", "id": "b", "entry": [{"resource": HIDDEN}]}]},
    "holding parameters": {"contained": [{"resourceType": "Parameters", "parameter": [{"resource": HIDDEN}]}]},
    "holding a list": {"contained": [{"resourceType": "List", "entry": [{"item": {"display": NAME}}]}]},
    "holding a person": {"contained": [{"resourceType": "Person", "name": [{"text": NAME}]}]},
    "holding one that names another deep within": {
        "contained": [{"resourceType": "Provenance", "entity": [{"what": {**OTHER, "display": NAME}}]}]
    },
    "holding a patient where none belongs": {"extension": [{"url": "x", "valueReference": HIDDEN}]},
}


@pytest.mark.parametrize("change", STRAYS.values(), ids=STRAYS)
def test_one_that_is_not_the_patients_spoils_the_whole_answer(change: dict[str, Any]) -> None:
    one = {name: value for name, value in {**OBSERVATION, **change}.items() if value is not None}
    with pytest.raises(NotServed, match="outside"):
        served(one)
    if change != {"id": "o2"}:
        with pytest.raises(NotServed, match="outside"):
            served(bundle(OBSERVATION, one), identity="")


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "an entry of another name": lambda text: text.replace(
        f'"fullUrl": "{BASE}/Observation/o1"', '"fullUrl": "urn:uuid:1"'
    ),
    "an entry on another host": lambda text: text.replace(f"{BASE}/Obs", "https://other.example/fhir/Obs"),
    "an entry with links": lambda text: text.replace('"fullUrl":', '"link": [], "fullUrl":'),
    "an escaped letter": lambda text: text.replace('"searchset"', '"searchs\\u0065t"'),
    "an escaped name": lambda text: text.replace('"resourceType": "Patient"', '"\\u0072esourceType": "Patient"'),
    "a name in large letters": lambda text: text.replace('"resourceType": "Patient"', '"ResourceType": "Patient"'),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("change", STRAYS.values(), ids=STRAYS)
def test_no_way_of_writing_it_lets_a_stray_through(change: dict[str, Any], way: Callable[[str], str]) -> None:
    """Also where the answer is put together anew, as for addresses that are not the EHR's, and for escapes."""
    one = {name: value for name, value in {**OBSERVATION, **change}.items() if value is not None}
    expected = Expected("P1", "Observation", "o1")
    with pytest.raises(NotServed):
        checked(way(json.dumps(one)).encode(), expected, BASE, OURS, str)
    if change != {"id": "o2"}:
        with pytest.raises(NotServed):
            checked(way(json.dumps(bundle(one))).encode(), Expected("P1", "Observation"), BASE, OURS, str)


PLACES = st.lists(
    st.sampled_from(["contained", "entry", "resource", "parameter", "extension", "valueReference", "subject", "item"]),
    max_size=7,
)
MODES = st.sampled_from(["plain", "escaped", "twice before", "twice behind"])


def written(value: object, escaped: bool) -> str:
    """JSON, each letter of every name given by its number if ``escaped``."""
    if isinstance(value, dict):
        names = ("".join(f"\\u{ord(letter):04x}" for letter in name) if escaped else name for name in value)
        members = zip(names, value.values(), strict=True)
        return "{" + ",".join(f'"{name}":{written(one, escaped)}' for name, one in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(one, escaped) for one in value) + "]"
    return json.dumps(value)


@given(PLACES, st.booleans(), MODES, st.sampled_from(["Observation", "Outcome"]), st.sampled_from(sorted(WAYS)))
@example(["contained"], False, "twice behind", "Observation", "as it is")
@example(["contained", "entry", "resource"], False, "plain", "Observation", "an entry of another name")
@example(["contained"], False, "plain", "Outcome", "as it is")
@settings(max_examples=300)
def test_another_patient_is_found_however_deep_they_lie(
    places: list[str], listed: bool, mode: str, kind: str, way: str
) -> None:
    hidden: Any = HIDDEN
    for place in reversed(places[1:]):
        hidden = {place: [hidden] if listed or place == "contained" else hidden}
        if place == "contained":
            hidden = {"resourceType": "Specimen", "id": "s", **hidden}
    top = places[0] if places else "extension"
    inside = f'"{top}":{written([hidden], mode == "escaped")}'
    outcome = {"resourceType": "OperationOutcome", "issue": []}
    fields = json.dumps(OBSERVATION if kind == "Observation" else outcome)[:-1]
    nothing = f'"{top}":[]'
    more = {"twice before": f"{nothing},{inside}", "twice behind": f"{inside},{nothing}"}.get(mode, inside)
    one = f"{fields},{more}}}"
    whole = json.dumps(bundle({})).replace("{}", one)
    for text, identity in ((one, "o1"), (whole, "")):
        try:
            body = checked(WAYS[way](text).encode(), Expected("P1", "Observation", identity), BASE, OURS, str).body
        except NotServed:
            continue
        pytest.fail(f"served: {body.decode()}")


TWICE = {
    "of whom": '"subject":{"reference":"Patient/P2"},"subject":{"reference":"Patient/P1"}',
    "of whom, by identifier": '"subject":{"identifier":{"value":"P2"}},"subject":{"reference":"Patient/P1"}',
    "in a reference": '"subject":{"reference":"Patient/P2","reference":"Patient/P1"}',
}


@pytest.mark.parametrize("subject", TWICE.values(), ids=TWICE)
@pytest.mark.parametrize("identity", ["o1", ""])
def test_one_that_says_twice_of_whom_it_is_is_nobodys(subject: str, identity: str) -> None:
    one = f'{{"resourceType":"Observation","id":"o1",{subject}}}'
    text = one if identity else f'{{"resourceType":"Bundle","type":"searchset","entry":[{{"resource":{one}}}]}}'
    with pytest.raises(NotServed, match="outside"):
        checked(text.encode(), Expected("P1", "Observation", identity), BASE, OURS, str)


def test_the_patients_own_may_hold_what_is_nobody_elses() -> None:
    inner = [{"resourceType": "Practitioner", "id": "d"}, {"resourceType": "Specimen", "id": "s", "subject": ME}]
    assert json.loads(served({**OBSERVATION, "contained": inner}).body)["contained"] == inner


@pytest.mark.parametrize("kind", sorted(set(SEARCHES) - {"Patient"}))
def test_each_type_says_of_whom_it_is_in_its_own_element(kind: str) -> None:
    element = OF_WHOM.get(kind, "subject")
    assert served({"resourceType": kind, "id": "x", element: ME}, kind, "x")
    with pytest.raises(NotServed):
        served({"resourceType": kind, "id": "x", element: OTHER}, kind, "x")


def test_links_of_a_bundle_lead_back_here_and_others_go() -> None:
    links = {
        "self": f"{BASE}/Observation?patient=P1",
        "next": f"{BASE}/Observation?patient=P1&_offset=20",
        "previous": f"{BASE}?_getpages=7",
        "first": "https://elsewhere.example/fhir/Observation",
        "last": f"{BASE}/../admin",
        "prev": f"{BASE}//elsewhere",
        "edit": f"{BASE}/Observation",
    }
    out = json.loads(
        served(bundle(OBSERVATION, link=[{"relation": r, "url": u} for r, u in links.items()]), identity="").body
    )
    assert {one["relation"]: one["url"] for one in out["link"]} == {
        "self": f"{OURS}/Observation",
        "next": "page:/Observation?patient=P1&_offset=20",
        "previous": "page:?_getpages=7",
    }
    assert out["entry"][0] == {"fullUrl": f"{OURS}/Observation/o1", "resource": OBSERVATION}
    assert out["total"] == 1
    assert BASE not in json.dumps(out)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"<html>", b'{"resourceType":"Observation"', b'"x"', b"\xff", b"[" * 100_000,
     json.dumps({**OBSERVATION, "subject": "Patient/P1"}).encode(), b"{}"],
)  # fmt: skip
@pytest.mark.parametrize("identity", ["o1", ""])
def test_what_can_not_be_read_does_not_go_out(body: bytes, identity: str) -> None:
    with pytest.raises(NotServed):
        checked(body, Expected("P1", "Observation", identity), BASE, OURS, str)


@pytest.mark.parametrize(
    "change", [{"type": "transaction-response"}, {"resourceType": "Parameters"}, {"entry": [{"fullUrl": "x"}]}]
)
def test_only_a_searchset_answers_a_search(change: dict[str, Any]) -> None:
    with pytest.raises(NotServed, match="unreadable"):
        served({**bundle(OBSERVATION), **change}, identity="")


def test_an_empty_bundle_and_one_with_an_outcome_go_out() -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "x"}]}
    assert (
        json.loads(served({"resourceType": "Bundle", "type": "searchset", "total": 0}, identity="").body)["total"] == 0
    )
    assert json.loads(served(bundle(OBSERVATION, outcome), identity="").body)["entry"][1] == {"resource": outcome}


def test_documents_tell_which_attachments_may_be_read() -> None:
    urls = ["Binary/b1", f"{BASE}/Binary/b2", f"{BASE}/Binary/b3/_history/1", "https://other.example/Binary/b4",
            "Binary/../b5", "Patient/P2"]  # fmt: skip
    document = {"resourceType": "DocumentReference", "id": "d1", "subject": ME,
                "content": [{"attachment": {"url": url}} for url in urls]}  # fmt: skip
    assert served(document, "DocumentReference", "d1").binaries == ("b1", "b2", "b3")
    report = {"resourceType": "DiagnosticReport", "id": "r1", "subject": ME, "presentedForm": [{"url": "Binary/b9"}]}
    assert served(bundle(report), "DiagnosticReport", "").binaries == ("b9",)


def test_an_attachment_may_say_that_it_is_another_patients() -> None:
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "eA=="}
    assert served(binary, "Binary", "b1")
    assert served({**binary, "securityContext": ME}, "Binary", "b1")
    with pytest.raises(NotServed, match="outside"):
        served({**binary, "securityContext": OTHER}, "Binary", "b1")


@given(st.lists(st.sampled_from(["P1", "P2", "P3"]), max_size=6), st.booleans())
def test_a_bundle_goes_out_only_where_every_entry_is_the_patients(patients: list[str], absolute: bool) -> None:
    start = f"{BASE}/" if absolute else ""
    resources = [
        {"resourceType": "Observation", "id": f"o{n}", "subject": {"reference": f"{start}Patient/{patient}"}}
        for n, patient in enumerate(patients)
    ]
    if set(patients) <= {"P1"}:
        assert len(json.loads(served(bundle(*resources), identity="").body).get("entry", [])) == len(patients)
    else:
        with pytest.raises(NotServed, match="outside"):
            served(bundle(*resources), identity="")


THEIRS = {"resourceType": "Observation", "id": "o2", "subject": OTHER}
BEGINNING = '{"resourceType":"Bundle","type":"searchset",'
GIVEN_TWICE = {
    "entries given twice": BEGINNING + '"entry":[{"resource":%s}],"entry":[{"resource":%s}]}',
    "a resource given twice": BEGINNING + '"entry":[{"resource":%s,"resource":%s}]}',
}


@pytest.mark.parametrize("body", GIVEN_TWICE.values(), ids=GIVEN_TWICE)
def test_a_resource_that_one_reader_sees_and_another_does_not_spoils_the_answer(body: str) -> None:
    def answer(text: str) -> bytes:
        return checked(text.encode(), Expected("P1", "Observation"), BASE, OURS, str).body

    theirs, mine = json.dumps(THEIRS), json.dumps(OBSERVATION)
    with pytest.raises(NotServed, match="outside"):
        answer(body % (theirs, mine))
    escaped = body.replace('"entry":[{"resource":%s}],', '"entr\\u0079":[{"resource":%s}],')
    for text in (body, escaped):
        with pytest.raises(NotServed, match="outside"):
            answer(text % (theirs.replace("resourceType", "resourceTyp\\u0065"), mine))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("identity", ["o1", ""])
def test_what_a_resource_holds_twice_spoils_it(way: Callable[[str], str], identity: str) -> None:
    text = json.dumps(OBSERVATION)[:-1] + f',"contained":[{json.dumps(HIDDEN)}],"contained":[]}}'
    text = text if identity else json.dumps(bundle({})).replace("{}", text)
    with pytest.raises(NotServed):
        checked(way(text).encode(), Expected("P1", "Observation", identity), BASE, OURS, str)


@pytest.mark.parametrize("kind", ["Patient", "Encounter"])
def test_who_is_meant_by_their_own_id_is_not_taken_by_what_they_name(kind: str) -> None:
    one = {"resourceType": kind, "id": "P2", "subject": ME, "encounter": {"reference": "Encounter/e1"}}
    expected = Expected("P1", kind, "", "e1")
    with pytest.raises(NotServed, match="outside"):
        checked(json.dumps(bundle(one)).encode(), expected, BASE, OURS, str)


@given(st.text(max_size=20), st.booleans(), st.booleans())
@example("resourceType", True, False)
def test_the_quick_way_and_the_careful_way_give_the_same_answer(text: str, absolute: bool, escaped: bool) -> None:
    """An answer with escapes is put together anew; without them it is passed on."""
    start = f"{BASE}/" if absolute else ""
    one = {**OBSERVATION, "subject": {"reference": f"{start}Patient/P1"}, "valueString": text}
    raw = json.dumps(bundle(one, link=[{"relation": "next", "url": f"{BASE}/x"}]), ensure_ascii=escaped)
    out = json.loads(checked(raw.encode(), Expected("P1", "Observation"), BASE, OURS, str).body)
    assert out["entry"][0]["resource"]["valueString"] == text
    assert out["entry"][0]["fullUrl"] == f"{OURS}/Observation/o1"
    assert out["link"] == [
        {"relation": "self", "url": f"{OURS}/Observation"}, {"relation": "next", "url": "/x"},
    ]  # fmt: skip
    assert BASE not in json.dumps(out).replace(json.dumps(text), "")
