"""A sample of the clinics room: a webhook."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.clinics.services import add_webhook
from tests.support.clinic import AT, House


def make(house: House) -> Mapping[str, object]:
    """A real id."""
    made = add_webhook(clinic=house.id, url="https://hooks.example/x", kinds=[], actor=house.actor("owner"), at=AT)
    return {"webhook": made.id}
