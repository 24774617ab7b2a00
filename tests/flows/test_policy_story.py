"""From a policy that was drafted and approved to what a coder sees of a record, on the pages and by the gateway."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from chartwarden.assignments import policy_keeping, queries
from chartwarden.assignments.contracts import RecordClass as Class
from chartwarden.assignments.policy_rules import Clause
from chartwarden.assignments.services import add_work, approve_policy, draft_policy
from chartwarden.ledger.queries import entries
from tests.support.clinic import AT, House
from tests.support.gateway_peers import SECRET, Fhir, Gate, wait
from tests.support.record import EARLIER, PATIENT, RECORD, VISIT

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node")]
SignIn = Callable[[str], Any]
SOON = 1.0
NOTES = Clause("coder", "initial", frozenset({Class.OVERVIEW, Class.NOTES}), encounter_only=True)
ALL = Clause("coder", "initial", frozenset(Class), printing=True)


@pytest.fixture(scope="module")
def ehr() -> Iterator[Fhir]:
    with ExitStack() as stack:
        server = Fhir(stack)
        server.seed(*RECORD)
        yield server


def approved(house: House, *clauses: Clause) -> None:
    """The supervisor drafts it, the privacy officer approves it."""
    draft_policy(clinic=house.id, clauses=clauses, revision=0, actor=house.actor("coding_supervisor"), at=AT)
    there = policy_keeping.draft(house.id)
    assert there is not None
    approve_policy(clinic=house.id, digest=there.digest, actor=house.actor("privacy_officer"), at=AT)


def address(house: House, name: str, assignment: UUID) -> str:
    return reverse(f"gateway:{name}", kwargs={"clinic": house.id, "assignment": assignment})


def links(text: str) -> dict[str, str]:
    """The documents in the list at the side, by their titles."""
    aside = text.partition('<nav class="contents"')[2].partition("</nav>")[0]
    return {title: where for where, title in re.findall(r'<li><a href="([^"]+)"[^>]*>([^<]+)', aside)}


def test_the_pages_show_what_the_approved_policy_lets_them(
    house: House, signed_in: SignIn, ehr: Fhir, settings: Any
) -> None:
    settings.FHIR_BASE, settings.FHIR_TOKEN = ehr.base, SECRET
    coder = signed_in("coder")
    mine = add_work(
        clinic=house.id, patient=PATIENT, encounter=VISIT, kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip

    def opened() -> Any:
        return coder.post(address(house, "record", mine), {"acknowledged": "1"}, follow=True)

    whole = links(opened().text)
    assert {"Progress note", "Operative note", "Discharge summary"} <= set(whole)
    draft_policy(clinic=house.id, clauses=[NOTES], revision=0, actor=house.actor("coding_supervisor"), at=AT)
    assert queries.scope(house.id, "initial", {"coder"}).version == 0
    assert coder.get(whole["Operative note"]).status_code == 200
    there = policy_keeping.draft(house.id)
    assert there is not None
    approve_policy(clinic=house.id, digest=there.digest, actor=house.actor("privacy_officer"), at=AT)
    page = opened()
    assert {"Progress note", "Cardiology consultation"} <= set(links(page.text))
    assert not {"Operative note", "Discharge summary", "Payer letter"} & set(links(page.text))
    assert re.search(r"Not shown, by policy version 1: [^<]*discharge[^<]*\. Only what belongs to the visit", page.text)
    assert "Pneumonia, organism not named" in page.text
    assert "Type 2 diabetes" not in page.text  # of another encounter
    for name in ("Operative note", "Discharge summary"):
        assert coder.get(whole[name]).status_code == 404
    assert coder.post(f"{whole['Progress note']}print/", {"purpose": "audit"}).status_code == 403
    approved(house, ALL)
    page = opened()
    assert set(whole) <= set(links(page.text))
    assert "Type 2 diabetes" in page.text
    assert coder.post(f"{whole['Progress note']}print/", {"purpose": "audit"}).status_code == 200
    last = entries(house.id, limit=1000)[-1]
    assert (last.kind, last.facts["policy"]) == ("gateway.record_printed", 2)


def test_the_gateway_serves_what_the_approved_policy_lets_it(ehr: Fhir, tmp_path_factory: Any) -> None:
    with ExitStack() as stack:
        gate = Gate(tmp_path_factory.mktemp("policy") / "data", ehr.base)
        gate.begin(stack)
        assignment = gate.tell("assign", PATIENT, "coder", VISIT)
        token = gate.tell("open", assignment)["token"]

        def found(search: str) -> set[str]:
            answer = gate.get(f"{assignment}/{search}", token)
            assert answer.status == 200, answer.body
            kept = [one["resource"] for one in answer.json.get("entry", [])]
            return {one["id"] for one in kept if one["resourceType"] != "OperationOutcome"}

        assert found("Condition") == {"c-1", "c-2"}
        assert {"d-progress", "d-operative", "d-discharge"} <= found("DocumentReference")
        assert gate.tell("approve", ["overview", "notes"], True, False) == 1
        wait(SOON)
        assert found("Condition") == {"c-1"}
        assert found("DocumentReference") == {"d-progress", "d-consult"}
        refused = gate.get(f"{assignment}/Condition?encounter={EARLIER}", token)
        assert refused.status == 403
        opening = [one for one in gate.tell("entries", "gateway.record_opened") if one["facts"].get("policy")]
        assert {one["facts"]["policy"] for one in opening} == {1}
        assert gate.tell("approve", [str(one) for one in Class], False, False) == 2
        wait(SOON)
        assert found("Condition") == {"c-1", "c-2"}
