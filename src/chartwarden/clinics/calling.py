"""One call to a webhook: to an address that was looked at first, without following where it points, within seconds."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import SplitResult

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from chartwarden.clinics.webhook_rules import may_reach

TIMEOUT = urllib3.Timeout(connect=5, read=10)
LONGEST = 20.0
"""Seconds for a whole call: a receiver that sends a byte now and then would keep all other work waiting."""


class _Cut:
    """A connection that is cut off when it has taken too long."""

    sock: socket.socket | None

    def connect(self) -> None:
        """Connect, and set the end."""
        super().connect()  # type: ignore[misc]
        self._end = threading.Timer(LONGEST, self._cut)
        self._end.daemon = True
        self._end.start()

    def close(self) -> None:
        """Close; nothing is cut off any more."""
        if hasattr(self, "_end"):
            self._end.cancel()
        super().close()  # type: ignore[misc]

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


class _Http(_Cut, HTTPConnection):
    pass


class _Https(_Cut, HTTPSConnection):
    pass


def call(parts: SplitResult, content: bytes, headers: Mapping[str, str], inside: bool) -> str:
    """POST to a webhook. Returns nothing where it answered 2xx, and in a few words what went wrong otherwise.

    The host is resolved once, its addresses are judged, and the call goes to the one that was judged, so that a name
    can't point elsewhere meanwhile.
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
    pool = (
        urllib3.HTTPSConnectionPool(there[0], port, server_hostname=host, assert_hostname=host, timeout=TIMEOUT)
        if secure
        else urllib3.HTTPConnectionPool(there[0], port, timeout=TIMEOUT)
    )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {**headers, "Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Chartwarden-Webhooks/1"}
    pool.ConnectionCls = _Https if secure else _Http
    with pool:
        try:
            answer = pool.urlopen(
                "POST", path, body=content, headers=sent, retries=False, redirect=False, preload_content=False,
                assert_same_host=False,
            )  # fmt: skip
        except (HTTPError, OSError) as fault:
            return f"no answer ({type(fault).__name__})"
        status = answer.status
        answer.close()
    return "" if 200 <= status < 300 else f"it answered {status}"
