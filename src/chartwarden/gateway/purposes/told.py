"""The facts of a decision in words, for whoever reads why a record opens or not. Pure.

How a person is close to a patient is not among them: a conflict of interest stands among the reasons, without more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from chartwarden.gateway.contracts import Agreement, Facts, Grant
from chartwarden.gateway.rules import is_open

KINDS = {
    "initial": "first coding", "qa_review": "quality review", "provider_query": "query to the provider",
    "addendum": "addendum", "payer_edit": "payer's edit", "denial": "denial", "audit": "audit", "rebuttal": "rebuttal",
}  # fmt: skip


def facts_told(facts: Facts, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """What each fact is, and how it stands. Times are local, with weekday and zone."""
    for grant in facts.grants:
        yield "Assignment", _grant(grant, facts.at, zone)
    if not facts.grants:
        yield "Assignment", "none of this record"
    yield "Engagement", _span(facts.engaged_from, facts.engaged_until, zone)
    yield "Account", "suspended" if facts.suspended else "in order"
    yield "Role that opens records", "yes" if facts.role_opens else "no"
    for number, agreement in enumerate(facts.agreements):
        yield "Agreement of a company above" if number else "Agreement of the company", _agreement(agreement, zone)
    yield "Device", "in order" if facts.device_approved else "not approved"
    yield "Network", "in order" if facts.network_secured else "neither the office's nor the VPN's"
    yield "Workplace statement", _by(facts.attestation_due, facts.at, zone)
    yield "Training", _by(facts.training_due, facts.at, zone)


def _grant(grant: Grant, at: datetime, zone: ZoneInfo) -> str:
    state = "open" if is_open(grant, at) else "not open"
    until = f", reopened until {said(grant.expires, zone)}" if grant.expires else ""
    return f"{KINDS.get(grant.kind, grant.kind)}, {_span(grant.begins, grant.ends, zone)}{until}: {state}"


def _agreement(agreement: Agreement, zone: ZoneInfo) -> str:
    if agreement.begins is None:
        return "none"
    lacks = f", lacks {', '.join(agreement.missing).replace('_', ' ')}" if agreement.missing else ", complete"
    return _span(agreement.begins, agreement.ends, zone) + lacks


def _span(begins: datetime | None, ends: datetime | None, zone: ZoneInfo) -> str:
    if begins is None:
        return "none"
    return f"since {said(begins, zone)}" + (f", until {said(ends, zone)}" if ends else "")


def _by(due: datetime | None, at: datetime, zone: ZoneInfo) -> str:
    if due is None:
        return "not asked for"
    return f"in order until {said(due, zone)}" if at < due else f"was due {said(due, zone)}"


def said(moment: datetime, zone: ZoneInfo) -> str:
    """``Fri 6 Mar 2026, 16:55 CST``."""
    there = moment.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"
