"""A sample of the logs room: an access log that was received and waits to be read."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.logs.services import Incoming
from tests.support.clinic import AT, House

LOG = b"occurred_at,actor,action,patient\n2026-03-02T09:00:00-06:00,ana,open,P1\n"


def make(house: House) -> Mapping[str, object]:
    """A real id."""
    with Incoming(
        clinic=house.id, name="log.csv", source="page", actor=house.actor("privacy_officer"), at=AT
    ) as incoming:
        incoming.write(LOG)
        return {"upload": incoming.finish().id}
