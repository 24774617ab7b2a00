"""A sample of the coding queue: a record that is the coder's."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.assignments.services import add_work
from tests.support.clinic import AT, House


def make(house: House) -> Mapping[str, object]:
    """A real id."""
    work = add_work(
        clinic=house.id, patient="P-9", encounter="", kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    return {"assignment": work}
