"""Samples of the coding queue: a record that is the coder's, a copy they saved of a document in it, and a colleague
of its patient."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.assignments.contracts import Tie
from chartwarden.assignments.services import add_work, keep_conflicts
from chartwarden.kernel.actors import Actor
from tests.support.clinic import AT, House


def make(house: House) -> Mapping[str, object]:
    """Real ids."""
    work = add_work(
        clinic=house.id, patient="P-9", encounter="", kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    tie = Tie(house.people["qa_auditor"], "P-9", "colleague", "same name", house.people["human_resources"])
    keep_conflicts(
        clinic=house.id, found=[tie], people=[tie.person], patients=1, basis="sample", actor=Actor.of_system("worker"),
        at=AT,
    )  # fmt: skip
    return {"assignment": work}
