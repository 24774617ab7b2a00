"""Openings pushed to a collector: to rsyslog itself by TLS, and to a FHIR server. Connections cut and processes killed,
nothing is lost.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chartwarden.assignments.services import add_work
from chartwarden.clinics.contracts import Clinic
from chartwarden.gateway import models
from chartwarden.gateway.atna import collectors, feeding
from chartwarden.gateway.atna.collectors import Place, send
from chartwarden.gateway.atna.frames import APP, frames, message
from chartwarden.gateway.dues import due
from chartwarden.gateway.jobs import JOBS
from chartwarden.gateway.services import record_opening
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.people.queries import member
from chartwarden.web.configuration import atna
from tests.support.clinic import AT, House
from tests.support.gateway_peers import child, free_port
from tests.support.installation import ROOT, UNSET, until
from tools.peers import PEERS

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
EVENT = {"resourceType": "AuditEvent", "outcome": "0", "recorded": "2026-03-09T15:00:00.000+00:00", "note": "café\n"}
DRIVER = "ossl"
RULES = """
global(workDirectory="{folder}" DefaultNetstreamDriver="{driver}" DefaultNetstreamDriverCAFile="{folder}/ca.pem"
  DefaultNetstreamDriverCertFile="{folder}/server.pem" DefaultNetstreamDriverKeyFile="{folder}/server.key")
module(load="imtcp" StreamDriver.Name="{driver}" StreamDriver.Mode="1" StreamDriver.AuthMode={asks})
input(type="imtcp" port="{port}" address="127.0.0.1")
template(name="whole" type="string" string="%pri% %app-name% %msgid% %hostname% %timereported:::date-rfc3339% %msg%\\n")
action(type="omfile" file="{folder}/received" template="whole" asyncWriting="off" flushOnTXEnd="on")
"""


class Certificates:
    """An authority made for one test, and certificates by it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = _name("authority of tests")
        self._write("ca.pem", self._signed(self._name, self._key.public_key(), None))

    def make(self, name: str, *alternatives: x509.GeneralName) -> Path:
        """``name``.pem and ``name``.key; the path of a file with both."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(_name(f"{name}.example"), key.public_key(), x509.SubjectAlternativeName(alternatives))
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._write(f"{name}.pem", made)
        (self.folder / f"{name}.key").write_bytes(secret)
        both = self.folder / f"{name}-both.pem"
        both.write_bytes((self.folder / f"{name}.pem").read_bytes() + secret)
        return both

    def _signed(self, name: x509.Name, key: Any, more: x509.SubjectAlternativeName | None) -> x509.Certificate:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - HOUR).not_valid_after(now + 24 * HOUR)
        made = made.add_extension(x509.BasicConstraints(ca=more is None, path_length=None), critical=True)
        if more is not None:
            made = made.add_extension(more, critical=False)
        return made.sign(self._key, hashes.SHA256())

    def _write(self, name: str, made: x509.Certificate) -> None:
        (self.folder / name).write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Collector:
    """rsyslog with TLS on a folder of its own."""

    def __init__(self, folder: Path, asks: str = '"anon"') -> None:
        self.folder, self.port, self._asks = folder, free_port(), asks
        self.certificates = Certificates(folder)
        self.certificates.make("server", x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")))
        self.sender = self.certificates.make("sender", x509.DNSName("sender.example"))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Collect until the block ends."""
        rules = self.folder / "rsyslog.conf"
        rules.write_text(RULES.format(folder=self.folder, port=self.port, asks=self._asks, driver=DRIVER))
        command = [str(PEERS["rsyslog"].path), "-n", "-f", str(rules), "-i", str(self.folder / "pid")]
        with child(command, stderr=subprocess.DEVNULL):
            until(self._listens)
            yield

    def _listens(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    @property
    def lines(self) -> list[str]:
        """What it has written down."""
        there = self.folder / "received"
        said = there.read_text("utf-8").splitlines() if there.is_file() else []
        return [line for line in said if APP in line]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The AuditEvents that it has written down."""
        return [json.loads(line[line.index("{") :]) for line in self.lines]

    @property
    def told(self) -> set[int]:
        """The ledger's entries that it knows of."""
        return {_index(event) for event in self.events}

    def place(self, **more: Any) -> Place:
        """Where to send to."""
        given = {"url": f"syslog+tls://localhost:{self.port}", "authorities": str(self.folder / "ca.pem"), **more}
        return Place(**given)


def _index(event: dict[str, Any]) -> int:
    return int(event["entity"][0]["detail"][0]["valueString"])


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    found = Collector(tmp_path)
    with found.running():
        yield found


@pytest.fixture
def assigned(house: House, settings: Any) -> House:
    settings.ATNA_CA = settings.ATNA_CERTIFICATE = settings.ATNA_TOKEN = settings.FHIR_CLINIC = ""
    settings.GATEWAY_URL = "https://gate.example"
    add_work(
        clinic=house.id, patient="P1", encounter="", kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    return house


def opened(house: House, times: int = 1) -> set[int]:
    """The entries of so many openings more."""
    before = len(entries(house.id, limit=100_000))
    for number in range(times):
        record_opening(
            clinic=house.clinic, person=house.people["coder"], patient="P1", purpose="coding",  # type: ignore[arg-type]
            interaction="read Patient", actor=house.actor("coder"), at=AT + HOUR + number * MINUTE / 60,
        )  # fmt: skip
    return {one.index for one in entries(house.id, before, limit=100_000) if one.kind.startswith("gateway.record_")}


def pushes_to(settings: Any, collector: Collector) -> None:
    settings.ATNA, settings.ATNA_CA = collector.place().url, collector.place().authorities


def feed(house: House) -> models.AuditFeed:
    return models.AuditFeed.objects.get(clinic_id=house.id)


def test_a_message_is_of_rfc_5424_with_its_octets_counted() -> None:
    (found,) = [frames([EVENT], "gate.example")]
    count, _, said = found.partition(b" ")
    assert int(count) == len(said)
    header, _, body = said.partition(b" - FHIR+AuditEvent - ")
    assert header == b"<85>1 2026-03-09T15:00:00.000Z gate.example chartwarden"
    assert b"\n" not in body
    assert json.loads(body) == EVENT


@pytest.mark.parametrize(("outcome", "priority"), [("0", b"<85>"), ("4", b"<84>"), ("8", b"<83>")])
def test_what_was_refused_or_failed_is_a_warning_or_an_error(outcome: str, priority: bytes) -> None:
    assert message({**EVENT, "outcome": outcome}, "").startswith(priority + b"1 2026-03-09T15:00:00.000Z - ")


@pytest.mark.parametrize(
    "url", ["syslog://host", "http://collector.example", "syslog+tls://", "syslog+tls://u:p@host", "syslog+tls://h/x"]
)
def test_an_address_that_is_not_encrypted_or_not_one_is_refused(url: str) -> None:
    with pytest.raises(InputRefused, match="CHARTWARDEN_ATNA"):
        atna(url)


def test_addresses_of_both_kinds_are_taken() -> None:
    assert atna("syslog+tls://host:6514/") == "syslog+tls://host:6514"
    assert atna("https://host/fhir/") == "https://host/fhir"
    assert atna("") == ""


@pytest.mark.peer("rsyslog")
def test_openings_arrive_at_rsyslog_once_and_in_order(assigned: House, settings: Any, collector: Collector) -> None:
    pushes_to(settings, collector)
    indices = opened(assigned, 3)
    assert JOBS[0].run(AT + 2 * HOUR) == 3
    until(lambda: len(collector.events) == 3)
    assert [_index(one) for one in collector.events] == sorted(indices)
    assert collector.events[0]["entity"][0]["what"] == {"reference": "Patient/P1"}
    assert collector.lines[0].startswith("85 chartwarden FHIR+AuditEvent gate.example 2026-03-09T16:00:00")
    assert JOBS[0].run(AT + 2 * HOUR) == 0
    further = opened(assigned)
    assert JOBS[0].run(AT + 2 * HOUR) == 1
    until(lambda: collector.told == indices | further)
    assert len(collector.events) == 4
    (told,) = [one for one in entries(assigned.id, limit=1000) if one.kind == "gateway.audit_feed_set"]
    assert told.facts == {"to": f"localhost:{collector.port}", "form": "syslog", "from": 0}


@pytest.mark.peer("rsyslog")
def test_rsyslog_that_asks_for_our_certificate_takes_ours_and_no_other(tmp_path: Path) -> None:
    collector = Collector(tmp_path, '"x509/certvalid"')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = Certificates(elsewhere).make("sender", x509.DNSName("sender.example"))
    with collector.running():
        for shown in ("", str(other)):
            assert send(collector.place(certificate=shown), [EVENT]).arrived == 0
        assert send(collector.place(certificate=str(collector.sender)), [EVENT]).arrived == 1
        until(lambda: len(collector.events) == 1)


@pytest.mark.peer("rsyslog")
def test_a_collector_that_nobody_vouches_for_is_told_nothing(tmp_path: Path, collector: Collector) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Certificates(elsewhere)
    sent = send(collector.place(authorities=str(elsewhere / "ca.pem")), [EVENT])
    assert (sent.arrived, sent.trouble) == (0, "not reached (its certificate does not do)")
    assert not collector.lines


@pytest.mark.peer("rsyslog")
def test_a_collector_that_is_stopped_again_and_again_loses_nothing(tmp_path: Path) -> None:
    collector, stop, tried = Collector(tmp_path), threading.Event(), 0
    sent: set[int] = set()

    def restart() -> None:
        while not stop.is_set():
            with collector.running():
                stop.wait(0.3)

    thread = threading.Thread(target=restart)
    thread.start()
    try:
        for first in range(0, 500, 5):
            while send(collector.place(), [_numbered(number) for number in range(first, first + 5)]).arrived == 0:
                tried += 1
                assert tried < 10_000
            sent.update(range(first, first + 5))
    finally:
        stop.set()
        thread.join()
    assert tried  # it was away now and then
    assert collector.told == sent


def _numbered(number: int) -> dict[str, Any]:
    return {**EVENT, "entity": [{"detail": [{"valueString": f"{number}"}]}]}


class Cutting:
    """A way to the collector that is cut after so many bytes of ours, ``cuts`` times, each time a little later."""

    def __init__(self, to: int, after: int, cuts: int) -> None:
        self._to, self._after, self.left = to, after, cuts
        self._there = socket.create_server(("127.0.0.1", 0))
        self.port = self._there.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._there.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self._to))
            most = self._after if self.left > 0 else 1 << 40
            self.left, self._after = self.left - 1, self._after + 4000
            threading.Thread(target=self._carry, args=(ours, theirs, most), daemon=True).start()
            threading.Thread(target=self._carry, args=(theirs, ours, 1 << 40), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, most: int) -> None:
        with suppress(OSError):
            while most > 0 and (part := source.recv(min(most, 65536))):
                sink.sendall(part)
                most -= len(part)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._there.close()


@pytest.mark.peer("rsyslog")
def test_a_connection_that_is_cut_midway_loses_nothing_and_is_told(
    assigned: House, settings: Any, collector: Collector
) -> None:
    pushes_to(settings, collector)
    way = Cutting(collector.port, 3000, 6)
    settings.ATNA = f"syslog+tls://localhost:{way.port}"
    indices = opened(assigned, 12)
    at, arrived = AT + 2 * HOUR, 0
    officer = member(assigned.users["security_officer"], assigned.id, at)
    assert officer
    told = 0
    for _ in range(12):
        arrived += JOBS[0].run(at)
        if feed(assigned).failing_since is not None:
            (shown,) = [one for one in due(officer, _clinic(assigned), at) if "audit repository" in one.what]
            assert shown.late
            assert "12 wait" in shown.detail
            told += 1
            assert JOBS[0].run(at) == 0  # it waits a while
        at += HOUR
    assert arrived == 12
    assert told >= 4  # what was cut has not been taken for delivered
    until(lambda: collector.told == indices)
    assert not due(officer, _clinic(assigned), at)
    assert len({event["id"] for event in collector.events}) == 12
    way.close()


def _clinic(house: House) -> Clinic:
    assert isinstance(house.clinic, Clinic)
    return house.clinic


def test_a_collector_that_is_away_is_told_and_nothing_is_taken_for_delivered(assigned: House, settings: Any) -> None:
    settings.ATNA = f"syslog+tls://localhost:{free_port()}"
    opened(assigned)
    assert feeding.push(AT + HOUR) == 0
    there = feed(assigned)
    assert there.trouble == "not reached (ConnectionRefusedError)"
    assert feeding.behind(assigned.id) == feeding.Behind(AT + HOUR, 1, feeding.place().told, there.trouble)  # type: ignore[union-attr]
    coder = member(assigned.users["coder"], assigned.id, AT + HOUR)
    assert coder
    assert not [one for one in due(coder, _clinic(assigned), AT + HOUR) if "audit" in one.what]


def test_a_file_that_can_not_be_read_is_told(assigned: House, settings: Any) -> None:
    settings.ATNA, settings.ATNA_CA = "syslog+tls://localhost:1", "no such file"
    opened(assigned)
    assert feeding.push(AT + HOUR) == 0
    assert feed(assigned).trouble == "CHARTWARDEN_ATNA_CA: FileNotFoundError"


def test_who_reads_without_confirming_the_end_has_got_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collectors, "READ", 0.5)
    made = Certificates(tmp_path)
    both = made.make("server", x509.DNSName("localhost"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    server = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        with server.accept()[0] as plain, suppress(OSError):
            wrapped = context.wrap_socket(plain, server_side=True)
            while wrapped.recv(65536):
                pass
            wrapped.detach()

    threading.Thread(target=take, daemon=True).start()
    place = Place(f"syslog+tls://localhost:{server.getsockname()[1]}", str(tmp_path / "ca.pem"))
    sent = send(place, [EVENT])
    assert sent.arrived == 0
    assert sent.trouble.startswith("it did not confirm the end")
    server.close()


class Repository(BaseHTTPRequestHandler):
    """A FHIR server that takes AuditEvents: all but those that its server says it refuses."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        there: Any = self.server
        there.asked.append((self.path, self.headers["Authorization"], self.headers["Content-Type"]))
        taken = there.refused_after is None or len(there.got) < there.refused_after
        if taken:
            there.got.append(json.loads(body))
        self.send_response(201 if taken else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_openings_are_posted_to_a_fhir_base_and_go_on_from_the_one_that_was_refused(
    assigned: House, settings: Any
) -> None:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Repository)
    server.got, server.asked, server.refused_after = [], [], 2
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ATNA, settings.ATNA_TOKEN = f"http://127.0.0.1:{server.server_port}/fhir", "repository-secret-7"
    indices = opened(assigned, 5)
    assert feeding.push(AT + 2 * HOUR) == 2
    assert feed(assigned).trouble == "it answered 503"
    server.refused_after = None
    assert feeding.push(AT + 2 * HOUR) == 0
    assert feeding.push(AT + 3 * HOUR) == 3
    assert [_index(one) for one in server.got] == sorted(indices)
    assert set(server.asked) == {("/fhir/AuditEvent", "Bearer repository-secret-7", "application/fhir+json")}
    assert feed(assigned).failing_since is None
    server.shutdown()
    server.server_close()


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from chartwarden.web.serving import point_at, set_up
point_at(Path(sys.argv[1])); set_up()
from chartwarden.gateway.atna import collectors, feeding
feeding.PART = 5
print("ready", flush=True)
while True:
    feeding.push(datetime.now(UTC))
"""
OPENS = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from chartwarden.web.serving import make_ready
make_ready(Path(sys.argv[1]), "127.0.0.1", 8700, demo=False, tell=lambda _: None)
from chartwarden.clinics.services import acting_in, open_clinic
from chartwarden.gateway.services import record_opening
from chartwarden.kernel.actors import Actor
from chartwarden.people.services import add_person
system, now = Actor.of_system("tests"), datetime.now(UTC)
clinic = open_clinic(name="Lakeside Clinic", time_zone="America/Chicago", actor=system, at=now)
with acting_in(clinic.id):
    person = add_person(clinic=clinic.id, values={"code": "u1", "given_name": "Pat"}, feed_role="coder",
                        started_on=date(2025, 1, 6), actor=system, at=now)
    for _ in range(int(sys.argv[2])):
        record_opening(clinic=clinic, person=person, patient="P1", purpose="coding", interaction="read Patient",
                       actor=system, at=datetime.now(UTC))
"""


@pytest.mark.peer("rsyslog")
def test_a_worker_that_is_killed_again_and_again_loses_nothing(tmp_path: Path, collector: Collector) -> None:
    data, number = tmp_path / "data", 60
    surroundings = {name: value for name, value in os.environ.items() if name not in UNSET}
    surroundings |= {"CHARTWARDEN_ATNA": collector.place().url, "CHARTWARDEN_ATNA_CA": collector.place().authorities}
    subprocess.run([sys.executable, "-c", OPENS, str(data), str(number)], cwd=ROOT, env=surroundings, check=True)
    for kill in range(4):
        before = len(collector.told)
        command = [sys.executable, "-c", KILLED, str(data)]
        with child(command, env=surroundings, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            if kill == 3:
                until(lambda: len(collector.told) == number)
            else:
                until(_more_than(collector, min(before + 8 + 3 * kill, number - 1)))
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert len({event["id"] for event in collector.events}) == number
    assert len(collector.events) <= number + 4 * 5  # what was on its way came twice, and no more than that


def _more_than(collector: Collector, known: int) -> Callable[[], bool]:
    return lambda: len(collector.told) > known
