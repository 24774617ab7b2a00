"""AuditEvents for Hypothesis: R4 and R5, mostly as servers write them, now and then with a value nobody expects."""

from __future__ import annotations

import base64

from hypothesis import strategies as st

ODD = st.sampled_from(
    [
        None, "", " ", "x ", " x", "5", 5, -7, 10**20, 5.5, True, False, {}, [], "NaN", "true", "1.5", "-0", "a\nb",
        "a\x00", "\u00a0x", "é", "[x", "{x", "9" * 19, "a^^^&1.2&ISO", "urn:uuid:1b2", "#p", {"code": "read"}, [{}],
        [None], "x" * 70,
    ]
)  # fmt: skip
REFERENCES = st.sampled_from(
    [
        "Patient/1", "Patient/2", "https://ehr.example/fhir/Patient/1", "Patient/1/_history/4", "Observation/9",
        "https://ehr.example:8443/FHIR/R4/DiagnosticReport/5", "Encounter/7", "ImagingStudy/3", "Claim/8", "Group/4",
        "Patient/1/Observation", "https://h.example/Patient/1/Observation/2", "Patient?_id=5", "urn:uuid:4f2", "#p",
        "Practitioner/44", "Device/12", "Patient/", "http://Patient/1", "Observation/9/_history/2/x", "ValueSet/v",
        "Patient/1\nPatient/2", "/Patient/1", "List/1?x=2",
    ]
)  # fmt: skip
QUERIES = st.sampled_from(
    [
        "Observation?code=1", "Patient?_id=5", "Patient?family=Doe", "Observation?patient=Patient/1&x=2", "",
        "https://h.example/Encounter?subject:Patient=3", "Observation?_id=4", "GET /r4/Patient?name=a\nAccept: x",
        "Patient/1/Observation?code=3", "POST /r4/Patient/_search\n\nidentifier=urn:x|77", "naïve?x=1", "x\x00y?",
        " a?b ", "Test",
    ]
)  # fmt: skip
TIMES = st.sampled_from(
    [
        "2026-03-02T14:15:00Z", "2026-03-02T08:15:00.25-06:00", "2026-03-02T08:15:00.1234567-06:00", "2026-03-02T14:15",
        "2026-03-02", "2026", "2026-02-30T10:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T23:59:60Z", "", "yesterday",
        "0001-01-01T00:00:00+14:00", "2026-03-02t14:15:00z", "2026-03-02T14:15:00+0100", " 2026-03-02T14:15:00Z",
        "2026-11-01T01:30:00",
    ]
)  # fmt: skip
CODES = st.sampled_from(
    [
        "rest", "read", "vread", "search-type", "create", "update", "delete", "110106", "110110", "110112", "110114",
        "110122", "110123", "110100", "110120", "operation", "disclose", "print", "capabilities", "1", "2",
        "XrequestId", "DiagnosticReport", "11506-3", 110122, 1, "",
    ]
)  # fmt: skip


def mostly(usual: st.SearchStrategy[object], odd: st.SearchStrategy[object] = ODD) -> st.SearchStrategy[object]:
    """The usual value, one time in thirty an odd one."""
    return st.integers(0, 29).flatmap(lambda die: odd if die == 0 else usual)


def record(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=fields)


def a_list(item: st.SearchStrategy[object], longest: int = 2) -> st.SearchStrategy[list[object]]:
    return st.lists(mostly(item, st.none()), max_size=longest)


NAMES = st.sampled_from(["coder1", "coder2", "WS-07", "A. Coder", "10.1.2.3", "2001:db8::1", "urn:ipv6:2001:db8::1"])
CODING = record(code=mostly(CODES), display=mostly(NAMES), system=mostly(NAMES))
CONCEPT = record(coding=mostly(a_list(CODING, 2)), text=mostly(NAMES))
KIND = st.one_of(CODING, record(coding=mostly(a_list(CODING, 2))))
IDENTIFIER = record(value=mostly(NAMES), system=mostly(NAMES))
REFERENCE = record(
    reference=mostly(REFERENCES), identifier=mostly(IDENTIFIER), display=mostly(NAMES),
    type=mostly(st.sampled_from(["Patient", "Device", "NaN"])),
)  # fmt: skip
ROLES = st.sampled_from(["110152", "110153", "110150", "IRCP", "humanuser"]).map(
    lambda code: {"coding": [{"code": code}]}
)
AGENT = record(
    type=mostly(ROLES, KIND), who=mostly(REFERENCE), altId=mostly(NAMES), name=mostly(NAMES),
    requestor=mostly(st.booleans(), st.sampled_from(["true", "false", 1, None])),
    network=mostly(record(address=mostly(NAMES))), networkString=mostly(NAMES), networkUri=mostly(NAMES),
    purposeOfUse=mostly(a_list(CONCEPT)), authorization=mostly(a_list(CONCEPT)),
)  # fmt: skip
BASE64 = QUERIES.filter(bool).map(lambda query: base64.b64encode(query.encode()).decode())
ENCODED = st.one_of(QUERIES, BASE64)
ENTITY = record(
    what=mostly(REFERENCE), type=mostly(KIND), role=mostly(KIND), query=mostly(ENCODED),
    description=mostly(st.sampled_from(["a note", "Patient?_id=9"])), detail=mostly(st.just([])),
)  # fmt: skip
OUTCOMES = st.one_of(
    st.sampled_from(["0", "4", "8", "12", 0, "7", None]),
    record(code=mostly(CODING)),
    st.sampled_from([{"code": "success"}, "{}", '{"code":{"code":"0"}}', 4.0, [], {"code": None}]),
)

ANY_EVENT = st.fixed_dictionaries(
    {"resourceType": mostly(st.just("AuditEvent"), st.sampled_from(["Patient", "Bundle", None, 5]))},
    optional={
        "id": mostly(st.sampled_from(["a1", "b-2"])), "type": mostly(CODING), "subtype": mostly(a_list(KIND)),
        "category": mostly(a_list(CONCEPT)), "code": mostly(CONCEPT), "action": mostly(st.sampled_from("CRUDE")),
        "recorded": mostly(TIMES), "period": mostly(record(start=mostly(TIMES))),
        "occurredPeriod": mostly(record(start=mostly(TIMES))), "occurredDateTime": mostly(TIMES),
        "outcome": mostly(OUTCOMES), "purposeOfEvent": mostly(a_list(CONCEPT)),
        "authorization": mostly(a_list(CONCEPT)),
        "patient": mostly(REFERENCE), "encounter": mostly(REFERENCE), "agent": mostly(a_list(AGENT, 4)),
        "source": mostly(record(observer=mostly(REFERENCE), type=mostly(a_list(KIND)))),
        "entity": mostly(a_list(ENTITY, 5)),
        "contained": st.just([{"resourceType": "Patient", "id": "p", "identifier": [{"value": "77"}]}]),
    },
)  # fmt: skip
"""Any shape at all: most are read with care, few fast."""

USUAL_TIME = st.sampled_from(["2026-03-02T14:15:00Z", "2026-03-02T08:15:00.25-06:00"])


def _usual_agents(login: str, release: int) -> list[dict[str, object]]:
    network: dict[str, object] = (
        {"network": {"address": "192.0.2.4"}} if release == 4 else {"networkString": "192.0.2.4"}
    )
    client = {"type": {"coding": [{"code": "110152"}]}, "who": {"display": "WS-07"}, "requestor": False} | network
    return [client, {"who": {"identifier": {"value": login}}, "requestor": True}]


@st.composite
def usual_event(draw: st.DrawFn, release: int, changed: bool = True) -> dict[str, object]:
    """A valid event of R4 or R5 about one patient, as servers write it; ``changed``: up to two fields replaced."""
    interaction = draw(st.sampled_from(["read", "vread", "search-type", "update", "create", "delete"]))
    login = draw(st.sampled_from(["coder1", "coder2"]))
    patient = draw(st.sampled_from(["Patient/1", "https://ehr.example/fhir/Patient/1", "Patient/1/_history/4"]))
    other = draw(st.sampled_from(["Observation/9", "Encounter/7", "Claim/8", "Patient/1", "DocumentReference/2"]))
    role = (lambda code: {"code": code}) if release == 4 else (lambda code: {"coding": [{"code": code}]})
    event: dict[str, object] = {
        "resourceType": "AuditEvent", "id": draw(st.sampled_from(["a1", "b-2"])), "recorded": draw(USUAL_TIME),
        "action": draw(st.sampled_from("CRUDE")), "agent": _usual_agents(login, release),
        "source": {"observer": {"reference": "Device/ehr"}},
        "entity": [
            {"what": {"reference": patient}, "role": role("1")},
            {"what": {"reference": other}, "role": role("4")},
        ],
    }  # fmt: skip
    if release == 4:
        event |= {"type": {"code": "rest", "system": "x"}, "subtype": [{"code": interaction}], "outcome": "0"}
        event |= {"purposeOfEvent": [{"coding": [{"code": "HPAYMT"}]}]}
    else:
        event |= {"category": [{"coding": [{"code": "rest"}]}], "code": {"coding": [{"code": interaction}]}}
        event |= {"occurredDateTime": draw(USUAL_TIME), "outcome": {"code": {"code": "success"}}}
        event |= {"patient": {"reference": "Patient/1"}, "encounter": {"reference": "Encounter/7"}}
    if interaction == "search-type":
        event["entity"] = [event["entity"][0], {"role": role("24"), "query": draw(ENCODED if changed else BASE64)}]
    changes = draw(st.sampled_from([0, 0, 1, 2])) if changed else 0
    if changes:
        other_event = draw(ANY_EVENT)
        for field in draw(st.lists(st.sampled_from(sorted(other_event)), max_size=changes, unique=True)):
            event[field] = other_event[field]
    return event
