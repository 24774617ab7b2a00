"""What the demo's supervisor has done in the queue: records that wait, rules, and a policy that was approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from chartwarden.assignments import queries
from chartwarden.assignments.services import (
    ShareRule,
    add_work,
    approve_policy,
    propose_policy,
    set_share_rules,
)
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.actors import Actor
from chartwarden.web.demo_weeks import rows_of

WAITING = ("initial",) * 9 + ("provider_query",) * 2
CLOSE = 2


def _colleagues(feeds: Path) -> list[str]:
    """The patients who work here themselves, as nurses or physicians."""
    same = ("family_name", "given_name", "birth_date")
    staff = {
        tuple(row[name] for name in same)
        for row in rows_of(feeds / "workforce.csv")
        if row["role"] in ("nurse", "physician")
    }
    return [row["patient"] for row in rows_of(feeds / "patients.csv") if tuple(row[name] for name in same) in staff]


def fill(clinic: Clinic, feeds: Path, people: Mapping[str, UUID], at: datetime) -> None:
    """Put some of the demo's patients into the queue, make two rules, and put the proposed policy in force.

    Two records of colleagues are the coder's already: the worker finds that conflict of interest, and they stay shut.
    """
    supervisor = Actor.of_person(people["coding_supervisor"])
    about: dict[str, Any] = {"clinic": clinic.id, "actor": supervisor}
    patients = islice(rows_of(feeds / "patients.csv"), 40, None, 7)
    for number, (kind, row) in enumerate(zip(WAITING, patients, strict=False)):
        add_work(
            patient=row["patient"], encounter="", kind=kind, reason="", coder=None,
            at=at - timedelta(hours=number * 5), **about,
        )  # fmt: skip
    for patient in _colleagues(feeds)[:CLOSE]:
        add_work(
            patient=patient, encounter="", kind="initial", reason="", coder=people["coder"], at=at, **about
        )  # fmt: skip
    rules = [
        ShareRule(uuid5(clinic.id, "queries"), frozenset({"provider_query"}), coders=frozenset({people["coder"]})),
        ShareRule(uuid5(clinic.id, "first"), frozenset({"initial"}), most=8),
    ]
    set_share_rules(given=rules, revision=0, at=at, **about)
    propose_policy(at=at, **about)
    if draft := queries.policy_draft(clinic.id):
        officer = Actor.of_person(people["privacy_officer"])
        approve_policy(clinic=clinic.id, digest=draft.digest, actor=officer, at=at)
