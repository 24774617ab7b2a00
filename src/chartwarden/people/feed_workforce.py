"""The workforce feed taken over: people, their engagements and their logins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from chartwarden.clinics.services import blind_index
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.taken import Taken
from chartwarden.people import identity, models
from chartwarden.people.feed_tables import aware
from chartwarden.people.rules import NEVER_WITHOUT, Kept, engaged, settle
from chartwarden.people.standing import cease, require_others, roles_of, zone_of
from chartwarden.people.workforce import CODE, LOGIN, login_rows

FEED = "feed"


@dataclass
class Work:
    """What a take has come to so far: rows to be written together, and counts.

    ``own`` are the actor and whoever shares a login with them, ``own_logins`` the indexes of those people's logins.
    """

    clinic: UUID
    actor: Actor
    at: datetime
    present: Collection[str]
    own: Collection[UUID] = ()
    own_logins: frozenset[bytes] = frozenset()
    new_people: list[models.Person] = field(default_factory=list)
    new_engagements: list[models.Engagement] = field(default_factory=list)
    new_logins: list[models.EhrLogin] = field(default_factory=list)
    changed_people: list[models.Person] = field(default_factory=list)
    changed_engagements: list[models.Engagement] = field(default_factory=list)
    relogged: list[UUID] = field(default_factory=list)
    seen: list[UUID] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    held: int = 0


def take_people(rows: list[dict[str, Any]], work: Work) -> Taken:
    """Take the feed's rows over, within the caller's transaction."""
    clinic = work.clinic
    people = models.Person.objects.filter(clinic_id=clinic).select_related("clinic")
    known = {bytes(p.code_index): p for p in people.prefetch_related("engagements", "logins", "grants")}
    for row in rows:
        index = blind_index(clinic, CODE, row["person"])
        if _is_held(known.get(index), row, work):
            work.held += 1
            work.seen += [known[index].id] if index in known else []
        elif index in known:
            _known(known[index], row, work)
        else:
            _new(row, index, work)
    models.Person.objects.bulk_create(work.new_people)
    models.Person.objects.bulk_update(work.changed_people, ["identity", "time_zone"], batch_size=500)
    models.Engagement.objects.bulk_create(work.new_engagements)
    fields = ["started_on", "ended_at", "ended_by", "feed_role", "employer"]
    models.Engagement.objects.bulk_update(work.changed_engagements, fields, batch_size=500)
    models.EhrLogin.objects.filter(clinic_id=clinic, person_id__in=work.relogged).delete()
    models.EhrLogin.objects.bulk_create(work.new_logins)
    seen = set(work.seen)
    models.Person.objects.filter(clinic_id=clinic, id__in=seen).update(in_feed_at=work.at)
    absent = sum(p.id not in seen and engaged(p.engagements.all(), work.at, zone_of(p)) for p in known.values())
    return Taken(work.added, work.changed, work.ended, work.unchanged, absent=absent, held=work.held)


def _new(row: Mapping[str, Any], index: bytes, work: Work) -> None:
    person = models.Person(
        id=uuid4(), clinic_id=work.clinic, code_index=index, time_zone=row["time_zone"] or "",
        identity=identity.sealed(work.clinic, {"code": row["person"], **_values(row, identity.FIELDS)}),
    )  # fmt: skip
    work.new_people.append(person)
    work.new_engagements.append(_engagement(person.id, row, work))
    work.new_logins += login_rows(work.clinic, person.id, list(dict.fromkeys(row["logins"] or ())))
    work.seen.append(person.id)
    work.added += 1


def _is_held(person: models.Person | None, row: Mapping[str, Any], work: Work) -> bool:
    """Whether somebody else must bring a row (law 10): it changes anything of the actor, or of one who shares a login
    with them, or it gives one of their logins to others, so that what was done under it would be nobody's."""
    if person is None or person.id not in work.own:
        kept = {bytes(login.login_index) for login in person.logins.all()} if person else set()
        given = {blind_index(work.clinic, LOGIN, login) for login in row["logins"] or ()} if work.own_logins else set()
        return bool((given - kept) & work.own_logins)
    return _differs(person, row, work)


def _differs(person: models.Person, row: Mapping[str, Any], work: Work) -> bool:
    """Whether a row says anything else of a person than what is kept."""
    before, after, time_zone = _identity_after(person, row, work)
    spans = sorted(person.engagements.all(), key=lambda span: (span.started_on, span.id))
    kept = [Kept(span.started_on, span.ended_at, span.ended_by == FEED) for span in spans]
    found = settle(kept, row["started_on"], aware(row["ended_at"]), zone_of(person))
    if found.held or found.step != "same":
        return True
    span = spans[found.which]
    return (
        (before, person.time_zone) != (after, time_zone)
        or _logins_of(person, work) != list(dict.fromkeys(row["logins"] or ()))
        or (span.feed_role, span.employer) != _job(span, row, work)
    )


def _known(person: models.Person, row: Mapping[str, Any], work: Work) -> None:
    work.seen.append(person.id)
    held = work.held
    changed = _take_identity(person, row, work)
    step = _take_engagement(person, row, work)
    work.held = min(work.held, held + 1)  # rows are counted, not their parts
    if step == "ended":
        work.ended += 1
    elif changed or step == "changed":
        work.changed += 1
    else:
        work.unchanged += 1


def _take_identity(person: models.Person, row: Mapping[str, Any], work: Work) -> bool:
    before, after, time_zone = _identity_after(person, row, work)
    kept = _logins_of(person, work)
    logins = list(dict.fromkeys(row["logins"] or ()))
    if before != after or person.time_zone != time_zone:
        person.time_zone = time_zone
        if before != after:
            person.identity = identity.sealed(work.clinic, after)
        work.changed_people.append(person)
    elif kept == logins:
        return False
    if kept != logins:
        work.relogged.append(person.id)
        work.new_logins += login_rows(work.clinic, person.id, logins)
    return True


def _identity_after(
    person: models.Person, row: Mapping[str, Any], work: Work
) -> tuple[dict[str, str], dict[str, str], str]:
    """Who they are by what is kept, and by the row, and their time zone then."""
    before = identity.opened(work.clinic, person.identity)
    given = [name for name in identity.FIELDS if name in work.present]
    after = {name: value for name, value in before.items() if name not in given} | _values(row, given)
    return before, after, (row["time_zone"] or "") if "time_zone" in work.present else person.time_zone


def _logins_of(person: models.Person, work: Work) -> list[str]:
    ordered = sorted(person.logins.all(), key=lambda login: login.position)
    return [identity.text_opened(work.clinic, login.sealed) for login in ordered]


def _job(span: models.Engagement, row: Mapping[str, Any], work: Work) -> tuple[str, str]:
    return row["role"], (row["employer"] or "") if "employer" in work.present else span.employer


def _take_engagement(person: models.Person, row: Mapping[str, Any], work: Work) -> str:
    """ended, changed, or nothing."""
    spans = sorted(person.engagements.all(), key=lambda span: (span.started_on, span.id))
    kept = [Kept(span.started_on, span.ended_at, span.ended_by == FEED) for span in spans]
    ended_at, zone = aware(row["ended_at"]), zone_of(person)
    found = settle(kept, row["started_on"], ended_at, zone)
    if found.held:
        work.held += 1
        return ""
    if found.step == "begin":
        cease(person, spans[-1].ended_at or work.at, work.at)
        work.new_engagements.append(_engagement(person.id, row, work))
        return "changed"
    span = spans[found.which]
    was, over = span.ended_at, _passed(ended_at, work)
    newly_over = over and (was is None or was > work.at)
    if found.step != "same":
        if newly_over and not _may_end(person, work):
            work.held += 1
            return ""
        if _passed(was, work) and not over:
            cease(person, was or work.at, work.at)
        span.started_on, span.ended_at, span.ended_by = row["started_on"], ended_at, FEED if ended_at else ""
        if ended_at is not None:
            cease(person, ended_at, work.at)
    job = _job(span, row, work)
    if found.step == "same" and job == (span.feed_role, span.employer):
        return ""
    span.feed_role, span.employer = job
    work.changed_engagements.append(span)
    return "ended" if newly_over else "changed"


def _passed(moment: datetime | None, work: Work) -> bool:
    return moment is not None and moment <= work.at


def _may_end(person: models.Person, work: Work) -> bool:
    """A file does not take the last owner or privacy officer away: a person has to see to that."""
    roles = roles_of(person, work.at) & set(NEVER_WITHOUT)
    try:
        require_others(work.clinic, person, roles, work.at)
    except Refused:
        return False
    return True


def _engagement(person: UUID, row: Mapping[str, Any], work: Work) -> models.Engagement:
    ended_at = aware(row["ended_at"])
    return models.Engagement(
        clinic_id=work.clinic, person_id=person, feed_role=row["role"], employer=row["employer"] or "",
        started_on=row["started_on"], ended_at=ended_at, ended_by=FEED if ended_at else "",
    )  # fmt: skip


def _values(row: Mapping[str, Any], fields: Collection[str]) -> dict[str, str]:
    found = {name: row.get(name) for name in fields if name != "code"}
    return {name: value if isinstance(value, str) else value.isoformat() for name, value in found.items() if value}
