"""AuditEvents as syslog messages: RFC 5424's header, RFC 5425's count of octets before each. Pure.

IHE's ITI-20 sends DICOM's XML by syslog and FHIR by HTTP; this is the FHIR AuditEvent by syslog. All that is not ASCII
is escaped in the JSON, as JSON may: what is UTF-8 without it would need RFC 5424's mark before it, over which readers
of JSON stumble.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

SECURITY = 10 * 8
"""Facility 10, security and authorization (RFC 5424, table 1; DICOM PS3.15, A.6)."""
SEVERITIES = {"0": 5, "4": 4, "8": 3}
"""By the outcome of the AuditEvent: notice, warning, error."""
APP, MESSAGE = "chartwarden", "FHIR+AuditEvent"
LONGEST_HOST = 255


def frames(events: Sequence[Mapping[str, Any]], host: str) -> bytes:
    """All of them, each with its count of octets. ``host`` is this sender's name."""
    return b"".join(_framed(message(event, host)) for event in events)


def message(event: Mapping[str, Any], host: str) -> bytes:
    """One AuditEvent as an RFC 5424 message. Its time is that of the event, in UTC."""
    priority = SECURITY + SEVERITIES[event["outcome"]]
    body = json.dumps(event, ensure_ascii=True, separators=(",", ":"))
    recorded = str(event["recorded"]).replace("+00:00", "Z")
    return f"<{priority}>1 {recorded} {_host(host)} {APP} - {MESSAGE} - {body}".encode("ascii")


def _framed(one: bytes) -> bytes:
    return b"%d %b" % (len(one), one)


def _host(name: str) -> str:
    """As RFC 5424 has it: printable ASCII without a space; nothing is "-"."""
    return re.sub(r"[^!-~]", "", name)[:LONGEST_HOST] or "-"
