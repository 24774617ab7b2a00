"""An EHR that errs while somebody reads: a plain sentence on the page, a word in the ledger, and the rest is shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.urls import reverse

from chartwarden.assignments.services import add_work
from chartwarden.ledger.queries import entries
from tests.support.clinic import AT, House
from tests.support.record import data, document

SignIn = Callable[[str], Any]
JSON = "application/fhir+json"
PATIENT = {"resourceType": "Patient", "id": "p-rec-1", "name": [{"family": "Quillfeather"}]}
NOTE = document("d-1", "11506-3", "Progress note", "2026-03-02T15:20:00-06:00", data("text/plain", "All is well."))
LOST = document("d-2", "11506-3", "Lost note", "2026-03-02T15:20:00-06:00", {"url": "Binary/b-lost"})
STRANGE = {**NOTE, "id": "d 3;x", "type": {"text": "Strange note"}}


def bundle(*resources: dict[str, Any]) -> bytes:
    found = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}
    return json.dumps(found).encode()


class Ehr(ThreadingHTTPServer):
    """Answers as ``answers`` say, by the first part of the address behind the base; else with nothing found."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.base = f"http://127.0.0.1:{self.server_address[1]}/fhir"


class Handler(BaseHTTPRequestHandler):
    """One request; an answer with status 0 breaks off."""

    protocol_version = "HTTP/1.1"
    server: Ehr

    def do_GET(self) -> None:
        """The answer that was set for this address, for its type, or none found."""
        asked = self.path.removeprefix("/fhir/")
        given = next((asked[:n] for n in range(len(asked), 0, -1) if asked[:n] in self.server.answers), "")
        status, kind, body = self.server.answers.get(given, (200, JSON, bundle()))
        self.send_response(status or 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + 99 * (status == 0)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = status == 0

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def ehr(settings: Any) -> Iterator[Ehr]:
    server = Ehr()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.FHIR_BASE, settings.FHIR_TOKEN = server.base, ""
    yield server
    server.shutdown()
    server.server_close()


def opened(house: House, client: Any) -> tuple[str, Any]:
    """A record that was just opened: its address, and the first page."""
    mine = add_work(
        clinic=house.id, patient="p-rec-1", encounter="", kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    where = reverse("gateway:record", kwargs={"clinic": house.id, "assignment": mine})
    return where, client.post(where, {"acknowledged": "1"}, follow=True)


def failed(house: House) -> list[tuple[str, int, str]]:
    """What the ledger says of failures: why, the EHR's status, and what was asked for."""
    found = [one.facts for one in entries(house.id, limit=500) if one.kind == "gateway.record_failed"]
    return [(one["why"], one["status"], one["interaction"]) for one in found]


def leaf(page: Any, title: str) -> str:
    """The address of a document in the list."""
    before = page.text.partition(f">{title}<")[0]
    return str(before.rpartition('href="')[2].partition('"')[0])


FAULTS: dict[str, tuple[tuple[int, str, bytes], str, str]] = {
    "status": ((500, JSON, b"down"), "status", "The EHR could not answer this."),
    "content_type": ((200, "text/html", b"<html>"), "content_type", "The EHR&#x27;s answer is not FHIR JSON"),
    "cut": ((0, JSON, b"{"), "cut", "The EHR can&#x27;t be reached, or its answer broke off."),
    "unreadable": ((200, JSON, b'{"resourceType":"Bundle"'), "unreadable", "The EHR&#x27;s answer can&#x27;t be read"),
    "not_found": ((404, JSON, b"{}"), "not_found", "The EHR has no such resource."),
}


@pytest.mark.parametrize(("answer", "why", "sentence"), FAULTS.values(), ids=FAULTS)
def test_what_fails_is_said_and_the_rest_is_shown(
    house: House, signed_in: SignIn, ehr: Ehr, answer: tuple[int, str, bytes], why: str, sentence: str
) -> None:
    ehr.answers |= {"Patient": (200, JSON, bundle(PATIENT)), "DocumentReference": (200, JSON, bundle(NOTE))}
    ehr.answers |= {"Procedure": answer, "ImagingStudy": answer}
    client = signed_in("coder")
    _, page = opened(house, client)
    assert page.status_code == 200
    assert f"Not shown: procedures, imaging studies. {sentence}" in page.text
    assert "Progress note" in page.text
    status = answer[0] if why != "cut" else 0
    assert failed(house) == [(why, status, f"search {kind}") for kind in ("Procedure", "ImagingStudy")]
    ehr.answers["DocumentReference/d-1"] = answer
    shown = client.get(leaf(page, "Progress note"))
    assert shown.status_code == 200
    assert sentence in shown.text
    assert "All is well." not in shown.text
    assert failed(house)[-1] == (why, status, "read DocumentReference")


def test_an_ehr_that_gives_nothing_at_all_is_said_once(house: House, signed_in: SignIn, ehr: Ehr) -> None:
    ehr.answers |= dict.fromkeys("DCPIO", (503, JSON, b"{}"))
    client = signed_in("coder")
    where, page = opened(house, client)
    assert page.status_code == 502
    assert "The record can’t be shown" in page.text
    assert page.text.count("The EHR could not answer this.") == 1
    ehr.answers = {"Patient": (200, JSON, bundle(PATIENT))}
    assert "Quillfeather" in client.get(where).text


def test_an_attachment_that_is_lost_or_has_an_odd_id_is_said(house: House, signed_in: SignIn, ehr: Ehr) -> None:
    ehr.answers |= {
        "DocumentReference": (200, JSON, bundle(LOST, STRANGE)),
        "DocumentReference/d-2": (200, JSON, json.dumps(LOST).encode()),
        "Binary": (404, JSON, b"{}"),
    }
    client = signed_in("coder")
    _, page = opened(house, client)
    lost = client.get(leaf(page, "Lost note"))
    assert "The EHR has no such resource." in lost.text
    assert failed(house) == [("not_found", 404, "read Binary")]
    odd = client.get(leaf(page, "Strange note"))
    assert "Open it in the EHR." in odd.text


def test_without_an_ehr_the_page_says_what_to_do(house: House, signed_in: SignIn, settings: Any) -> None:
    settings.FHIR_BASE = ""
    _, page = opened(house, signed_in("coder"))
    assert page.status_code == 200
    assert "No EHR is connected" in page.text
    assert "CHARTWARDEN_FHIR_BASE" in page.text
