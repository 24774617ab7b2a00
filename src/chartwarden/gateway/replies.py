"""What the gateway itself says, as FHIR says it: an OperationOutcome, and what can be asked for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from chartwarden.gateway.compartment import BINARY, told
from chartwarden.gateway.contracts import Verdict
from chartwarden.gateway.wording import TOLD

JSON = b"application/fhir+json; charset=utf-8"
ALWAYS = (
    (b"content-type", JSON),
    (b"cache-control", b"no-store"),
    (b"pragma", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
)
CODES = {400: "invalid", 401: "login", 404: "not-found", 405: "not-supported", 414: "too-long", 503: "transient"}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in whole: status, body, and headers beside those of every answer."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


def outcome(status: int, sentence: str, diagnostics: str = "") -> Reply:
    """One sentence for the person, as an OperationOutcome."""
    issue = _issue(CODES.get(status, "forbidden" if status < 500 else "exception"), sentence, diagnostics)
    headers = ((b"www-authenticate", b"Bearer"),) if status == 401 else ()
    return Reply(status, _outcome([issue]), headers + (((b"allow", b"GET"),) if status == 405 else ()))


def denied(verdict: Verdict) -> Reply:
    """All reasons that keep a record shut, each with its citation and whom to ask; the first is shown first."""
    issues = []
    for reason in verdict.reasons:
        one = TOLD[reason]
        ask = f" Ask: {one.ask.replace('_', ' ')}." if one.ask else ""
        issues.append(_issue("forbidden", one.sentence, f"{reason.value}: {one.citation}.{ask}"))
    return Reply(403, _outcome(issues))


def notice(sentence: str) -> bytes:
    """An OperationOutcome for a Bundle, which says why something may be missing."""
    issue = {"severity": "information", "code": "suppressed", "details": {"text": sentence}}
    return _outcome([issue])


def _issue(code: str, sentence: str, diagnostics: str) -> Mapping[str, Any]:
    issue = {"severity": "error", "code": code, "details": {"text": sentence}}
    return {**issue, "diagnostics": diagnostics} if diagnostics else issue


def _outcome(issues: list[Mapping[str, Any]]) -> bytes:
    return msgspec.json.encode({"resourceType": "OperationOutcome", "issue": issues})


def capabilities() -> Reply:
    """The capability statement: reads and searches of the types that coding rests on, and nothing else."""
    resources: list[Mapping[str, Any]] = [
        {
            "type": kind,
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": [{"name": name, "type": "special"} for name in names],
        }
        for kind, names in told()
    ]
    resources.append({"type": BINARY, "interaction": [{"code": "read"}]})
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-24",
        "kind": "instance",
        "implementation": {"description": "Chartwarden: the record of one opened assignment"},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{"mode": "server", "resource": resources}],
    }
    return Reply(200, msgspec.json.encode(statement))
