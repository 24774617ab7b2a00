"""One call to a webhook, or to a program that tells us something: to an address that was looked at first, without
following where it points, within seconds."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import TypeVar
from urllib.parse import SplitResult

from chartwarden.clinics.webhook_rules import address, may_reach

T = TypeVar("T")

CONNECT, READ, LONGEST = 3.0, 5.0, 8.0
"""Seconds: to be connected, to hear the next bytes, and for everything once connected, TLS included."""


LONGEST_FETCH, MOST_FETCHED = 60.0, 32 << 20
"""Seconds, and bytes, of an answer that is read."""


class NotFetched(Exception):
    """What could not be read, in a few words of our own: nothing of the address, and nothing of the answer."""


def call(parts: SplitResult, content: bytes, headers: Mapping[str, str], inside: bool) -> str:
    """POST to a webhook. Returns nothing where it answered 2xx, and in a few words what went wrong otherwise.

    However slowly it answers, all is over after ``CONNECT`` and ``LONGEST`` seconds.
    """
    sent = {**headers, "Content-Type": "application/json", "User-Agent": "Chartwarden-Webhooks/1"}
    try:
        status = _exchange(parts, ("POST", content, sent), inside, LONGEST, lambda answer: answer.status)
    except NotFetched as fault:
        return str(fault)
    return "" if 200 <= status < 300 else f"it answered {status}"


def fetch_json(url: str, headers: Mapping[str, str], inside: bool) -> object:
    """What JSON an address answers with, after at most ``LONGEST_FETCH`` seconds. Raises NotFetched, and InputRefused
    for an address that won't do."""
    sent = {**headers, "Accept": "application/json", "User-Agent": "Chartwarden/1"}

    def read(answer: HTTPResponse) -> tuple[int, bytes]:
        return answer.status, answer.read(MOST_FETCHED + 1)

    status, body = _exchange(address(url), ("GET", None, sent), inside, LONGEST_FETCH, read)
    if status != 200:
        raise NotFetched(f"it answered {status}")
    if len(body) > MOST_FETCHED:
        raise NotFetched(f"it answered with more than {MOST_FETCHED >> 20} MB")
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        raise NotFetched("it answered with something else than JSON") from None
    return found


def _exchange(
    parts: SplitResult, request: tuple[str, bytes | None, Mapping[str, str]], inside: bool, longest: float,
    read: Callable[[HTTPResponse], T],
) -> T:  # fmt: skip
    """Ask, and read the answer. The host is resolved once, its addresses are judged, and the call goes to the one that
    was judged, so that a name can't point elsewhere meanwhile. Raises NotFetched."""
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    method, content, headers = request
    try:
        there = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotFetched("its host has no address") from None
    if not may_reach(there, inside):
        raise NotFetched("its host is in a network that may not be called")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    late = threading.Event()
    try:
        with _connected(there[0], port, host if secure else "", late, longest) as there_now:
            connection = HTTPConnection(host, port)
            connection.sock = there_now
            connection.request(method, path, body=content, headers={**headers, "Host": parts.netloc})
            found = read(connection.getresponse())
    except (HTTPException, OSError, ValueError) as fault:
        if not late.is_set():
            raise NotFetched(f"no answer ({type(fault).__name__})") from None
    if late.is_set():  # what was cut off may look like an answer that ended
        raise NotFetched(f"no answer within {longest:.0f} seconds")
    return found


@contextmanager
def _connected(host: str, port: int, name: str, late: threading.Event, longest: float) -> Iterator[socket.socket]:
    """A connection, by TLS to a host of that name where one is given, cut off when the time is over."""
    with socket.create_connection((host, port), CONNECT) as plain:
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
