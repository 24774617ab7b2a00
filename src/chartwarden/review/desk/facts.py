"""What the review desk says on the Today page: how the weeks stand, and a coder's own week."""

from __future__ import annotations

from datetime import datetime

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.dues import Due, Fact
from chartwarden.people.contracts import Member, Permission
from chartwarden.review.desk.contracts import ReviewLine
from chartwarden.review.desk.lines import review_line, reviews
from chartwarden.review.desk.personal import my_newest_week
from chartwarden.review.report.words import days


def facts(member: Member, clinic: Clinic, now: datetime) -> list[Fact]:
    """For who sees reviews: the last signed week and the open cases. For everybody: the accesses under their name."""
    found = _weeks(clinic, now) if member.may(Permission.SEE_REVIEWS) else []
    if member.may(Permission.SEE_OWN_ACCESSES):
        found += _own(member, clinic)
    return found


def coming(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """The review of the week that is not over yet, for who decides."""
    if not member.may(Permission.DECIDE_CASES):
        return []
    today = now.astimezone(clinic.time_zone).date()
    running = reviews(clinic.id).exclude(state="signed").filter(last_day__gte=today).order_by("first_day").first()
    if running is None:
        return []
    line = review_line(running, now)
    what = f"The review of {days(line.first_day, line.last_day)}"
    return [Due(what, "Look", "review:review", {"review": str(line.id)}, by=line.due_at)]


def _weeks(clinic: Clinic, now: datetime) -> list[Fact]:
    found = []
    newest = reviews(clinic.id).filter(state="signed").order_by("-last_day").first()
    if newest is not None:
        line = review_line(newest, now)
        signed = line.signed_at.astimezone(clinic.time_zone) if line.signed_at else None
        note = f"signed {signed:%a} {signed.day} {signed:%b}" if signed else ""
        found.append(Fact("last signed week ended", _day(line), note, "review:review", {"review": str(line.id)}))
    waiting = [review_line(row, now) for row in reviews(clinic.id).exclude(state="signed")]
    undecided = sum(line.undecided for line in waiting)
    asked = sum(line.asked for line in waiting)
    note = f"{asked:,} of them asked about" if asked else ""
    late = any(line.undecided and now > line.due_at for line in waiting)
    return [*found, Fact("cases to decide", f"{undecided:,}", note, "review:calendar", late=late)]


def _day(line: ReviewLine) -> str:
    return f"{line.last_day:%a} {line.last_day.day} {line.last_day:%b}"


def _own(member: Member, clinic: Clinic) -> list[Fact]:
    week = my_newest_week(clinic, member.person)
    if week is None:
        return []
    began = f"in the week of {week.first_day:%a} {week.first_day.day} {week.first_day:%b}"
    note = f"{began}, {week.unexplained:,} not explained" if week.unexplained else f"{began}, all explained"
    return [Fact("accesses under your name", f"{week.accesses:,}", note, "review:my_accesses")]
