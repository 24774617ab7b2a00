"""kill -9 of the gateway under load: every answer that somebody got has its entry. And an EHR that fails: a plain
sentence for the coder, and the ledger says that it failed. `make faults` kills 200 times; `make test` a few.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.faults.forms import FULL
from tests.support.gateway_peers import Gate
from tests.support.installation import family, until

KILLS, CLIENTS, SOME = (200 if FULL else 4), 4, 20
OBSERVATION = {"resourceType": "Observation", "id": "o1", "subject": {"reference": "Patient/p-mine"}}
SEARCHSET = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": OBSERVATION}]}
STRANGERS = {**SEARCHSET, "entry": [{"resource": {**OBSERVATION, "subject": {"reference": "Patient/p-other"}}}]}
ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "good": (200, "application/fhir+json", json.dumps(SEARCHSET).encode()),
    "status": (500, "application/fhir+json", b"p-other is down"),
    "content_type": (200, "text/html", b"<html>p-other</html>"),
    "unreadable": (200, "application/fhir+json", b'{"resourceType":"Bundle","type":"p-other"'),
    "outside": (200, "application/fhir+json", json.dumps(STRANGERS).encode()),
    "cut": (200, "application/fhir+json", b""),
}


class Ehr(BaseHTTPRequestHandler):
    """Answers as the code that is searched for says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One of ANSWERS; ``cut`` promises more than it sends."""
        named = next((name for name in ANSWERS if f"code={name}" in self.path), "good")
        status, kind, body = ANSWERS[named]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) + 100 * (named == "cut")))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = named == "cut"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ehr)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with ExitStack() as stack:
        made = Gate(tmp_path_factory.mktemp("gateway") / "data", f"http://127.0.0.1:{server.server_port}/fhir")
        made.begin(stack)
        yield made
    server.shutdown()


@pytest.mark.parametrize("fault", sorted(ANSWERS.keys() - {"good"}))
def test_an_ehr_that_fails_is_told_plainly_and_stands_in_the_ledger(gate: Gate, fault: str) -> None:
    assignment, token = gate.opened("p-mine")
    answer = gate.get(f"{assignment}/Observation?code={fault}", token)
    assert answer.status == 502
    assert answer.text.endswith((".", "supervisor."))
    assert b"p-other" not in answer.body
    opened, failed = gate.tell("entries")[-2:]
    assert (opened["kind"], failed["kind"]) == ("gateway.record_opened", "gateway.record_failed")
    assert failed["facts"]["why"] == fault
    assert gate.get(f"{assignment}/Observation", token).status == 200


def test_every_answer_has_its_entry_though_the_gateway_is_killed(gate: Gate) -> None:
    tokens = dict(gate.opened("p-mine") for _ in range(CLIENTS))
    got: Counter[str] = Counter()
    stop = threading.Event()

    def client(assignment: str) -> None:
        while not stop.is_set():
            answer = gate.get(f"{assignment}/Observation", tokens[assignment])
            if answer.status == 0:
                stop.wait(0.1)  # it is being started again
            if answer.status == 200:
                assert answer.json["entry"]
                got[assignment] += 1

    threads = [threading.Thread(target=client, args=[one]) for one in tokens]
    for thread in threads:
        thread.start()
    try:
        for kill in range(KILLS):
            if kill % 20 == 1:  # a token is good for 15 minutes; 200 kills may take longer
                tokens.update((one, gate.tell("open", one)["token"]) for one in tokens.copy())
            before = got.total()
            until(lambda before=before: got.total() >= before + SOME)
            for process in reversed(family(gate.process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            gate.process.wait()
            gate.start()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    entries = gate.tell("entries", "gateway.record_opened")
    written = Counter(entry["subject"]["assignment"] for entry in entries)
    for assignment in tokens:
        assert 0 < got[assignment] <= written[assignment]
    assert sum(written[one] - got[one] for one in tokens) <= CLIENTS * (KILLS + 1)  # what was under way when it died
    assert gate.tell("verified") == []
    assert b"p-mine" not in Path(gate.log).read_bytes()
