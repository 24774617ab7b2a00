"""What may be done with a person's standing. Pure.

Nobody acts on their own record (law 10), and a clinic never loses its last owner or its last privacy officer
(45 CFR 164.530(a)(1)(i), 164.308(a)(2)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Protocol
from uuid import UUID

from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.people.contracts import Permission
from chartwarden.people.permissions import CITATION as ROLES_CITATION
from chartwarden.people.permissions import permissions_of

NEVER_WITHOUT: Mapping[str, str] = {
    "owner": "45 CFR 164.308(a)(2)",
    "privacy_officer": "45 CFR 164.530(a)(1)(i)",
}
"""Roles that a clinic always has, and the rule that asks for them."""
SELF = "45 CFR 164.308(a)(4)(ii)(C)"


class Span(Protocol):
    """An engagement as these rules look at it: a local first day, and an instant (UTC) or None."""

    started_on: date
    ended_at: datetime | None


def engaged(spans: Iterable[Span], at: datetime, zone: tzinfo) -> bool:
    """Whether one of the engagements is in force: from its first day as the clinic counts days, until its end."""
    today = at.astimezone(zone).date()
    return any(span.started_on <= today and (span.ended_at is None or at < span.ended_at) for span in spans)


def may_act_on(actor: UUID | None, person: UUID) -> Decision:
    """Whether an actor may change a person's record: anybody's but their own. The system has no person."""
    if actor == person:
        return refused("This is your own record. Somebody else has to change it.", SELF)
    return ALLOWED


def may_hand_out(role: str, actor_roles: frozenset[str] | None) -> Decision:
    """Whether an actor may grant or withdraw a role; only an owner makes or unmakes an owner. None: the system."""
    if role == "owner" and actor_roles is not None and "owner" not in actor_roles:
        return refused("Only an owner can make somebody an owner, or take that role away.", NEVER_WITHOUT["owner"])
    return ALLOWED


def may_hand_over(roles: Iterable[str], actor_roles: frozenset[str] | None) -> Decision:
    """Whether an actor may invite somebody who holds roles: who accepts gets them, so it takes the right to grant."""
    held = sorted(roles)
    if actor_roles is None or not held:
        return ALLOWED
    if Permission.GRANT_ROLES not in permissions_of(actor_roles):
        return refused("They hold roles here already. Somebody who may grant roles has to invite them.", ROLES_CITATION)
    return next((said for role in held if not (said := may_hand_out(role, actor_roles))), ALLOWED)


def may_leave(roles: Iterable[str], others: Mapping[str, int]) -> Decision:
    """Whether a person may lose roles, given how many others hold each."""
    for role in sorted(roles):
        if role in NEVER_WITHOUT and not others.get(role):
            word = role.replace("_", " ")
            return refused(
                f"This is the clinic's only {word}. Give that role to somebody else first.", NEVER_WITHOUT[role]
            )
    return ALLOWED


@dataclass(frozen=True)
class Kept:
    """An engagement as it is kept: where in the list, its span, and whether a file or a person ended it."""

    started_on: date
    ended_at: datetime | None
    ended_by_feed: bool


@dataclass(frozen=True)
class Settled:
    """What a row of the workforce feed does to somebody's engagements.

    ``step`` is same, begin (a further engagement), correct (another first day), or end (set, move or lift the end of
    the one at ``which``). ``held`` where the file says otherwise but a person's decision stands.
    """

    step: str
    which: int = -1
    held: bool = False


def settle(kept: Sequence[Kept], started_on: date, ended_at: datetime | None, zone: tzinfo) -> Settled:
    """What the feed's one engagement means beside those that are kept, oldest first.

    A file may set an end, move or lift an end that a file has set, and begin an engagement after the last one's end. An
    end that a person has decided can only be made earlier.
    """
    for place in range(len(kept) - 1, -1, -1):
        if kept[place].started_on == started_on:
            return _settle_end(kept[place], place, ended_at)
    last = kept[-1]
    if last.ended_at is not None and started_on >= last.ended_at.astimezone(zone).date():
        return Settled("begin")
    if any(started_on < other.started_on for other in kept[:-1]):
        return Settled("same", len(kept) - 1, held=True)
    if _settle_end(last, len(kept) - 1, ended_at).held:
        return Settled("same", len(kept) - 1, held=True)
    return Settled("correct", len(kept) - 1)


def _settle_end(kept: Kept, place: int, ended_at: datetime | None) -> Settled:
    if kept.ended_at == ended_at:
        return Settled("same", place)
    decided = kept.ended_at is not None and not kept.ended_by_feed
    if decided and (ended_at is None or kept.ended_at is None or ended_at > kept.ended_at):
        return Settled("same", place, held=True)
    return Settled("end", place)
