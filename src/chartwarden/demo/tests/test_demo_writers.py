from __future__ import annotations

import base64
import csv
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from defusedxml import ElementTree
from fhir.resources.R4B.auditevent import AuditEvent

from chartwarden.demo.clinic import make_clinic
from chartwarden.demo.tests.made import Made

SYSLOG = re.compile(
    r"<85>1 (\S+Z) \S+ \S+ \S+ \S+ "
    r"\[meta sequenceId=\"(\d+)\"\] \ufeff(<AuditMessage>.*</AuditMessage>)"
)


@pytest.fixture(scope="module")
def plain(tiny: Made) -> list[dict[str, str]]:
    with (tiny.folder / "accesses.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def made_as(log_format: str, folder: Path) -> Path:
    make_clinic(folder, seed=3, coders=3, weeks=2, patients=300, log_format=log_format)
    return folder


def test_fhir_holds_every_event_in_order(plain: list[dict[str, str]], tmp_path: Path) -> None:
    lines = (made_as("fhir", tmp_path / "c") / "accesses.ndjson").read_text().splitlines()
    resources = [json.loads(line) for line in lines]
    assert [one["id"] for one in resources] == [row["event"] for row in plain]
    for resource, row in zip(resources, plain, strict=True):
        patients = [e["what"]["reference"] for e in resource.get("entity", ()) if e.get("role", {}).get("code") == "1"]
        assert patients == ([f"Patient/{row['patient']}"] if row["patient"] else [])
        assert resource["agent"][0]["altId"] == row["actor"]
        assert resource["agent"][0]["network"]["address"] == row["address"]
        assert (resource["outcome"] == "0") == (row["outcome"] == "success")


def test_fhir_is_valid_by_an_independent_reading(tmp_path: Path) -> None:
    lines = (made_as("fhir", tmp_path / "c") / "accesses.ndjson").read_text().splitlines()
    by_subtype = {json.loads(line)["subtype"][0]["code"]: line for line in lines}
    assert {"open", "read", "update", "search-type", "110122", "110123", "print"} <= set(by_subtype)
    for line in by_subtype.values():
        assert AuditEvent.model_validate_json(line).id == json.loads(line)["id"]


def test_a_fhir_search_carries_its_query_in_base64(plain: list[dict[str, str]], tmp_path: Path) -> None:
    lines = (made_as("fhir", tmp_path / "c") / "accesses.ndjson").read_text().splitlines()
    searches = {row["event"]: row["query"] for row in plain if row["action"] == "search"}
    assert searches
    for resource in map(json.loads, lines):
        if resource["id"] in searches:
            url = base64.b64decode(resource["entity"][0]["query"]).decode()
            assert parse_qs(urlsplit(url).query)["name"] == [searches[resource["id"]]]


def test_dicom_holds_every_event_in_order(plain: list[dict[str, str]], tmp_path: Path) -> None:
    lines = (made_as("dicom", tmp_path / "c") / "accesses.log").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(plain)
    for number, (line, row) in enumerate(zip(lines, plain, strict=True), 1):
        framed = SYSLOG.fullmatch(line)
        assert framed is not None, line
        assert int(framed[2]) == number
        message = ElementTree.fromstring(framed[3])
        user = message.find("ActiveParticipant")
        assert user is not None
        assert user.get("UserID") == row["actor"]
        assert user.get("NetworkAccessPointID") == row["address"]
        people = [
            found.get("ParticipantObjectID")
            for found in message.findall("ParticipantObjectIdentification")
            if found.get("ParticipantObjectTypeCode") == "1"
        ]
        assert people == ([row["patient"]] if row["patient"] else [])
