"""Recertifying who has access: the list, and the decision on each, in one transaction with its entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.duties import queries, recertifying, rules
from chartwarden.duties.closing import keep_closing
from chartwarden.duties.contracts import DutyYear
from chartwarden.duties.recertifying import REVOKE, Candidate, LeftLogin
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.logs import queries as logs
from chartwarden.people import queries as people
from chartwarden.people import services as people_services
from chartwarden.people.contracts import Member, Permission

DUTY = "access_recertification"


def candidates(clinic: UUID, reader: UUID, at: datetime) -> list[Candidate]:
    """Everybody with something to keep or to revoke, those to look at twice first."""
    found = []
    for row in people.roster(clinic, at):
        profile = people.profile(clinic, row.person, at)
        roles = tuple(sorted({held.role for held in profile.roles})) if profile else ()
        one = recertifying.candidate(row, roles, reader, at)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: not one.asks)


def logins_left(clinic: UUID, at: datetime) -> list[LeftLogin]:
    """EHR logins at work in the last month that nobody who is engaged answers for. None where no login is known yet."""
    holders = people.by_login(clinic)
    if not holders:
        return []
    seen = logs.logins_seen(clinic, at - recertifying.LOOKED_BACK)
    return recertifying.left_logins(seen, holders, {row.person: row for row in people.roster(clinic, at)})


def recertify_access(
    *, clinic: Clinic, decisions: Mapping[UUID, str], note: str, member: Member, actor: Actor, at: datetime
) -> None:
    """Keep or revoke each person's access, for the oldest occurrence that waits. Revoking withdraws every role, and
    shuts out whoever's engagement is over but who could still sign in.

    Raises InputRefused where somebody is not decided on or nothing waits, Refused where the member may not or one of
    the revocations can't be, Stale where it was done before. Nobody decides on themselves: they stand in the entry.
    """
    require(people_services.decide(member, Permission.RECERTIFY_ACCESS))
    found = queries.duty_year(clinic, DUTY, at)
    if found is None or not found.open:
        raise refuse("day", "a recertification that waits", "none")
    require(rules.may_close(found.duty, member.roles, member.may(Permission.CLOSE_DUTIES)))
    if REVOKE in decisions.values():
        require(people_services.decide(member, Permission.GRANT_ROLES))
    there = candidates(clinic.id, member.person, at)
    faults = recertifying.missing(there, decisions)
    if faults:
        raise InputRefused(*faults)
    revoked = [one for one in there if not one.own and decisions[one.person] == REVOKE]
    kept = [one for one in there if not one.own and one not in revoked]
    _close(clinic, found, kept, revoked, [one for one in there if one.own], note, actor, at)


def _close(
    clinic: Clinic,
    found: DutyYear,
    kept: list[Candidate],
    revoked: list[Candidate],
    own: list[Candidate],
    note: str,
    actor: Actor,
    at: datetime,
) -> None:
    def revoke() -> None:
        for one in revoked:
            for role in one.roles:
                people_services.withdraw_role(clinic=clinic.id, person=one.person, role=role, actor=actor, at=at)
            if one.state == "ended" and one.linked:
                people_services.suspend(clinic=clinic.id, person=one.person, actor=actor, at=at)

    keep_closing(
        clinic=clinic,
        found=found,
        day=found.open[0].occurrence.day,
        kind="duties.access_recertified",
        facts={
            "kept": [str(one.person) for one in kept],
            "revoked": [str(one.person) for one in revoked],
            "not_judged": [str(one.person) for one in own],
            "logins_left": len(logins_left(clinic.id, at)),
        },
        note=note.strip()[:4000],
        actor=actor,
        at=at,
        also=revoke,
    )
