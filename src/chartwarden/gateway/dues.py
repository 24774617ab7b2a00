"""What the gateway's room asks of somebody."""

from __future__ import annotations

from datetime import datetime

from chartwarden.clinics.contracts import Clinic
from chartwarden.gateway.purposes.inquiring import waiting
from chartwarden.kernel.dues import Due
from chartwarden.people.contracts import Member, Permission


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:  # noqa: ARG001  every room's has a clock
    """For who answers: requests for something else than coding."""
    if not member.may(Permission.DECIDE_CASES):
        return []
    number, since = waiting(clinic.id, member.person)
    if since is None:
        return []
    there = since.astimezone(clinic.time_zone)
    what = f"{number:,} {'request' if number == 1 else 'requests'} for a record, for something else than coding"
    return [Due(what, "Answer", "gateway:inquiries", detail=f"since {there:%a} {there.day} {there:%b %Y}")]
