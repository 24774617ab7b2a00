"""The decision to open a record as a Cedar policy: each reason a ``forbid`` with its name, true of the same facts.

Cedar can't ask whether any record of a set is so, so up to three assignments and three agreements have names of their
own. Instants are whole microseconds; what has no bound lacks the attribute.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chartwarden.gateway.contracts import Facts, Reason
from chartwarden.gateway.rules import NEVER_EXCUSED, PURPOSES

MOST = 3
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SOMEBODY: dict[str, Any] = {
    "principal": 'Person::"one"', "action": 'Action::"open"', "resource": 'Record::"one"',
}  # fmt: skip


def _over(place: str, name: str) -> str:
    return f"({place} has {name} && {place}.{name} <= context.at)"


def _runs(place: str, begins: str, ends: str) -> str:
    return f"({place} has {begins} && {place}.{begins} <= context.at && !{_over(place, ends)})"


def _any(parts: list[str]) -> str:
    return f"({' || '.join(parts)})"


GRANTS = [(f"context has g{n}", f"context.g{n}") for n in range(MOST)]
ABOVE = [(f"context has a{n}", f"context.a{n}") for n in range(1, MOST)]
OPEN = [f"({has} && {g}.open && {_runs(g, 'begins', 'ends')} && !{_over(g, 'expires')})" for has, g in GRANTS]
EXPIRED = _any([f"({has} && {g}.open && {_over(g, 'expires')})" for has, g in GRANTS])
FITS = _any(
    [
        f'(context.purpose == "{purpose}" && {opened} && {list(map(str, sorted(kinds)))} .contains({g}.kind))'.replace(
            "'", '"'
        )
        for purpose, kinds in PURPOSES.items()
        for opened, (_, g) in zip(OPEN, GRANTS, strict=True)
    ]
)
KNOWN = _any([f'context.purpose == "{purpose}"' for purpose in PURPOSES])
CONDITIONS = {
    Reason.NOT_ASSIGNED: "!(context has g0)",
    Reason.ASSIGNMENT_NOT_OPEN: f"context has g0 && !{_any(OPEN)} && !{EXPIRED}",
    Reason.REOPEN_EXPIRED: f"context has g0 && !{_any(OPEN)} && {EXPIRED}",
    Reason.ENGAGEMENT_ENDED: f"!{_runs('context', 'engaged_from', 'engaged_until')}",
    Reason.ACCOUNT_SUSPENDED: "context.suspended",
    Reason.ROLE_WITHOUT_ACCESS: "!context.role_opens",
    Reason.VENDOR_AGREEMENT_MISSING: "context has a0 && !(context.a0 has begins)",
    Reason.VENDOR_AGREEMENT_NOT_IN_FORCE: "context has a0 && context.a0 has begins && "
    f"!{_runs('context.a0', 'begins', 'ends')}",
    Reason.VENDOR_AGREEMENT_INCOMPLETE: "context has a0 && context.a0 has begins && !context.a0.missing.isEmpty()",
    Reason.SUBCONTRACTOR_NOT_COVERED: _any(
        [f"({has} && !({_runs(a, 'begins', 'ends')} && {a}.missing.isEmpty()))" for has, a in ABOVE]
    ),
    Reason.DEVICE_NOT_APPROVED: "!context.device_approved",
    Reason.NETWORK_NOT_SECURED: "!context.network_secured",
    Reason.ATTESTATION_OVERDUE: _over("context", "attestation_due"),
    Reason.TRAINING_OVERDUE: _over("context", "training_due"),
    Reason.CONFLICT_OF_INTEREST: 'context has conflict && !(context.conflict == "colleague" && '
    "context.conflict_accepted)",
    Reason.PURPOSE_NOT_PERMITTED: f"!{KNOWN} || ({_any(OPEN)} && !{FITS})",
    Reason.LEDGER_UNAVAILABLE: "!context.ledger_available",
}


def policy() -> str:
    """Everything is permitted, but for each reason that applies and that nobody has set aside."""
    parts = ["permit (principal, action, resource);"]
    for reason, condition in CONDITIONS.items():
        if reason not in NEVER_EXCUSED:
            condition = f"({condition}) && !(context has ex_{reason} && context.at < context.ex_{reason})"
        parts.append(f'@id("{reason}") forbid (principal, action, resource) when {{ {condition} }};')
    return "\n".join(parts)


def context(facts: Facts) -> dict[str, Any]:
    """The same facts in Cedar's words."""
    found: dict[str, Any] = {
        "at": _micro(facts.at), "purpose": facts.purpose, "suspended": facts.suspended,
        "role_opens": facts.role_opens, "device_approved": facts.device_approved,
        "network_secured": facts.network_secured, "conflict_accepted": facts.conflict_accepted,
        "ledger_available": facts.ledger_available,
        **_instants(
            engaged_from=facts.engaged_from, engaged_until=facts.engaged_until,
            attestation_due=facts.attestation_due, training_due=facts.training_due,
            **{f"ex_{reason}": until for reason, until in facts.excused.items()},
        ),
    }  # fmt: skip
    if facts.conflict is not None:
        found["conflict"] = str(facts.conflict)
    for number, grant in enumerate(facts.grants):
        times = _instants(begins=grant.begins, ends=grant.ends, expires=grant.expires)
        found[f"g{number}"] = {"kind": grant.kind, "open": grant.open_state, **times}
    for number, one in enumerate(facts.agreements):
        found[f"a{number}"] = {"missing": list(one.missing), **_instants(begins=one.begins, ends=one.ends)}
    return found


def _instants(**given: datetime | None) -> dict[str, int]:
    return {name: _micro(at) for name, at in given.items() if at is not None}


def _micro(at: datetime) -> int:
    past = at - EPOCH
    return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds
