"""One call to a webhook: to an address that was looked at first, without following where it points, within seconds."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult

from chartwarden.clinics.webhook_rules import may_reach

CONNECT, READ, LONGEST = 3.0, 5.0, 8.0
"""Seconds: to be connected, to hear the next bytes, and for everything once connected, TLS included."""


def call(parts: SplitResult, content: bytes, headers: Mapping[str, str], inside: bool) -> str:
    """POST to a webhook. Returns nothing where it answered 2xx, and in a few words what went wrong otherwise.

    The host is resolved once, its addresses are judged, and the call goes to the one that was judged, so that a name
    can't point elsewhere meanwhile. However slowly it answers, all is over after ``CONNECT`` and ``LONGEST`` seconds.
    """
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        there = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return "its host has no address"
    decision = may_reach(there, inside)
    if not decision:
        return "its host is in a network that may not be called"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {**headers, "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Chartwarden-Webhooks/1"}
    late = threading.Event()
    try:
        with _connected(there[0], port, host if secure else "", late) as there_now:
            connection = HTTPConnection(host, port)
            connection.sock = there_now
            connection.request("POST", path, body=content, headers=sent)
            status = connection.getresponse().status
    except (HTTPException, OSError, ValueError) as fault:
        if not late.is_set():
            return f"no answer ({type(fault).__name__})"
    if late.is_set():  # what was cut off may look like an answer that ended
        return f"no answer within {LONGEST:.0f} seconds"
    return "" if 200 <= status < 300 else f"it answered {status}"


@contextmanager
def _connected(address: str, port: int, name: str, late: threading.Event) -> Iterator[socket.socket]:
    """A connection, by TLS to a host of that name where one is given, cut off when the time is over."""
    with socket.create_connection((address, port), CONNECT) as plain:
        plain.settimeout(READ)
        wrapped = _tls().wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False) if name else plain
        timer = threading.Timer(LONGEST, _cut, (wrapped, late))
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
