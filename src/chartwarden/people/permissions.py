"""Whether a person may do a thing: with roles.py, the whole policy. Pure.

A person may do what their roles in force add up to, while an engagement is in force and the account is not suspended
(45 CFR 164.308(a)(3)(ii)(A), (a)(4)(ii)(B)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.roles import ROLES

CITATION = "45 CFR 164.308(a)(4)(ii)(B)"


@dataclass(frozen=True)
class Grant:
    """A role given to a person, from one instant until another (None: until withdrawn)."""

    role: str
    begins: datetime
    ends: datetime | None


def in_force(grants: Iterable[Grant], at: datetime) -> frozenset[str]:
    """The roles whose grants cover an instant."""
    return frozenset(g.role for g in grants if g.begins <= at and (g.ends is None or at < g.ends))


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What roles add up to; a role that is not known adds nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


def may(member: Member, permission: Permission) -> Decision:
    """Whether a member may do a thing, and if not, why in words for them."""
    if permission in member.permissions:
        return ALLOWED
    return refused(f"Your role here does not let you {permission.value}.", CITATION)
