"""The invitation that a visitor came with, kept in their session so that its secret is in no address any more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

KEY = "invitation"


def bring_invitation(session: Any, clinic: UUID, invitation: UUID) -> None:
    """Remember it."""
    session[KEY] = [str(clinic), str(invitation)]


def invitation_in(session: Any) -> tuple[UUID, UUID] | None:
    """Clinic and invitation, where the visitor came with one."""
    kept = session.get(KEY)
    return (UUID(kept[0]), UUID(kept[1])) if kept else None


def forget_invitation(session: Any) -> None:
    """It was used, or is of no use."""
    session.pop(KEY, None)
