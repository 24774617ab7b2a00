"""What the clinic's minimum-necessary policy opens to a program, through a real FHIR server: classes and encounters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.gateway_peers import Answer, Fhir, Gate, wait

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node")]
SOON = 1.0
EVERY = ["overview", "notes", "operative", "laboratory", "radiology", "discharge", "prior_authorization"]
NO_RADIOLOGY = [one for one in EVERY if one != "radiology"]
HERE, THERE = "visit-here", "visit-there"


def of_mine(identity: str, kind: str, visit: str = HERE, **more: Any) -> dict[str, Any]:
    encounter = {"reference": f"Encounter/{visit}"}
    named = {"context": {"encounter": [encounter]}} if kind == "DocumentReference" else {"encounter": encounter}
    return {"resourceType": kind, "id": identity, "subject": {"reference": "Patient/p-mine"}, **named, **more}


def document(identity: str, code: str, visit: str = HERE) -> dict[str, Any]:
    content = [{"attachment": {"contentType": "text/plain", "url": f"Binary/bin-{identity}"}}]
    kind = {"coding": [{"system": "http://loinc.org", "code": code}]}
    return of_mine(identity, "DocumentReference", visit, status="current", type=kind, content=content)


def visit(identity: str) -> dict[str, Any]:
    of = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
    subject = {"reference": "Patient/p-mine"}
    return {"resourceType": "Encounter", "id": identity, "status": "finished", "class": of, "subject": subject}


def binary(identity: str) -> dict[str, Any]:
    return {"resourceType": "Binary", "id": f"bin-{identity}", "contentType": "text/plain", "data": "eA=="}


@pytest.fixture(scope="module")
def fhir() -> Iterator[Fhir]:
    code = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    with ExitStack() as stack:
        server = Fhir(stack)
        server.seed(
            {"resourceType": "Patient", "id": "p-mine", "name": [{"family": "Vandersloot"}]},
            visit(HERE), visit(THERE), document("note", "11506-3"), document("scan", "18748-4"),
            document("old-note", "11506-3", THERE), *(binary(one) for one in ("note", "scan", "old-note", "report")),
            of_mine("pulse", "Observation", status="final", code=code),
            of_mine("old-pulse", "Observation", THERE, status="final", code=code),
            of_mine("picture", "ImagingStudy", status="available"),
            of_mine("report", "DiagnosticReport", status="final", presentedForm=[{"url": "Binary/bin-report"}],
                    code={"coding": [{"system": "http://loinc.org", "code": "18748-4"}]}),
            {"resourceType": "AllergyIntolerance", "id": "nuts", "patient": {"reference": "Patient/p-mine"}},
        )  # fmt: skip
        yield server


@pytest.fixture(scope="module")
def gate(fhir: Fhir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with ExitStack() as stack:
        made = Gate(tmp_path_factory.mktemp("policy") / "data", fhir.base)
        made.begin(stack)
        yield made


def found(answer: Answer) -> list[str]:
    """The ids of what was found."""
    assert answer.status == 200, answer
    kept = [one["resource"] for one in answer.json.get("entry", ())]
    return sorted(one["id"] for one in kept if one["resourceType"] != "OperationOutcome")


def notices(answer: Answer) -> list[str]:
    """What the answer says of itself."""
    entries = [one for one in answer.json.get("entry", ()) if one.get("search", {}).get("mode") == "outcome"]
    return [one["resource"]["issue"][0]["details"]["text"] for one in entries]


def test_classes_that_a_policy_shuts_are_refused_and_left_out(gate: Gate, fhir: Fhir) -> None:
    assignment, token = gate.opened("p-mine")

    def ask(path: str) -> Answer:
        return gate.get(f"{assignment}/{path}", token)

    assert found(ask("DocumentReference")) == ["note", "old-note", "scan"]
    assert notices(ask("DocumentReference")) == []
    assert ask("Binary/bin-scan").status == 200
    assert found(ask("DiagnosticReport")) == ["report"]
    assert ask("Binary/bin-report").status == 200
    version = gate.tell("policy", NO_RADIOLOGY)
    wait(SOON)
    # Not even what its document has told of before.
    assert ask("Binary/bin-scan").status == 403
    some = ask("DocumentReference")
    assert found(some) == ["note", "old-note"]
    assert some.json["total"] == 2
    (said,) = notices(some)
    assert "radiology" in said
    assert f"version {version}" in said
    assert ask("Binary/bin-note").status == 200
    assert ask("Binary/bin-scan").status == 403
    assert found(ask("DocumentReference?type=http://loinc.org|18748-4")) == []
    assert found(ask("DiagnosticReport")) == []
    assert ask("DiagnosticReport/report").status == 403
    assert ask("Binary/bin-report").status == 403
    refused = ask("DocumentReference/scan")
    assert refused.status == 403
    assert f"version {version}" in refused.text
    last = gate.tell("entries")[-1]
    assert (last["kind"], last["facts"]) == (
        "gateway.request_refused", {"why": "record_class", "status": 403, "policy": version},
    )  # fmt: skip
    asked = fhir.asked()
    for path in ("ImagingStudy", "ImagingStudy/picture"):
        assert ask(path).status == 403
    assert fhir.asked() == asked
    assert found(ask("Observation")) == ["old-pulse", "pulse"]
    gate.tell("policy", EVERY)
    wait(SOON)
    assert found(ask("DocumentReference")) == ["note", "old-note", "scan"]
    assert found(ask("ImagingStudy")) == ["picture"]
    gate.tell("policy", EVERY, False, "denial")  # and nothing for the work that this is
    wait(SOON)
    asked = fhir.asked()
    for path in ("Patient", "Observation", "ImagingStudy/picture", "Binary/bin-note"):
        assert ask(path).status == 403
        assert gate.tell("entries")[-1]["kind"] == "gateway.request_refused"
    assert fhir.asked() == asked


def test_a_policy_may_open_the_encounter_alone(gate: Gate) -> None:
    version = gate.tell("policy", NO_RADIOLOGY, True)
    assignment, token = gate.opened("p-mine", "coder", HERE)

    def ask(path: str) -> Answer:
        return gate.get(f"{assignment}/{path}", token)

    assert found(ask("Observation")) == ["pulse"]
    assert found(ask("Encounter")) == [HERE]
    assert found(ask("DocumentReference")) == ["note"]
    assert notices(ask("DocumentReference"))
    assert found(ask("AllergyIntolerance")) == ["nuts"]
    assert found(ask("Patient")) == ["p-mine"]
    assert ask("Observation/pulse").status == 200
    assert ask("Binary/bin-note").status == 200
    shut = {
        "Observation/old-pulse": 403, "DocumentReference/old-note": 403, f"Encounter/{THERE}": 403,
        f"Observation?encounter={THERE}": 403, "Binary/bin-old-note": 403, "DocumentReference/scan": 403,
    }  # fmt: skip
    for path, status in shut.items():
        answer = ask(path)
        assert answer.status == status, path
        assert b"old-" not in answer.body
        assert gate.tell("entries")[-1]["kind"] == "gateway.request_refused"
    opened = gate.tell("entries", "gateway.record_opened")[-1]
    assert opened["facts"]["policy"] == version
    nowhere, other = gate.opened("p-mine")  # an assignment that names no encounter
    assert gate.get(f"{nowhere}/Observation", other).status == 403
    assert gate.get(f"{nowhere}/Patient", other).status == 200
