"""Who does something: named in every change and every ledger entry, by an opaque reference."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """A person of a clinic, a token that acts for one, or a part of the system.

    ``ref`` is what the ledger keeps: ``person:UUID``, ``token:UUID`` or ``system:NAME``. ``person`` is the person
    behind it, whom rules hold to account; None for the system.
    """

    ref: str
    person: UUID | None = None

    @staticmethod
    def of_person(person: UUID) -> Actor:
        """A person who acts themselves."""
        return Actor(f"person:{person}", person)

    @staticmethod
    def of_token(token: UUID, person: UUID) -> Actor:
        """A program that acts for a person, by a token of theirs."""
        return Actor(f"token:{token}", person)

    @staticmethod
    def of_system(name: str) -> Actor:
        """A part of the system, such as ``worker``."""
        return Actor(f"system:{name}")
