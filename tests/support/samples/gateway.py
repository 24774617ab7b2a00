"""Samples of the gateway: a request for something else than coding, and a reminder that was acknowledged."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.gateway.services import acknowledge_reminder, route_inquiry
from tests.support.clinic import AT, House


def make(house: House) -> Mapping[str, object]:
    """A real id."""
    coder = house.actor("coder")
    acknowledge_reminder(clinic=house.clinic, person=house.people["coder"], actor=coder, at=AT)  # type: ignore[arg-type]
    asked = route_inquiry(clinic=house.id, kind="contact", text="A telephone number", actor=coder, at=AT)
    return {"inquiry": asked}
