"""A record opens while it is assigned and no longer, through a real FHIR server; and no way leads out of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.gateway_peers import Answer, Fhir, Gate, wait
from tests.support.installation import ROOT

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node")]
SOON = 1.0


def patient(identity: str, family: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": identity, "name": [{"family": family}]}


def observation(identity: str, of: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": identity, "status": "final", "subject": {"reference": f"Patient/{of}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]}, **more,
    }  # fmt: skip


def document(identity: str, of: str, binary: str) -> dict[str, Any]:
    content = [{"attachment": {"contentType": "text/plain", "url": f"Binary/{binary}"}}]
    return {
        "resourceType": "DocumentReference", "id": identity, "status": "current", "content": content,
        "subject": {"reference": f"Patient/{of}"},
    }  # fmt: skip


@pytest.fixture(scope="module")
def fhir() -> Iterator[Fhir]:
    with ExitStack() as stack:
        server = Fhir(stack)
        server.seed(
            patient("p-mine", "Vandersloot"), patient("p-other", "Quackenbush"),
            *(observation(f"mine-{n}", "p-mine") for n in range(3)), observation("other-1", "p-other"),
            observation("holds-other", "p-mine", contained=[patient("inner", "Quackenbush")]),
            {**observation("mixed", "p-mine"), "subject": {"reference": "#inner"},
             "contained": [patient("inner", "Quackenbush")]},
            document("doc-mine", "p-mine", "bin-mine"), document("doc-other", "p-other", "bin-other"),
            {"resourceType": "Binary", "id": "bin-mine", "contentType": "text/plain", "data": "bWluZQ=="},
            {"resourceType": "Binary", "id": "bin-other", "contentType": "text/plain", "data": "b3RoZXI="},
        )  # fmt: skip
        yield server


@pytest.fixture(scope="module")
def gate(fhir: Fhir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    with ExitStack() as stack:
        made = Gate(tmp_path_factory.mktemp("gateway") / "data", fhir.base)
        made.begin(stack)
        yield made


def reasons(answer: Answer) -> list[str]:
    return [issue["diagnostics"].partition(":")[0] for issue in answer.json["issue"]]


def test_assigned_opened_submitted_and_refused_afterwards(gate: Gate, fhir: Fhir) -> None:
    assignment, token = gate.opened("p-mine")
    assert gate.get(f"{assignment}/Patient/p-mine", token).json["name"] == [{"family": "Vandersloot"}]
    found = gate.get(f"{assignment}/Observation?code=4548-4&_count=2", token)
    assert found.status == 200
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["content-type"].startswith("application/fhir+json")
    links = {link["relation"]: link["url"] for link in found.json["link"]}
    assert set(links) == {"self", "next"}
    assert links["self"].endswith(f"{assignment}/Observation?code=4548-4&_count=2")
    assert not any("p-mine" in url for url in links.values())
    assert found.json["entry"][0]["fullUrl"].startswith(f"http://127.0.0.1:{gate.port}/fhir/{assignment}/")
    gate.tell("work", assignment, "begun", "coded", "submitted")
    wait(SOON)
    asked = fhir.asked()
    refused = gate.get(f"{assignment}/Patient/p-mine", token)
    assert refused.status == 403
    assert reasons(refused) == ["assignment_not_open"]
    assert "Ask: coding supervisor." in refused.json["issue"][0]["diagnostics"]
    assert fhir.asked() == asked
    assert gate.tell("open", assignment)["reasons"] == ["assignment_not_open"]
    told = [entry["kind"] for entry in gate.tell("entries") if entry["kind"].startswith("gateway.")]
    assert told[:3] == ["gateway.assignment_opened", "gateway.record_opened", "gateway.record_opened"]
    assert told[-2:] == ["gateway.record_denied", "gateway.record_denied"]


@pytest.mark.peer("curl")
def test_the_how_to_is_walked_by_curl(gate: Gate, tmp_path: Path) -> None:
    """Each block of commands after that which sets the address and the token, as it stands in the how-to."""
    text = (ROOT / "docs" / "how-tos" / "connect-an-ehr.md").read_text(encoding="utf-8")
    walk = re.findall(r"^```sh\n(.*?)^```", text.partition("## Try it")[2], re.MULTILINE | re.DOTALL)[1:]
    assignment, token = gate.opened("p-mine")
    base = f"http://127.0.0.1:{gate.port}/fhir/{assignment}"
    environment = {"PATH": os.environ["PATH"], "BASE": base, "TOKEN": token}

    def said(*blocks: str) -> list[str]:
        """What a coder sees who goes on typing: a line for each command that asks."""
        whole = "".join([walk[0].partition("\n")[0] + "\n", *blocks])
        ran = subprocess.run(["sh", "-ec", whole], cwd=tmp_path, env=environment, capture_output=True, check=True)
        return ran.stdout.decode().splitlines()

    assert said(walk[0].partition("\n")[2]) == ["200"] * 4
    assert json.loads((tmp_path / "documents.json").read_bytes())["total"] == 1
    assert said(walk[1]) == ["403"]
    gate.tell("work", assignment, "begun", "coded", "submitted")
    wait(SOON)
    status, *told = said(walk[2])
    assert status == "403"
    assert "Your work on this record has not begun or is done, so it is shut." in "".join(told)


@pytest.fixture(scope="module")
def mine(gate: Gate) -> tuple[str, str]:
    return gate.opened("p-mine")


OUT = {
    "another patient": "Patient/p-other",
    "another patient's, by search": "Observation?patient=p-other",
    "another patient's, by id": "Observation/other-1",
    "a chain": "Observation?subject.name=Quackenbush",
    "an include": "Observation?_include=Observation:subject",
    "a revinclude": "Patient?_revinclude=Observation:subject",
    "a has": "Patient?_has:Observation:subject:code=4548-4",
    "a contained patient": "Observation/holds-other",
    "a subject that is contained": "Observation/mixed",
    "an attachment that nobody told of": "Binary/bin-other",
    "a document of another's": "DocumentReference/doc-other",
    "everything": "Patient/p-mine/$everything",
    "an export": "Patient/$export",
    "dots": "Observation/../Patient/p-other",
    "encoded dots": "Observation/%2e%2e/Patient/p-other",
    "an encoded slash": "Observation%2Fother-1",
    "an encoded question mark": "Observation%3Fpatient=p-other",
    "a page that was made up": "_page/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "10 kB": "Observation?code=" + "1" * 10_240,
}


@pytest.mark.parametrize("path", OUT.values(), ids=OUT)
def test_no_way_leads_out_of_the_record(gate: Gate, mine: tuple[str, str], path: str) -> None:
    assignment, token = mine
    before = len(gate.tell("entries"))
    answer = gate.get(f"{assignment}/{path}", token)
    assert answer.status in (400, 403, 404, 405, 414, 502), answer
    assert b"Quackenbush" not in answer.body
    assert b"other" not in answer.body.replace(b"another", b"")
    last = gate.tell("entries")[before:]
    assert last[-1]["kind"] in ("gateway.request_refused", "gateway.record_failed")


def test_searches_are_not_posted_and_nothing_is_written(gate: Gate, fhir: Fhir, mine: tuple[str, str]) -> None:
    assignment, token = mine
    asked = fhir.asked()
    for method, path in (
        ("POST", "Observation/_search"),
        ("PUT", "Observation/mine-1"),
        ("DELETE", "Observation/mine-1"),
    ):
        answer = gate.get(f"{assignment}/{path}", token, method, b"patient=p-other")
        assert answer.status == 405
        assert answer.headers["allow"] == "GET"
    assert fhir.asked() == asked


def test_an_attachment_opens_once_its_document_was_read(gate: Gate, mine: tuple[str, str]) -> None:
    assignment, token = mine
    assert gate.get(f"{assignment}/Binary/bin-mine", token).status == 403
    assert gate.get(f"{assignment}/DocumentReference", token).status == 200
    assert gate.get(f"{assignment}/Binary/bin-mine", token).json["data"] == "bWluZQ=="
    assert gate.get(f"{assignment}/Binary/bin-other", token).status == 403


def test_the_next_page_comes_through_the_gateway(gate: Gate, mine: tuple[str, str]) -> None:
    assignment, token = mine
    seen: list[str] = []
    address = f"{assignment}/Observation?_count=1&_id=mine-0,mine-1,mine-2"
    while address:
        page = gate.get(address, token)
        assert page.status == 200, page
        seen += [entry["resource"]["id"] for entry in page.json.get("entry", ())]
        address = next((link["url"] for link in page.json["link"] if link["relation"] == "next"), "")
    assert sorted(seen) == ["mine-0", "mine-1", "mine-2"]
    other, theirs = gate.opened("p-other")
    link = gate.get(f"{assignment}/Observation?_count=1&_id=mine-0,mine-1", token).json["link"][1]["url"]
    moved = link.replace(assignment, other)
    assert gate.get(moved, theirs).status == 403
    assert gate.get(moved, token).status == 401


def test_tokens_that_do_not_hold_open_nothing(gate: Gate, fhir: Fhir, mine: tuple[str, str]) -> None:
    assignment, token = mine
    other, theirs = gate.opened("p-other")
    asked = fhir.asked()
    wrong = ["", "x", "cwo_x", token[:-1], token.upper(), theirs, "cwt_" + token[4:], token + " x"]
    for one in wrong:
        answer = gate.get(f"{assignment}/Patient/p-mine", one)
        assert answer.status == 401, one
        assert answer.headers["www-authenticate"] == "Bearer"
    assert gate.get(f"{other}/Patient/p-other", token).status == 401
    again = gate.tell("open", assignment)["token"]
    wait(SOON)
    assert gate.get(f"{assignment}/Patient/p-mine", token).status == 401  # opened anew, the former token is over
    assert fhir.asked() == asked
    assert gate.get(f"{assignment}/Patient/p-mine", again).status == 200
    gate.tell("shut", assignment)
    wait(SOON)
    assert gate.get(f"{assignment}/Patient/p-mine", again).status == 401


def test_a_suspension_and_the_end_of_a_token_are_felt_within_a_second(gate: Gate) -> None:
    assignment, token = gate.opened("p-mine")
    assert gate.get(f"{assignment}/Patient", token).status == 200
    gate.tell("suspend", "coder")
    wait(SOON)
    assert reasons(gate.get(f"{assignment}/Patient", token)) == ["account_suspended"]
    gate.tell("suspend", "coder", True)
    wait(SOON)
    assert gate.get(f"{assignment}/Patient", token).status == 200
    gate.tell("end_token", 0)
    wait(SOON)
    assert gate.get(f"{assignment}/Patient", token).status == 401


def test_without_the_ledger_nothing_is_fetched(gate: Gate, fhir: Fhir) -> None:
    assignment, token = gate.opened("p-mine")
    gate.tell("refuse_entries", True)
    asked = fhir.asked()
    answer = gate.get(f"{assignment}/Patient/p-mine", token)
    gate.tell("refuse_entries", False)
    assert answer.status == 503
    assert reasons(answer) == ["ledger_unavailable"]
    assert fhir.asked() == asked
    assert gate.get(f"{assignment}/Patient/p-mine", token).status == 200


def test_the_gateway_says_what_can_be_asked(gate: Gate, mine: tuple[str, str]) -> None:
    said = gate.get(f"{mine[0]}/metadata").json
    assert said["resourceType"] == "CapabilityStatement"
    assert "Observation" in {one["type"] for one in said["rest"][0]["resource"]}


def test_no_name_and_no_patients_id_is_left_behind(gate: Gate, mine: tuple[str, str]) -> None:
    ledger = json.dumps(gate.tell("entries"))
    assert "gateway.record_opened" in ledger
    found = [ledger, gate.log.read_text(encoding="utf-8")]
    found += [path.read_bytes().decode("latin-1") for path in Path(gate.data).rglob("*") if path.is_file()]
    for word in ("Vandersloot", "Quackenbush", "p-mine", "p-other"):
        assert not any(word in text for text in found), word


def test_an_ehr_is_one_clinics(gate: Gate, fhir: Fhir) -> None:
    """Last: with a second clinic, the gateway must be told whose EHR it is; and the other's tokens open nothing."""
    assignment, token = gate.opened("p-mine")
    assert gate.get(f"{assignment}/Patient", token).status == 200
    there = gate.tell("second_clinic", "p-mine")
    wait(SOON)
    assert gate.get(f"{assignment}/Patient", token).status == 503
    gate.stop()
    gate.environment["CHARTWARDEN_FHIR_CLINIC"] = gate.clinic
    gate.start()
    assert gate.get(f"{assignment}/Patient", token).status == 200
    asked = fhir.asked()
    assert gate.get(f"{there['assignment']}/Patient", there["token"]).status == 503
    assert gate.get(f"{assignment}/Patient", there["token"]).status == 401
    assert gate.get(f"{there['assignment']}/Patient", token).status == 401
    assert fhir.asked() == asked
