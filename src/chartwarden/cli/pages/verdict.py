"""A decision about opening a record, as text: the verdict, then the facts that it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from chartwarden.gateway.contracts import Agreement, Facts, Grant, Verdict
from chartwarden.gateway.rules import is_open
from chartwarden.gateway.wording import CLOSENESS, TOLD


def lines(facts: Facts, verdict: Verdict, zone: ZoneInfo) -> Iterator[str]:
    """What to print. Times are local, with their zone."""
    word = "Allowed" if verdict.allowed else "Refused"
    yield f"{word}, {_said(facts.at, zone)}, for {facts.purpose.replace('_', ' ')}"
    for reason in verdict.reasons:
        told = TOLD[reason]
        ask = f" Ask: {told.ask.replace('_', ' ')}." if told.ask else ""
        yield f"  {reason.value}: {told.sentence}{ask} ({told.citation})"
    for reason in verdict.excused:
        yield f"  {reason.value} is set aside until {_said(facts.excused[reason], zone)}."
    yield ""
    yield "Facts"
    yield f"  Engagement: {_span(facts.engaged_from, facts.engaged_until, zone)}"
    yield f"  Account: {'suspended' if facts.suspended else 'not suspended'}"
    yield f"  Role that opens records: {'yes' if facts.role_opens else 'no'}"
    for grant in facts.grants:
        yield f"  Assignment: {_grant(grant, facts.at, zone)}"
    if not facts.grants:
        yield "  Assignment: none of this patient's record to this person"
    for number, agreement in enumerate(facts.agreements):
        yield f"  {'Agreement above' if number else 'Agreement of their company'}: {_agreement(agreement, zone)}"
    if facts.conflict:
        yield f"  {CLOSENESS[facts.conflict]}"


def _grant(grant: Grant, at: datetime, zone: ZoneInfo) -> str:
    state = "open" if is_open(grant, at) else "not open"
    until = f", reopened until {_said(grant.expires, zone)}" if grant.expires else ""
    return f"{grant.kind.replace('_', ' ')}, {_span(grant.begins, grant.ends, zone)}{until}: {state}"


def _agreement(agreement: Agreement, zone: ZoneInfo) -> str:
    if agreement.begins is None:
        return "none"
    lacks = f", lacks {', '.join(agreement.missing).replace('_', ' ')}" if agreement.missing else ", complete"
    return _span(agreement.begins, agreement.ends, zone) + lacks


def _span(begins: datetime | None, ends: datetime | None, zone: ZoneInfo) -> str:
    if begins is None:
        return "none"
    return f"from {_said(begins, zone)}" + (f" until {_said(ends, zone)}" if ends else "")


def _said(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %Y %H:%M %Z}"
