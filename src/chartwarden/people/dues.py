"""What the people room asks of somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.dues import Due, Fact
from chartwarden.people import models
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.identity import display_name, opened
from chartwarden.people.outbox import counts
from chartwarden.people.roster import absent_count
from chartwarden.people.sending import configured
from chartwarden.people.signin.resetting import unseen_resets, unsent_links

SOON = timedelta(days=30)


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """Mail that can't go out, and people whom the newest staff file no longer names."""
    found = []
    if member.may(Permission.CHANGE_SETTINGS):
        found += _mail(clinic)
    if member.may(Permission.MANAGE_PEOPLE) and (absent := absent_count(clinic.id, now)):
        found.append(
            Due(
                what=f"{_counted(absent, 'person is', 'people are')} engaged here, but not in the newest staff file",
                action="Look at them",
                page="people:absent",
                detail="Either the file was cut short, or an engagement has to be ended.",
            )
        )
    if member.may(Permission.MANAGE_PEOPLE):
        found += _resets(member, clinic)
    return found


def facts(member: Member, clinic: Clinic, now: datetime) -> list[Fact]:
    """For who looks after people: how many are engaged and sign in here, and how many leave soon."""
    if not member.may(Permission.MANAGE_PEOPLE):
        return []
    spans = models.Engagement.objects.filter(clinic_id=clinic.id, person__suspended_at=None)
    spans = spans.filter(started_on__lte=now.astimezone(clinic.time_zone).date()).exclude(ended_at__lte=now)
    engaged = spans.values("person").distinct().count()
    signing = spans.exclude(person__user=None).values("person").distinct().count()
    found = [Fact("people engaged", f"{engaged:,}", f"{signing:,} of them sign in here", "people:people")]
    leaving = spans.filter(ended_at__lte=now + SOON).values("person").distinct().count()
    if leaving:
        found.append(Fact("leave within 30 days", f"{leaving:,}", "", "people:people"))
    return found


def _resets(member: Member, clinic: Clinic) -> list[Due]:
    """Factors that another clinic reset, and links to new ones that could not be sent."""
    people = models.Person.objects.filter(clinic_id=clinic.id).exclude(id=member.person).order_by("id")
    seen = people.filter(id__in=unseen_resets(clinic.id))
    unsent = people.filter(user_id__in=unsent_links())
    return [
        *(
            _reset(person, "Another clinic reset the second factors of {}", "Ask them whether they wanted it.")
            for person in seen
        ),
        *(
            _reset(person, "The link to a new second factor could not be sent to {}", "It is tried again for a day.")
            for person in unsent
        ),
    ]


def _reset(person: models.Person, what: str, detail: str) -> Due:
    name = display_name(opened(person.clinic_id, person.identity))
    return Due(
        what=what.format(name), action="Look at it", page="signin:factors", arguments={"person": str(person.id)},
        late=True, detail=detail,
    )  # fmt: skip


def _mail(clinic: Clinic) -> list[Due]:
    states = counts(clinic.id)
    waiting, failed = states.get("waiting", 0), states.get("failed", 0)
    found = []
    if waiting and not configured():
        what = f"{_counted(waiting, 'message waits', 'messages wait')}: no mail server is set up"
        detail = "Whoever runs Chartwarden sets CHARTWARDEN_MAIL. Until then nobody is reminded by mail."
        found.append(Due(what=what, action="See them", page="people:outbox", late=True, detail=detail))
    if failed:
        what = f"{_counted(failed, 'message', 'messages')} could not be delivered"
        found.append(Due(what=what, action="See why", page="people:outbox", late=True))
    return found


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
