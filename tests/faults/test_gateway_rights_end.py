"""Rights that end while an answer of the EHR is under way: what is asked a second later is refused, by a real process.

And a thousand clients who are connected and ask nothing: they stay, and others are served.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import pytest

from chartwarden.gateway.chains import TERMS
from tests.support.certificates import identity
from tests.support.gateway_peers import Answer, Gate
from tests.support.installation import WITHIN, until

SECOND, IDLE = 1.0, 1000
ENTRIES = [
    {"resource": {"resourceType": "Observation", "id": f"o{n}", "subject": {"reference": "Patient/p-mine"}}}
    for n in range(200)
]
BODY = json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": ENTRIES}).encode()


class Ehr(BaseHTTPRequestHandler):
    """Answers at once; where the code ``slow`` is searched for, in two halves, the second when it may."""

    protocol_version = "HTTP/1.1"
    begun, may_end = threading.Event(), threading.Event()

    def do_GET(self) -> None:
        """The same observations always."""
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[:1000])
        self.wfile.flush()
        if "code=slow" in self.path:
            self.begun.set()
            self.may_end.wait(WITHIN)
        self.wfile.write(BODY[1000:])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Laptop:
    """A coder's certificate, as a proxy before the gateway hands it on."""

    pem = ""

    @property
    def header(self) -> dict[str, str]:
        """What the proxy sets."""
        return {"ClientCertificate": quote(self.pem), "X-Forwarded-For": "10.0.0.7"}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ehr)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("rights")
    more = {"CHARTWARDEN_PROXY": "1", "CHARTWARDEN_CERTIFICATE_HEADER": "ClientCertificate"}
    with ExitStack() as stack:
        made = Gate(
            folder / "data", f"http://127.0.0.1:{server.server_port}/fhir", more=more,
            program="tests.support.workplace_clinic",
        )  # fmt: skip
        made.begin(stack)
        made.tell("ask", "attestation", False, False)
        Laptop.pem = identity(folder / "LT-1.pem", "LT-1")
        yield made
    server.shutdown()


def agreement(ends: str) -> str:
    return f"vendor,signed_on,effective_from,effective_to,terms\nV1,2026-01-05,2026-01-05,{ends},{';'.join(TERMS)}\n"


def vendors_coder(gate: Gate) -> tuple[str, str]:
    gate.tell("feed", "vendors", "vendor,name,parent\nV1,Vendor One,\n")
    gate.tell("feed", "baas", agreement(""))
    gate.tell("hire", "vee", "V1")
    return gate.opened("p-mine", "vee")


def agreement_lapses(gate: Gate, _: str) -> None:
    gate.tell("feed", "baas", agreement((datetime.now(UTC) - timedelta(days=2)).date().isoformat()))


def leaver(gate: Gate) -> tuple[str, str]:
    gate.tell("hire", "leaver", "")
    return gate.opened("p-mine", "leaver")


def planned_leaver(gate: Gate) -> tuple[str, str]:
    gate.tell("hire", "planned", "")
    return gate.opened("p-mine", "planned")


def engagement_ends_as_planned(gate: Gate, _: str) -> None:
    """Said beforehand; when its instant comes, nothing is written."""
    ends = time.monotonic() + 3
    gate.tell("leave", "planned", 3)
    until(lambda: time.monotonic() >= ends)


def with_laptop(gate: Gate) -> tuple[str, str]:
    gate.tell("ask", "device", True)
    Shown.device = gate.tell("laptop", "LT-1", Laptop.pem)
    assignment = gate.tell("assign", "p-mine")
    return assignment, gate.tell("open_from", assignment, Laptop.pem)["token"]


class Shown:
    """The device that was approved last."""

    device = ""


def device_is_withdrawn(gate: Gate, _: str) -> None:
    gate.tell("withdraw", Shown.device)


ENDS: dict[str, tuple[Callable[[Gate], tuple[str, str]], Callable[[Gate, str], Any], str]] = {
    "the work is submitted": (
        lambda gate: gate.opened("p-mine"),
        lambda gate, assignment: gate.tell("work", assignment, "begun", "coded", "submitted"),
        "assignment_not_open",
    ),
    "the agreement lapses": (vendors_coder, agreement_lapses, "vendor_agreement_not_in_force"),
    "the engagement ends": (leaver, lambda gate, _: gate.tell("leave", "leaver"), "engagement_ended"),
    "the engagement ends as was planned": (planned_leaver, engagement_ends_as_planned, "engagement_ended"),
    "the device is withdrawn": (with_laptop, device_is_withdrawn, "device_not_approved"),
}


@pytest.mark.parametrize("case", ENDS)
def test_what_is_asked_a_second_after_a_right_ended_is_refused(gate: Gate, case: str) -> None:
    begin, end, reason = ENDS[case]
    assignment, token = begin(gate)
    Ehr.begun.clear()
    Ehr.may_end.clear()
    streamed: list[Answer] = []
    path = f"{assignment}/Observation"

    def stream() -> None:
        streamed.append(gate.get(f"{path}?code=slow", token, **Laptop().header))

    thread = threading.Thread(target=stream)
    thread.start()
    try:
        assert Ehr.begun.wait(WITHIN)
        assert gate.get(path, token, **Laptop().header).status == 200
        end(gate, assignment)
        ended = time.monotonic()
        while True:
            begun = time.monotonic()
            answer = gate.get(path, token, **Laptop().header)
            if answer.status != 200:
                break
            assert begun - ended < SECOND
        assert answer.status == 403
        assert next(one["diagnostics"].partition(":")[0] for one in answer.json["issue"]) == reason
    finally:
        Ehr.may_end.set()
        thread.join()
    assert streamed[0].status == 200  # it was opened, and stands in the ledger, before the right ended
    assert len(streamed[0].json["entry"]) == len(ENTRIES)
    kinds = [one["kind"] for one in gate.tell("entries") if one["subject"].get("assignment") == assignment]
    assert kinds[-1] == "gateway.record_denied"


def test_a_thousand_who_ask_nothing_stay_connected_and_others_are_served(gate: Gate) -> None:
    gate.tell("ask", "device", False, False)
    assignment, token = gate.opened("p-mine")
    path = f"{assignment}/Observation"
    nothing = b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    def answered(one: socket.socket) -> bool:
        one.sendall(nothing)
        told = b""
        while b"\r\n\r\n" not in told:
            told += one.recv(4096)
        head, _, body = told.partition(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < size:
            body += one.recv(4096)
        return head.startswith(b"HTTP/1.1 404")

    with ExitStack() as stack:
        there = ("127.0.0.1", gate.port)
        idle = [stack.enter_context(socket.create_connection(there, WITHIN)) for _ in range(IDLE)]
        assert all(answered(one) for one in idle[: IDLE // 2])  # the others have asked nothing yet
        for _ in range(20):
            begun = time.monotonic()
            answer = gate.get(path, token)
            assert (answer.status, len(answer.json["entry"])) == (200, len(ENTRIES))
            assert time.monotonic() - begun < SECOND
        assert all(answered(one) for one in idle)
