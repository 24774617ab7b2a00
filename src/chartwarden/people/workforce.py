"""Who works for the clinic: joining, changing, leaving, coming back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from chartwarden.clinics.services import blind_index, inputs_changed
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.zones import zone
from chartwarden.ledger.services import append
from chartwarden.people import identity, models
from chartwarden.people.rules import engaged
from chartwarden.people.standing import cease, person_of, require_others, roles_of, somebody_else, zone_of

CODE, LOGIN = "person", "login"
"""Purposes of the blind indexes by which people are found."""
STAFF = "staff_by_hand"
"""What a review is told has changed."""


def add_person(
    *,
    clinic: UUID,
    values: Mapping[str, str],
    feed_role: str,
    started_on: date,
    actor: Actor,
    at: datetime,
    user: UUID | None = None,
    employer: str = "",
    time_zone: str = "",
    logins: Sequence[str] = (),
) -> UUID:
    """Add a workforce member with an engagement; ``values`` as in ``identity.FIELDS``. Returns their id.

    Raises InputRefused where the code is missing or taken, or the time zone does not exist.
    """
    code = values.get("code", "").strip()
    if not code:
        raise refuse("code", "the person's id in the workforce feed", "nothing")
    if time_zone:
        zone(time_zone, "time zone")
    index = blind_index(clinic, CODE, code)
    with transaction.atomic():
        if models.Person.objects.filter(clinic_id=clinic, code_index=index).exists():
            raise refuse("code", "an id that nobody here has yet", "one that is taken")
        person = models.Person.objects.create(
            id=uuid4(),
            clinic_id=clinic,
            user_id=user,
            code_index=index,
            identity=identity.sealed(clinic, {**values, "code": code}),
            time_zone=time_zone,
        )
        models.Engagement.objects.create(
            clinic_id=clinic, person=person, feed_role=feed_role, employer=employer, started_on=started_on
        )
        _give_logins(person, logins)
        append(
            clinic=clinic,
            kind="people.added",
            actor=actor,
            at=at,
            subject={"person": str(person.id)},
            facts={
                "role": feed_role,
                "started_on": started_on.isoformat(),
                "by_vendor": bool(employer),
                "logins": len(logins),
            },
        )
        inputs_changed(clinic, STAFF)
    return person.id


def change_person(
    *,
    clinic: UUID,
    person: UUID,
    actor: Actor,
    at: datetime,
    values: Mapping[str, str] | None = None,
    time_zone: str | None = None,
    logins: Sequence[str] | None = None,
    feed_role: str | None = None,
    employer: str | None = None,
) -> None:
    """Change what is given and leave the rest; the code never changes. The entry names fields, not what they hold.

    Raises Refused on one's own record, InputRefused for a person or time zone that does not exist.
    """
    if time_zone:
        zone(time_zone, "time zone")
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        changed = _change_identity(row, values or {})
        if time_zone is not None and time_zone != row.time_zone:
            row.time_zone = time_zone
            changed.append("time_zone")
        row.save()
        if logins is not None and _give_logins(row, logins):
            changed.append("logins")
        latest = row.engagements.order_by("-started_on", "-id").first()
        for name, value in (("feed_role", feed_role), ("employer", employer)):
            if latest is not None and value is not None and getattr(latest, name) != value:
                setattr(latest, name, value)
                latest.save()
                changed.append(name)
        if changed:
            subject = {"person": str(person)}
            append(clinic=clinic, kind="people.changed", actor=actor, at=at, subject=subject, facts={"fields": changed})
            inputs_changed(clinic, STAFF)


def end_engagement(
    *, clinic: UUID, person: UUID, actor: Actor, at: datetime, ended_at: datetime | None = None
) -> datetime:
    """End a person's engagement at an instant (now, where none is given); roles and tokens end with it.

    Returns the instant. Raises Refused on one's own record and for the last owner or privacy officer; InputRefused
    where no engagement is open, or it began later.
    """
    ends = ended_at or at
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        found = row.engagements.select_for_update().order_by("-started_on", "-id").first()
        if found is None or (found.ended_at is not None and found.ended_at <= at):
            raise refuse("engagement", "one that has not ended", "none")
        if ends.astimezone(zone_of(row)).date() < found.started_on:
            raise refuse("end", f"an instant after the first day, {found.started_on.isoformat()}", "an earlier one")
        require_others(clinic, row, roles_of(row, at), at)
        found.ended_at, found.ended_by = ends, actor.ref
        found.save()
        facts = {"engagement": str(found.id), "ended_at": ends.isoformat(), **cease(row, ends, at)}
        subject = {"person": str(person)}
        append(clinic=clinic, kind="people.engagement_ended", actor=actor, at=at, subject=subject, facts=facts)
        inputs_changed(clinic, STAFF)
    return ends


def rehire(
    *, clinic: UUID, person: UUID, feed_role: str, started_on: date, actor: Actor, at: datetime, employer: str = ""
) -> UUID:
    """A further engagement of somebody whose last one has ended; no role comes back with it. Returns its id."""
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        last = row.engagements.select_for_update().order_by("-started_on", "-id").first()
        if last is not None and (last.ended_at is None or last.ended_at > at):
            raise refuse("engagement", "one that has ended", "one that is open")
        if last is not None and started_on < last.ended_at.astimezone(zone_of(row)).date():
            raise refuse("first day", "one that is not before the end of the last engagement", started_on.isoformat())
        if last is not None:
            cease(row, last.ended_at, at)
        made = models.Engagement.objects.create(
            clinic_id=clinic, person=row, feed_role=feed_role, employer=employer, started_on=started_on
        )
        facts = {"engagement": str(made.id), "role": feed_role, "started_on": started_on.isoformat()}
        subject = {"person": str(person)}
        append(clinic=clinic, kind="people.rehired", actor=actor, at=at, subject=subject, facts=facts)
        inputs_changed(clinic, STAFF)
    return made.id


def suspend(*, clinic: UUID, person: UUID, actor: Actor, at: datetime) -> None:
    """Shut a person out until they are reinstated. Raises Refused on oneself, and for the last owner or officer."""
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        if row.suspended_at is None:
            if engaged(row.engagements.all(), at, zone_of(row)):
                require_others(clinic, row, roles_of(row, at), at)
            row.suspended_at = at
            row.save(update_fields=["suspended_at"])
            append(clinic=clinic, kind="people.suspended", actor=actor, at=at, subject={"person": str(person)})


def reinstate(*, clinic: UUID, person: UUID, actor: Actor, at: datetime) -> None:
    """Let a suspended person in again, with the roles they hold. Raises Refused on oneself."""
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        if row.suspended_at is not None:
            since = row.suspended_at
            row.suspended_at = None
            row.save(update_fields=["suspended_at"])
            facts = {"suspended_at": since.isoformat()}
            append(
                clinic=clinic,
                kind="people.reinstated",
                actor=actor,
                at=at,
                subject={"person": str(person)},
                facts=facts,
            )


def link_user(*, clinic: UUID, person: UUID, user: UUID, actor: Actor, at: datetime) -> None:
    """Link somebody who signs in with the person they are here. Raises InputRefused where either is linked already."""
    with transaction.atomic():
        row = person_of(clinic, person)
        if row.user_id is not None or models.Person.objects.filter(clinic_id=clinic, user_id=user).exists():
            raise refuse("sign-in", "a person and an account that are not linked yet", "one that is")
        row.user_id = user
        row.save(update_fields=["user"])
        append(clinic=clinic, kind="people.linked", actor=actor, at=at, subject={"person": str(person)})


def _change_identity(row: models.Person, values: Mapping[str, str]) -> list[str]:
    before = identity.opened(row.clinic_id, row.identity)
    after = before | {name: value for name, value in values.items() if name in identity.FIELDS and name != "code"}
    changed = [name for name in identity.FIELDS if before.get(name, "") != after.get(name, "")]
    if changed:
        row.identity = identity.sealed(row.clinic_id, after)
    return changed


def _give_logins(row: models.Person, logins: Sequence[str]) -> bool:
    kept = [identity.text_opened(row.clinic_id, login.sealed) for login in row.logins.order_by("position")]
    wanted = list(dict.fromkeys(login.strip() for login in logins if login.strip()))
    if kept == wanted:
        return False
    row.logins.all().delete()
    models.EhrLogin.objects.bulk_create(login_rows(row.clinic_id, row.id, wanted))
    return True


def login_rows(clinic: UUID, person: UUID, logins: Sequence[str]) -> list[models.EhrLogin]:
    """Rows, not yet kept, of a person's logins in their order."""
    return [
        models.EhrLogin(
            clinic_id=clinic,
            person_id=person,
            login_index=blind_index(clinic, LOGIN, login),
            sealed=identity.text_sealed(clinic, login),
            position=position,
        )
        for position, login in enumerate(logins)
    ]
