"""One call to the outside: to an address that was looked at, without following where it points, within seconds."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult

from chartwarden.clinics.webhook_rules import may_reach

CONNECT, READ, LONGEST = 3.0, 5.0, 8.0
"""Seconds: to be connected, to hear the next bytes, and for everything once connected, TLS included; the last unless
more is asked for."""


@dataclass(frozen=True)
class Reply:
    """What came back; ``trouble`` says in a few words why nothing did. Names of headers are in small letters."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    trouble: str = ""


def call(parts: SplitResult, content: bytes, headers: Mapping[str, str], inside: bool) -> str:
    """POST to a webhook. Returns nothing where it answered 2xx, and in a few words what went wrong otherwise. What it
    answers beside is not read."""
    sent = {**headers, "Content-Type": "application/json", "User-Agent": "Chartwarden-Webhooks/1"}
    reply = exchange("POST", parts, content, sent, inside)
    return reply.trouble or ("" if 200 <= reply.status < 300 else f"it answered {reply.status}")


def exchange(
    method: str,
    parts: SplitResult,
    content: bytes | None,
    headers: Mapping[str, str],
    inside: bool,
    most: int = 0,
    longest: float | None = None,
) -> Reply:
    """Ask an address, and read at most ``most`` bytes of what it answers; more is trouble where any are wanted.

    The host is resolved once, its addresses are judged, and the call goes to the one that was judged, so that a name
    can't point elsewhere meanwhile. However slowly it answers, all is over after ``CONNECT`` and ``longest`` seconds,
    which are ``LONGEST`` unless more is asked for.
    """
    host, secure, longest = parts.hostname or "", parts.scheme == "https", longest or LONGEST
    port = parts.port or (443 if secure else 80)
    try:
        there = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return Reply(trouble="its host has no address")
    decision = may_reach(there, inside)
    if not decision:
        return Reply(trouble="its host is in a network that may not be called")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    late = threading.Event()
    reply = Reply()
    try:
        with _connected(there[0], port, host if secure else "", late, longest) as there_now:
            connection = HTTPConnection(host, port)
            connection.sock = there_now
            connection.request(method, path, body=content, headers={**headers, "Host": parts.netloc})
            response = connection.getresponse()
            body = response.read(most + 1) if most else b""
            names = {name.lower(): value for name, value in response.getheaders()}
            reply = Reply(response.status, names, body)
    except (HTTPException, OSError, ValueError) as fault:
        if not late.is_set():
            return Reply(trouble=f"no answer ({type(fault).__name__})")
    if late.is_set():  # what was cut off may look like an answer that ended
        return Reply(trouble=f"no answer within {longest:.0f} seconds")
    return reply if len(reply.body) <= most else Reply(trouble=f"its answer is longer than {most >> 20} MB")


@contextmanager
def _connected(address: str, port: int, name: str, late: threading.Event, longest: float) -> Iterator[socket.socket]:
    """A connection, by TLS to a host of that name where one is given, cut off when the time is over."""
    with socket.create_connection((address, port), CONNECT) as plain:
        plain.settimeout(READ)
        wrapped = _tls().wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False) if name else plain
        timer = threading.Timer(longest, _cut, (wrapped, late))
        timer.daemon = True
        timer.start()
        try:
            with wrapped:
                if isinstance(wrapped, ssl.SSLSocket):
                    wrapped.do_handshake()
                yield wrapped
        finally:
            timer.cancel()


def _cut(connection: socket.socket, late: threading.Event) -> None:
    """End whatever waits on a connection, beneath TLS."""
    late.set()
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        return


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
