"""What a webhook may be, what it is sent and when it is tried again. Pure. After standardwebhooks.com, version 1."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.contracts import StoredEntry

PREFIX = "whsec_"
EXPECTED = "an address such as https://hooks.example.org/chartwarden"
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
"""How long to wait after each failure; the last holds from then on."""


def address(url: str) -> SplitResult:
    """The parts of a webhook's URL. Raises InputRefused for what is no https URL, or http beyond this machine."""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname
    except ValueError:
        raise refuse("url", EXPECTED, "no URL") from None
    if not host or len(url) > 500 or port == 0 or parts.username or parts.password or parts.fragment:
        raise refuse("url", f"{EXPECTED}, without a name, a password or a fragment", "something else")
    if any(ord(one) <= 32 or ord(one) > 126 for one in url.strip()):
        raise refuse("url", f"{EXPECTED}, in ASCII", "other characters")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")):
        raise refuse("url", "https (http only to this machine itself)", parts.scheme[:20] or "no scheme")
    return parts


def may_reach(addresses: Iterable[str], inside: bool) -> Decision:
    """Whether a host at these IP addresses may be called: every one public, unless the own network is allowed."""
    found = [ipaddress.ip_address(one.partition("%")[0]) for one in addresses]
    mapped = [getattr(one, "ipv4_mapped", None) or one for one in found]
    if not mapped:
        return refused("The host has no address.")
    if inside:
        shut = [one for one in mapped if one.is_multicast or one.is_unspecified or one.is_link_local]
    else:
        shut = [one for one in mapped if not one.is_global or one.is_multicast]
    return refused("The host is not on the public internet, and calls to the own network are off.") if shut else ALLOWED


def body(clinic: UUID, entry: StoredEntry) -> bytes:
    """What is told of an entry: its kind, place, time and opaque references. No facts, and nobody's name."""
    return json.dumps(
        {
            "type": entry.kind,
            "timestamp": entry.at.isoformat(),
            "data": {"clinic": str(clinic), "index": entry.index, "subject": dict(entry.subject)},
        },
        separators=(",", ":"),
    ).encode()


def headers(secret: str, identity: str, sent: datetime, content: bytes) -> dict[str, str]:
    """The three headers that name, date and sign a message (HMAC-SHA256 over ``id.timestamp.content``)."""
    stamp = str(int(sent.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.digest(key, b".".join((identity.encode(), stamp.encode(), content)), hashlib.sha256)
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }


def again_after(attempts: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return STEPS[min(max(attempts, 1), len(STEPS)) - 1]


def hears(kinds: Iterable[str], kind: str) -> bool:
    """Whether a webhook for these kinds (none: all) is told of one."""
    chosen = tuple(kinds)
    return not chosen or kind in chosen
