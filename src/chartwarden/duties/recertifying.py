"""Who may, compared with who is here: what a recertification looks at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chartwarden.kernel.errors import Fault
from chartwarden.logs.contracts import LoginSeen
from chartwarden.people.contracts import RosterRow

KEEP, REVOKE = "keep", "revoke"
QUIET = timedelta(days=90)
"""After how long without signing in somebody's access is asked about."""
LOOKED_BACK = timedelta(days=31)
"""How far back the access logs are searched for logins that nobody answers for: since the last time it came round."""
UNCOMPARED = (
    "Accounts in the EHR that nobody used are not compared: no feed holds the EHR's own list. Ask for it, and look "
    "for people who have left.",
)
"""What the exit review does not see, said on its page."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who has access, or has some left. ``roles`` are those in force or to come, by grant.

    ``asks`` are the reasons to look twice, in words; ``own`` marks whoever reads the list.
    """

    person: UUID
    name: str
    code: str
    state: str
    roles: tuple[str, ...]
    linked: bool
    last_sign_in: datetime | None
    asks: tuple[str, ...]
    own: bool


def candidate(row: RosterRow, roles: tuple[str, ...], reader: UUID, at: datetime) -> Candidate | None:
    """A person as the list shows them; None where there is nothing to keep or to revoke."""
    if not roles and not (row.linked and row.state in ("ended", "engaged")):
        return None
    asks = asks_of(row, roles, at)
    return Candidate(
        row.person, row.name, row.code, row.state, roles, row.linked, row.last_sign_in, asks, row.person == reader
    )


def asks_of(row: RosterRow, roles: tuple[str, ...], at: datetime) -> tuple[str, ...]:
    """Why somebody's access is to be looked at twice."""
    found = []
    if row.state == "ended":
        found.append("The engagement is over, but " + ("roles are left" if roles else "a sign-in is left"))
    if row.state == "suspended" and roles:
        found.append("Suspended, with roles that would come back")
    if row.absent:
        found.append("The newest staff list does not name them")
    if roles and row.linked and row.state == "engaged" and (row.last_sign_in is None or at - row.last_sign_in > QUIET):
        found.append("Has not signed in for 90 days or more" if row.last_sign_in else "Has never signed in")
    return tuple(found)


@dataclass(frozen=True)
class LeftLogin:
    """An EHR login at work that nobody who is engaged answers for. ``name`` is whose it was; empty: nobody's."""

    login: str
    name: str
    ended_at: datetime | None
    accesses: int
    last_at: datetime


def left_logins(
    seen: Iterable[LoginSeen], holders: Mapping[str, Iterable[UUID]], roster: Mapping[UUID, RosterRow]
) -> list[LeftLogin]:
    """Logins that belong to nobody, or only to people whose engagement was over before the login's last access."""
    found = []
    for one in seen:
        held = [roster[person] for person in holders.get(one.login, ()) if person in roster]
        gone = [row for row in held if row.state == "ended" and (row.ended_at is None or row.ended_at <= one.last_at)]
        if len(gone) == len(held):
            ended = max((row.ended_at for row in gone if row.ended_at), default=None)
            names = ", ".join(row.name for row in gone)
            found.append(LeftLogin(one.login, names, ended, one.accesses, one.last_at))
    return found


def missing(candidates: list[Candidate], decisions: Mapping[UUID, str]) -> list[Fault]:
    """A fault for each person who is not decided on, and for each decision that won't do."""
    there = {one.person for one in candidates if not one.own}
    open_ = [one for one in candidates if not one.own and decisions.get(one.person) not in (KEEP, REVOKE)]
    faults = [Fault(f"person-{one.person}", "keep or revoke", "no decision") for one in open_]
    strangers = [person for person in decisions if person not in there]
    return faults + [Fault(f"person-{person}", "somebody of the list", "somebody else") for person in strangers]
