"""What the gateway's room asks of somebody."""

from __future__ import annotations

from datetime import datetime

from chartwarden.clinics.contracts import Clinic
from chartwarden.gateway.atna.feeding import behind
from chartwarden.gateway.purposes.inquiring import waiting
from chartwarden.kernel.dues import Due
from chartwarden.people.contracts import Member, Permission


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:  # noqa: ARG001  every room's has a clock
    """For who answers: requests for something else than coding. For who sees to it: openings that don't get out."""
    return [*_waiting(member, clinic), *_not_pushed(member, clinic)]


def _waiting(member: Member, clinic: Clinic) -> list[Due]:
    if not member.may(Permission.DECIDE_CASES):
        return []
    number, since = waiting(clinic.id, member.person)
    if since is None:
        return []
    there = since.astimezone(clinic.time_zone)
    what = f"{number:,} {'request' if number == 1 else 'requests'} for a record, for something else than coding"
    return [Due(what, "Answer", "gateway:inquiries", detail=f"since {there:%a} {there.day} {there:%b %Y}")]


def _not_pushed(member: Member, clinic: Clinic) -> list[Due]:
    found = behind(clinic.id) if member.may(Permission.MANAGE_WEBHOOKS) else None
    if found is None:
        return []
    there = found.since.astimezone(clinic.time_zone)
    since = f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"
    detail = f"{found.target} since {since}: {found.trouble}. {found.waiting:,} wait; nothing is lost."
    return [Due("Openings don't reach the audit repository", "See the ledger", "web:ledger", late=True, detail=detail)]
