"""What others may read of duties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import unseal
from chartwarden.duties import models, rules
from chartwarden.duties.calendar import laid_out
from chartwarden.duties.closings import closings
from chartwarden.duties.contracts import Duty, DutyYear, State, catalog
from chartwarden.kernel.dues import Due, Fact
from chartwarden.people import queries as people
from chartwarden.people.contracts import Member, Permission

__all__ = ["catalog", "coming", "due", "duty", "duty_year", "facts", "notes", "years"]

NOTE = "duties.note"


def duty(name: str) -> Duty | None:
    """The duty of that id."""
    return catalog().get(name)


def years(clinic: Clinic, now: datetime) -> list[DutyYear]:
    """Every duty of a clinic at an instant, the most pressing first."""
    closed = closings(clinic, now)
    laid = [laid_out(name, one, clinic, closed.get(name, {}), now) for name, one in catalog().items()]
    return sorted(laid, key=_pressing)


def duty_year(clinic: Clinic, name: str, now: datetime) -> DutyYear | None:
    """One duty of a clinic at an instant; None where there is none of that id."""
    found = duty(name)
    return laid_out(name, found, clinic, closings(clinic, now, name).get(name, {}), now) if found else None


def _pressing(one: DutyYear) -> tuple[str, str]:
    first = one.open[0].occurrence if one.open else one.upcoming.occurrence if one.upcoming else None
    return (first.due.isoformat() if first else "9", one.id)


def notes(clinic: UUID, name: str) -> Mapping[date, str]:
    """The notes that a duty was closed with, opened, by the day it came round."""
    rows = models.Closing.objects.filter(clinic_id=clinic, duty=name)
    return {row.day: note(clinic, bytes(row.note)) for row in rows if row.note}


def note(clinic: UUID, sealed: bytes) -> str:
    """A sealed note's text."""
    return unseal(clinic, NOTE, sealed).decode()


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """What of the duties is due from a member: those their role answers for, and to the officer all that is overdue.

    A duty that another room's work closes shows here only once it is overdue, since that room tells of its work.
    """
    if not member.may(Permission.CLOSE_DUTIES):
        return []
    found = []
    laid = [one for one in years(clinic, now) if one.open]
    held = people.roles_held(clinic.id, {one.duty.owner for one in laid}, now)
    for one in laid:
        late = one.open[0].state is State.OVERDUE
        elsewhere = one.duty.closed_by is not None and not one.duty.closed_by.startswith("duties.")
        mine = rules.answers(one.duty, member.roles, one.duty.owner in held)
        if (mine and (late or not elsewhere)) or (late and rules.OFFICER in member.roles):
            found.append(_due(one, late))
    return found


def facts(member: Member, clinic: Clinic, now: datetime) -> list[Fact]:
    """How many duties are overdue, for who sees them."""
    if not member.may(Permission.SEE_DUTIES):
        return []
    laid = years(clinic, now)
    overdue = [one.duty.title for one in laid if one.open and one.open[0].state is State.OVERDUE]
    note = overdue[0] if len(overdue) == 1 else "" if overdue else f"of {len(laid)}, all in time"
    return [Fact("duties overdue", f"{len(overdue)}", note, "duties:duties", late=bool(overdue))]


def coming(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """What of the duties will come round for a member's role."""
    if not member.may(Permission.CLOSE_DUTIES):
        return []
    mine = [one for one in years(clinic, now) if one.upcoming and one.duty.owner in member.roles]
    return [
        Due(one.duty.title, "Open", "duties:duty", {"duty": one.id}, by=one.upcoming.occurrence.due)
        for one in mine
        if one.upcoming
    ]


def _due(one: DutyYear, late: bool) -> Due:
    waiting = len(one.open)
    return Due(
        what=one.duty.title,
        action="Do it now" if one.duty.page.startswith("duties:") else "Open",
        page="duties:duty",
        arguments={"duty": one.id},
        by=one.open[0].occurrence.due,
        late=late,
        detail=f"{waiting} of them wait" if waiting > 1 else "",
    )
