"""A sample of the coding queue: a record that is the coder's, and a copy that they saved of a document in it."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.assignments.services import add_work, note_copy
from tests.support.clinic import AT, House


def make(house: House) -> Mapping[str, object]:
    """Real ids."""
    work = add_work(
        clinic=house.id, patient="P-9", encounter="", kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    copy = note_copy(
        clinic=house.id, assignment=work, person=house.people["coder"], document="0" * 32, purpose="audit", at=AT
    )
    return {"assignment": work, "copy": copy}
