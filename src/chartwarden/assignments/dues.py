"""What the queue asks of somebody, and what is true of it now."""

from __future__ import annotations

from datetime import datetime

from chartwarden.assignments import keeping, models, rules
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.dues import Due, Fact
from chartwarden.people.contracts import Member, Permission

MY_WORK, COPIES = "assignments:my_work", "gateway:copies"


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """The coder's next record; for who assigns, work that is nobody's."""
    found = []
    if member.may(Permission.CODE_RECORDS) and (left := _copies(clinic, member)):
        what = "1 saved copy is" if left == 1 else f"{left:,} saved copies are"
        found.append(Due(f"{what} to be deleted", "Confirm it", COPIES))
    if member.may(Permission.CODE_RECORDS) and (own := _open_to(clinic, member, now)):
        found.append(Due(f"{own:,} {'record is' if own == 1 else 'records are'} open to you", "Go on", MY_WORK))
    if member.may(Permission.ASSIGN_WORK) and (nobodys := _count(clinic, rules.UNASSIGNED)):
        what = f"{nobodys:,} {'record waits' if nobodys == 1 else 'records wait'} for a coder"
        found.append(Due(what, "Share them out", "assignments:share"))
    return found


def facts(member: Member, clinic: Clinic, now: datetime) -> list[Fact]:  # noqa: ARG001  every room's have a clock
    """For who sees the queue: how much is open, and how much of it is on hold."""
    if not member.may(Permission.SEE_QUEUE):
        return []
    held, working = _count(clinic, rules.ON_HOLD), _count(clinic, *rules.OPEN)
    return [Fact("records open to coders", f"{working:,}", f"{held:,} of them on hold", "assignments:board")]


def _copies(clinic: Clinic, member: Member) -> int:
    left = models.RecordCopy.objects.filter(clinic_id=clinic.id, person_id=member.person, deleted_at=None)
    return int(left.count())


def _open_to(clinic: Clinic, member: Member, now: datetime) -> int:
    rows = keeping.in_queue(clinic.id).filter(coder_id=member.person, state__in=rules.OPEN)
    return int(rows.exclude(expires_at__lte=now).count())


def _count(clinic: Clinic, *states: str) -> int:
    return int(keeping.in_queue(clinic.id).filter(state__in=states).count())
