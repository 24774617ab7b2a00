"""Where a record opens from: networks as addresses of this machine, devices by certificates through a real proxy.

nginx ends TLS before the pages and the gateway, as docs/how-tos/put-a-proxy-before-it.md sets it up. Each reason about
a workplace is seen on the page and at the gateway.
"""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.certificates import identity
from tests.support.gateway_peers import Answer, Fhir, Gate, child, free_port, wait
from tests.support.installation import WITHIN, until
from tools.peers import PEERS

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node"), pytest.mark.peer("nginx")]
OFFICE, VPN, KNOWN, PUBLIC = "127.0.1.7", "127.0.2.7", "127.0.3.7", "127.0.4.7"
SOON = 1.0
CONFIG = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.pem;
  ssl_verify_client optional_no_ca;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header ClientCertificate $ssl_client_escaped_cert;
  server {{ listen 127.0.0.1:{pages} ssl; location / {{ proxy_pass http://127.0.0.1:{pages_behind}; }} }}
  server {{ listen 127.0.0.1:{gate} ssl; location / {{ proxy_pass http://127.0.0.1:{gate_behind}; }} }}
}}
"""


@dataclass
class Place:
    """The clinic behind its proxy, and the coder's laptops by name: certificate and key in one file."""

    gate: Gate
    folder: Path
    pages: int
    pages_behind: int
    proxy: int
    cookies: Mapping[str, str]

    def ask(
        self, port: int, path: str, source: str, laptop: str = "", method: str = "GET", body: str = "",
        plain: bool = False, **headers: str,
    ) -> Answer:  # fmt: skip
        """Ask from an address of this machine, with a laptop's certificate; ``plain``: past the proxy."""
        if plain:
            there = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN, source_address=(source, 0))
        else:
            context = ssl.create_default_context(cafile=str(self.folder / "server.pem"))
            if laptop:
                context.load_cert_chain(self.folder / f"{laptop}.pem")
            there = http.client.HTTPSConnection(
                "127.0.0.1", port, timeout=WITHIN, source_address=(source, 0), context=context
            )
        there.request(method, path, body or None, headers)
        answer = there.getresponse()
        found = Answer(answer.status, dict(answer.headers), answer.read())
        there.close()
        return found

    def page(self, path: str, source: str, laptop: str = "", method: str = "GET", **more: Any) -> Answer:
        """A page of the clinic, as the coder."""
        port = self.pages_behind if more.get("plain") else self.pages
        kept = {"csrftoken": "a" * 32, **self.cookies}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in kept.items()), "X-CSRFToken": kept["csrftoken"],
            "Referer": f"https://127.0.0.1:{port}/", "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        return self.ask(port, f"/c/{self.gate.clinic}/{path}", source, laptop, method, **headers, **more)

    def opened(self, assignment: str, source: str, laptop: str = "", **more: Any) -> tuple[int, str]:
        """What the page says when the coder opens their assignment, reminded that openings are logged."""
        more = {"body": "acknowledged=1", **more}
        answer = self.page(f"records/{assignment}/open/", source, laptop, "POST", **more)
        return answer.status, answer.body.decode()

    def read(self, assignment: str, token: str, source: str, laptop: str = "", **more: Any) -> tuple[int, list[str]]:
        """The status of reading the patient through the gateway, and the reasons against it."""
        path, headers = f"/fhir/{assignment}/Patient", {"Authorization": f"Bearer {token}"}
        port = self.gate.port if more.get("plain") else self.proxy
        answer = self.ask(port, path, source, laptop, **headers, **more)
        if answer.status == 200:
            return 200, []
        told = [one["diagnostics"] for one in answer.json["issue"] if "diagnostics" in one]
        return answer.status, [one.partition(":")[0] for one in told]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("workplace")
    with ExitStack() as stack:
        fhir = Fhir(stack)
        fhir.seed({"resourceType": "Patient", "id": "p-mine", "name": [{"family": "Vandersloot"}]})
        more = {"CHARTWARDEN_PROXY": "1", "CHARTWARDEN_CERTIFICATE_HEADER": "ClientCertificate"}
        gate = Gate(folder / "data", fhir.base, more=more, program="tests.support.workplace_clinic")
        gate.begin(stack)
        ports = {"pages": free_port(), "pages_behind": free_port(), "gate": free_port(), "gate_behind": gate.port}
        command = ["-m", "chartwarden", "web", "--data", str(gate.data), "--port", str(ports["pages_behind"])]
        stack.enter_context(
            child([sys.executable, *command], env=gate.environment, stdout=subprocess.DEVNULL)
        )  # fmt: skip
        identity(folder / "server.pem", "127.0.0.1")
        (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, **ports), encoding="utf-8")
        program = PEERS["nginx"].path
        assert program
        stack.enter_context(
            child([program, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE)
        )
        made = Place(gate, folder, ports["pages"], ports["pages_behind"], ports["gate"], gate.tell("session", "coder"))

        def well() -> bool:
            try:
                return made.ask(made.pages, "/healthz", OFFICE).status in (200, 503)
            except OSError:
                return False

        until(well)
        yield made


def token_in(page: str) -> str:
    """The token that an opened record's page shows."""
    return "cwo_" + page.partition("cwo_")[2].partition('"')[0]


def test_each_network_is_told_apart_on_the_page_and_at_the_gateway(place: Place) -> None:
    for cidr, kind in (("127.0.1.0/24", "office"), ("127.0.2.0/24", "vpn"), ("127.0.3.0/24", "other")):
        place.gate.tell("network", cidr, kind)
    place.gate.tell("ask", "attestation", False, False)
    assignment = place.gate.tell("assign", "p-mine")
    status, page = place.opened(assignment, PUBLIC)
    assert status == 200, page  # in its days of grace it is only told
    place.gate.tell("ask", "network")
    for source in (KNOWN, PUBLIC):
        status, page = place.opened(assignment, source)
        assert status == 403
        assert "neither the office&#x27;s nor the VPN&#x27;s" in page
    for source in (OFFICE, VPN):
        status, page = place.opened(assignment, source)
        assert status == 200
        assert "cwo_" in page
    token = token_in(page)
    wait(SOON)
    seen = {source: place.read(assignment, token, source) for source in (OFFICE, VPN, KNOWN, PUBLIC)}
    assert [seen[OFFICE], seen[VPN]] == [(200, [])] * 2
    assert [seen[KNOWN], seen[PUBLIC]] == [(403, ["network_not_secured"])] * 2
    assert "VPN" in place.page("my-workplace/", VPN).body.decode()
    assert "Public: neither the office nor the VPN" in place.page("my-workplace/", PUBLIC).body.decode()


def test_a_device_shows_itself_by_its_certificate(place: Place) -> None:
    folder = place.folder
    certificates = {
        name: identity(folder / f"{name}.pem", name, days)
        for name, days in (("LT-1", 2), ("LT-2", 2), ("OLD", -1), ("HOME", 2))
    }
    device = place.gate.tell("laptop", "LT-1", certificates["LT-1"])
    place.gate.tell("laptop", "OLD", certificates["OLD"])
    place.gate.tell("laptop", "LT-2", certificates["LT-2"], "second")
    place.gate.tell("ask", "device", True)
    place.gate.tell("ask", "attestation", False, False)
    assignment = place.gate.tell("assign", "p-mine")
    status, page = place.opened(assignment, OFFICE, "LT-1")
    assert status == 200, page
    token = token_in(page)
    assert 'shows itself as <span class="code">LT-1</span>' in place.page("my-workplace/", OFFICE, "LT-1").body.decode()
    for laptop in ("", "HOME", "LT-2"):
        status, page = place.opened(assignment, OFFICE, laptop)
        assert (status, "This device is not approved" in page) == (403, True), laptop
        assert place.read(assignment, token, OFFICE, laptop) == (403, ["device_not_approved"]), laptop
    assert place.opened(assignment, OFFICE, "OLD")[0] == 400  # nginx itself turns an expired one away
    assert place.read(assignment, token, OFFICE, "LT-1") == (200, [])
    assert place.read(assignment, token, PUBLIC, "LT-1") == (403, ["network_not_secured"])
    assert place.read(assignment, token, PUBLIC, "HOME") == (403, ["device_not_approved", "network_not_secured"])
    place.gate.tell("withdraw", device)
    wait(SOON)
    assert place.read(assignment, token, OFFICE, "LT-1") == (403, ["device_not_approved"])


def test_a_certificate_in_a_header_that_the_client_sends_is_nothing(place: Place) -> None:
    pem = identity(place.folder / "LT-3.pem", "LT-3")
    place.gate.tell("laptop", "LT-3", pem)
    assignment = place.gate.tell("assign", "p-mine")
    status, page = place.opened(assignment, OFFICE, "LT-3")
    assert status == 200, page
    token = token_in(page)
    for name in ("ClientCertificate", "clientcertificate", "CLIENTCERTIFICATE", "Client_Certificate"):
        forged = {name: quote(pem)}
        assert place.opened(assignment, OFFICE, **forged)[0] == 403
        assert place.read(assignment, token, OFFICE, **forged) == (403, ["device_not_approved"])
        past = {**forged, "X-Forwarded-For": OFFICE, "plain": True}
        assert place.opened(assignment, PUBLIC, **past)[0] == 403
        assert place.read(assignment, token, PUBLIC, **past) == (403, ["device_not_approved"])


def test_statement_and_training_keep_it_shut_until_they_are_there(place: Place) -> None:
    place.gate.tell("ask", "attestation")
    place.gate.tell("ask", "training")
    assignment = place.gate.tell("assign", "p-mine")
    status, page = place.opened(assignment, OFFICE, "LT-3")
    assert status == 403
    assert "Your quarterly statement about your workplace and device is overdue." in page
    assert "Your privacy training is overdue." in page
    place.gate.tell("sign")
    page = place.opened(assignment, OFFICE, "LT-3")[1]
    assert "quarterly statement" not in page
    place.gate.tell("train")
    assert place.opened(assignment, OFFICE, "LT-3")[0] == 200
    denied = [one["facts"]["reasons"] for one in place.gate.tell("entries", "gateway.record_denied")]
    told = {reason for reasons in denied for reason in reasons}
    assert told == {"network_not_secured", "device_not_approved", "attestation_overdue", "training_overdue"}
    assert "LT-3" not in json.dumps(place.gate.tell("entries"))
