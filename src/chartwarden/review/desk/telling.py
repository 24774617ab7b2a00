"""Tell people by mail that something waits for them: a link, and no word about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chartwarden.people.services import notify


def tell(clinic: UUID, person: UUID, kind: str, page: str, arguments: Mapping[str, str], at: datetime) -> None:
    """Put a mail into the outbox, in the caller's transaction."""
    notify(clinic=clinic, person=person, kind=kind, page=page, arguments=arguments, at=at)
