"""The collector at the other end: syslog over TLS, or a FHIR server. Says how many events arrived for certain.

Syslog has no receipt. Yet whoever receives by TLS must answer the sender's close_notify by its own (RFC 5425, 4.4), and
reads that only after all that came before it. So each part goes by a connection of its own, and has arrived when the
collector has answered its end. Whoever ends of itself without having read ours, as one that is stopped or does not take
our certificate, answers in the same words; but it leaves bytes of ours unread, and its system then resets the
connection. So the end must be taken in as well. Where any of that fails the part is sent again.
"""

from __future__ import annotations

import select
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from chartwarden.gateway.atna.frames import frames
from chartwarden.kernel.errors import refuse

SYSLOG, SYSLOG_PORT = "syslog+tls", 6514
CONNECT, READ, LONGEST = 5.0, 10.0, 30.0
"""Seconds: to be connected, for the next bytes, and for a part as a whole."""
SHORT = 0.005
"""Seconds between two looks whether the end was taken in."""


@dataclass(frozen=True)
class Place:
    """Where openings are pushed: ``url`` is syslog+tls://host:port or a FHIR base. ``authorities`` is a file of those
    who vouch for its certificate ("": the system's), ``certificate`` one with ours and its key, ``token`` a bearer
    token for FHIR, ``sender`` our name in syslog.
    """

    url: str
    authorities: str = ""
    certificate: str = ""
    token: str = ""
    sender: str = ""

    @property
    def told(self) -> str:
        """Its host and port, for people and the ledger."""
        parts = urlsplit(self.url)
        return f"{parts.hostname}:{_port(parts)}"


@dataclass(frozen=True)
class Sent:
    """How many of the events arrived, from the first on, and in a few words what went wrong."""

    arrived: int
    trouble: str = ""


def send(place: Place, events: Sequence[Mapping[str, Any]]) -> Sent:
    """Send events in their order. What did not arrive for certain is not counted. Raises nothing of the network's;
    InputRefused where the files for TLS can't be read."""
    by = _by_syslog if urlsplit(place.url).scheme == SYSLOG else _by_fhir
    return by(place, events)


def tls(place: Place) -> ssl.SSLContext:
    """TLS 1.2 or newer, the name of the other end checked. Raises InputRefused for files that can't be read."""
    where = "CHARTWARDEN_ATNA_CA"
    try:
        context = ssl.create_default_context(cafile=place.authorities or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        where = "CHARTWARDEN_ATNA_CERTIFICATE"
        if place.certificate:
            context.load_cert_chain(place.certificate)
    except OSError as fault:  # TLS's own faults are of this kind
        raise refuse(where, "a file in PEM that can be read", type(fault).__name__) from None
    return context


def _by_syslog(place: Place, events: Sequence[Mapping[str, Any]]) -> Sent:
    context, closing = tls(place), False
    try:
        with _connected(place, context) as connection:
            connection.sendall(frames(events, place.sender))
            closing = True
            if isinstance(connection, ssl.SSLSocket):
                _end(connection.unwrap())
    except (OSError, ValueError) as fault:
        ended = "it did not confirm the end" if closing else "not reached"
        return Sent(0, f"{ended} ({_kind(fault)})")
    return Sent(len(events))


def _end(connection: socket.socket) -> None:
    """End our side, and wait until the other has taken in all of it. Raises OSError where it was reset instead."""
    connection.shutdown(socket.SHUT_WR)
    for _ in range(int(READ / SHORT)):
        if number := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(number, "reset")
        if not _not_taken_in(connection):
            return
        select.select([], [], [], SHORT)
    raise TimeoutError


def _not_taken_in(connection: socket.socket) -> int:
    """How many bytes, the end among them, the other system has not acknowledged (SIOCOUTQ). Told on Linux alone."""
    if sys.platform != "linux":
        return 0
    import fcntl
    import termios

    return int.from_bytes(fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)), sys.byteorder)


def _by_fhir(place: Place, events: Sequence[Mapping[str, Any]]) -> Sent:
    """One after another by one connection; what is not answered by 200 or 201 has not arrived."""
    parts = urlsplit(place.url)
    context = tls(place) if parts.scheme == "https" else None
    headers = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json", "Host": parts.netloc}
    if place.token:
        headers["Authorization"] = f"Bearer {place.token}"
    arrived = 0
    try:
        with _connected(place, context) as connection:
            asking = HTTPConnection(parts.hostname or "", _port(parts))
            for event in events:
                asking.sock = connection
                asking.request("POST", f"{parts.path}/AuditEvent", msgspec.json.encode(event), headers)
                answer = asking.getresponse()
                answer.read()
                if answer.status not in (200, 201):
                    return Sent(arrived, f"it answered {answer.status}")
                arrived += 1
                if answer.will_close:
                    return Sent(arrived)
    except (OSError, HTTPException, ValueError) as fault:
        return Sent(arrived, f"not reached ({_kind(fault)})")
    return Sent(arrived)


@contextmanager
def _connected(place: Place, context: ssl.SSLContext | None) -> Iterator[socket.socket]:
    """A connection, by TLS where there is a context, cut off when the time is over."""
    parts = urlsplit(place.url)
    with socket.create_connection((parts.hostname or "", _port(parts)), CONNECT) as plain:
        plain.settimeout(READ)
        beneath = plain.dup()
        timer = threading.Timer(LONGEST, _cut, (beneath,))
        timer.daemon = True
        timer.start()
        try:
            if context is None:
                yield plain
                return
            with context.wrap_socket(plain, server_hostname=parts.hostname) as wrapped:
                yield wrapped
        finally:
            timer.cancel()
            beneath.close()


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _port(parts: SplitResult) -> int:
    return parts.port or {SYSLOG: SYSLOG_PORT, "https": 443}.get(parts.scheme, 80)


def _kind(fault: Exception) -> str:
    return "its certificate does not do" if isinstance(fault, ssl.SSLCertVerificationError) else type(fault).__name__
