"""Samples of the coding queue: a record that is the coder's, a copy they saved of a document in it, a colleague of its
patient, a policy's draft, a rule, and a source of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from chartwarden.assignments.contracts import Tie
from chartwarden.assignments.policy_rules import STARTING
from chartwarden.assignments.services import (
    add_work,
    draft_policy,
    keep_conflicts,
    note_copy,
    set_share_rules,
    set_source,
)  # fmt: skip
from chartwarden.assignments.sharing_rules import ShareRule
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
    supervisor = house.actor("coding_supervisor")
    policy = draft_policy(clinic=house.id, clauses=STARTING, revision=0, actor=supervisor, at=AT)
    rule = ShareRule(uuid4(), kinds=frozenset({"initial"}), coders=frozenset({house.people["coder"]}), most=20)
    set_share_rules(clinic=house.id, given=[rule], revision=0, actor=supervisor, at=AT)
    set_source(
        clinic=house.id, base="https://ehr.example/fhir", token="t", encounters=False, revision=0,
        actor=house.actor("ehr_administrator"), at=AT,
    )  # fmt: skip
    copy = note_copy(
        clinic=house.id, assignment=work, person=house.people["coder"], document="0" * 32, purpose="audit", at=AT
    )
    return {"assignment": work, "copy": copy, "policy": policy, "rule": rule.id, "kind": "initial"}
