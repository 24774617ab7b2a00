"""What may be asked of a record: the allow-list, each way out of the compartment, and that no accepted request leaves
it.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chartwarden.gateway.compartment import EVERY, MOST_COUNT, SEARCHES, Asked, NotAsked, asked, told, upstream

ME = "P1"
ACCEPTED = {
    ("Patient", ""): "Patient?_id=P1",
    ("Patient", "_id=P1"): "Patient?_id=P1",
    ("Patient/P1", ""): "Patient/P1",
    ("Observation", ""): "Observation?patient=P1",
    ("Observation", "patient=P1"): "Observation?patient=P1",
    ("Observation", "subject=Patient/P1&_format=json"): "Observation?patient=P1",
    ("Observation", "category=laboratory&date=ge2026-01-01&date=lt2026-02-01&_count=200&_sort=-date"):
        "Observation?patient=P1&category=laboratory&date=ge2026-01-01&date=lt2026-02-01&_count=200&_sort=-date",
    ("Observation", "code=http://loinc.org|4548-4,718-7"):
        "Observation?patient=P1&code=http%3A%2F%2Floinc.org%7C4548-4%2C718-7",
    ("Observation/o-1.2", ""): "Observation/o-1.2",
    ("Observation", "status=final%26patient%3DP2"): "Observation?patient=P1&status=final%26patient%3DP2",
    ("Binary/b1", ""): "Binary/b1",
    ("Condition", "encounter=Encounter/e1&_id=a,b"): "Condition?patient=P1&encounter=Encounter%2Fe1&_id=a%2Cb",
}  # fmt: skip
REFUSED = {
    "another patient's record": ("Patient/P2", ""),
    "another patient, searched for": ("Observation", "patient=P2"),
    "two patients": ("Observation", "patient=P1,P2"),
    "the patient named twice": ("Observation", "patient=P1&patient=P2"),
    "another subject": ("Observation", "subject=Patient/P2"),
    "another patient by id": ("Patient", "_id=P2"),
    "a patient by name": ("Patient", "name=Example"),
    "a patient by an identifier": ("Observation", "patient:identifier=x|y"),
    "a chain": ("Observation", "patient.name=Example"),
    "a chain by type": ("Observation", "subject:Patient.name=Example"),
    "_has": ("Patient", "_has:Observation:patient:code=1"),
    "_include": ("Observation", "_include=Observation:subject"),
    "_include again": ("Observation", "_include:iterate=*"),
    "_revinclude": ("Patient", "_revinclude=Observation:patient"),
    "_filter": ("Observation", "_filter=status eq final"),
    "_query": ("Observation", "_query=everything"),
    "_contained": ("Observation", "_contained=both"),
    "_elements": ("Observation", "_elements=status"),
    "_list": ("Observation", "_list=$current-problems"),
    "_type": ("Observation", "_type=Patient"),
    "xml": ("Observation", "_format=xml"),
    "a modifier": ("Observation", "code:not=1"),
    "too many": ("Observation", f"_count={MOST_COUNT + 1}"),
    "none": ("Observation", "_count=0"),
    "a count twice": ("Observation", "_count=1&_count=2"),
    "everything": ("Patient/P1/$everything", ""),
    "an export": ("$export", ""),
    "an export of patients": ("Patient/$export", ""),
    "a search address": ("Observation/_search", ""),
    "a history": ("Observation/o1/_history", ""),
    "a version": ("Observation/o1/_history/1", ""),
    "a compartment": ("Patient/P1/Observation", ""),
    "the base itself": ("", ""),
    "a search of all types": ("", "_type=Patient"),
    "dots": ("Observation/..", ""),
    "a dot": ("Observation/.", ""),
    "a path back": ("Observation/../Patient/P2", ""),
    "a path back, encoded": ("Observation/%2e%2e/Patient/P2", ""),
    "an encoded slash": ("Observation%2Fo1", ""),
    "an encoded slash in an id": ("Observation/o1%2f..%2f..%2fPatient", ""),
    "a backslash": ("Observation\\o1", ""),
    "a double slash": ("Observation//o1", ""),
    "a slash at the end": ("Observation/o1/", ""),
    "a query in the path": ("Observation?patient=P2", ""),
    "a fragment": ("Observation#x", ""),
    "an id with parameters": ("Observation/o1;x=1", ""),
    "an id that is too long": (f"Observation/{'a' * 65}", ""),
    "a line end": ("Observation/o1\n", ""),
    "a read with a search": ("Observation/o1", "patient=P1"),
    "a type that is not coded from": ("AuditEvent", ""),
    "people": ("Practitioner", ""),
    "a group": ("Group/g1", ""),
    "a bundle": ("Bundle/b1", ""),
    "attachments at large": ("Binary", ""),
    "a word that is no type": ("observation", ""),
    "10 kB of search": ("Observation", "code=" + "1" * 10_240),
    "a long value": ("Observation", "code=" + "1" * 301),
    "a long path": ("Observation/" + "a" * 10_240, ""),
    "many parameters": ("Observation", "&".join(["code=1"] * 30)),
    "no value at all": ("Observation", "code"),
    "bytes that are no text": ("Observation", "code=%ff"),
    "a control character": ("Observation", "code=%00"),
    "an encounter of another server": ("Observation", "encounter=http://other/Encounter/1"),
    "an encounter by what it is": ("Observation", "encounter=Patient/P2"),
}


@pytest.mark.parametrize(("request_", "address"), ACCEPTED.items())
def test_what_is_asked_for_becomes_an_address_of_this_patient(request_: tuple[str, str], address: str) -> None:
    one = asked("GET", *request_, ME)
    assert isinstance(one, Asked)
    assert upstream(one, ME) == address
    assert "P1" not in one.interaction


@pytest.mark.parametrize(("path", "query"), REFUSED.values(), ids=REFUSED)
def test_there_is_no_way_out_of_the_compartment(path: str, query: str) -> None:
    found = asked("GET", path, query, ME)
    assert isinstance(found, NotAsked), found
    assert 400 <= found.status < 500
    assert "P2" not in found.sentence + found.why


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get"])
def test_nothing_is_written_or_posted(method: str) -> None:
    for path in ("Observation", "Observation/_search", "Observation/o1"):
        found = asked(method, path, "", ME)
        assert isinstance(found, NotAsked)
        assert found.status == 405


@pytest.mark.parametrize("patient", ["", "P1,P2", "a b", "..", "P1/../P2", "P1&x=1", "é", "x" * 65])
def test_a_patient_whose_id_no_fhir_server_has_can_not_be_asked_for(patient: str) -> None:
    assert isinstance(asked("GET", "Observation", "", patient), NotAsked)


def test_what_is_allowed_only_narrows() -> None:
    widening = {"_include", "_revinclude", "_has", "_filter", "_query", "_list", "_contained", "_type", "_format"}
    assert not widening & EVERY
    for kind, names in told():
        assert kind in SEARCHES
        assert all(":" not in name and "." not in name for name in names)
        assert not {"patient", "subject"} & set(names)


WORDS = st.sampled_from(
    ["Patient", "Observation", "Condition", "Binary", "P1", "P2", "o1", "..", "%2e%2e", "%2F", "$export", "_search",
     "_history", "", "?", "#", "patient", "subject", "_id", "_include", "_has:Observation:patient:code", "code", "date",
     "_count", "_sort", "encounter", "=", "&", "Patient/P2", "P1,P2", "%26", "%00", ":", ".", ";", "\\"]
)  # fmt: skip
PATHS = st.lists(WORDS | st.text(max_size=8), max_size=5).map("/".join)
QUERIES = st.lists(st.tuples(WORDS | st.text(max_size=6), WORDS | st.text(max_size=20)), max_size=5).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
LIKELY = st.tuples(
    st.sampled_from(sorted(SEARCHES)), st.dictionaries(st.sampled_from(sorted(EVERY | {"code", "date", "patient"})),
    st.text(max_size=30) | WORDS, max_size=4),
)  # fmt: skip


def stays(path: str, query: str) -> bool:
    """Whether a request is refused, or becomes an address within the compartment."""
    one = asked("GET", path, query, ME)
    if isinstance(one, NotAsked):
        return False
    address = upstream(one, ME)
    assert address.isascii()
    parts = urlsplit("https://ehr.example/fhir/" + address)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "ehr.example", "")
    kind, slash, identity = parts.path.removeprefix("/fhir/").partition("/")
    assert kind in SEARCHES or kind == "Binary"
    assert kind != "Patient" or identity in ("", ME)
    if slash:
        assert identity not in (".", "..")
        assert identity.replace("-", "").replace(".", "").isalnum()
        assert parts.query == ""
        return True
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    whose = "_id" if kind == "Patient" else "patient"
    assert pairs[0] == (whose, ME)
    assert [value for name, value in pairs if name in ("patient", "subject")] == [ME] * (whose == "patient")
    assert {name for name, _ in pairs[1:]} <= SEARCHES[kind] | EVERY
    assert kind != "Patient" or [value for name, value in pairs if name == "_id"] == [ME]
    return True


@given(PATHS, QUERIES)
@example("Patient", "_id=P1&_id=P2")
@example("Observation", "patient=P1;patient=P2")
@example("Observation", "patient%5B%5D=P2")
def test_no_accepted_request_leads_out_of_the_compartment(path: str, query: str) -> None:
    stays(path, query)


@given(LIKELY)
def test_no_search_with_odd_values_leads_out_of_it(one: tuple[str, dict[str, str]]) -> None:
    kind, values = one
    stays(kind, "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in values.items()))
