"""The minimum-necessary policy: what a draft may be, what approval does, and what opens by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments import policy_keeping, policy_rules, queries, services
from chartwarden.assignments.contracts import RecordClass, Scope
from chartwarden.assignments.policy_rules import STARTING, Clause
from chartwarden.assignments.rules import JUSTIFICATIONS, KINDS
from chartwarden.kernel.decisions import Refused, Stale
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from tests.support.api import Caller, problem
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]
ALL = frozenset(RecordClass)
SOME = frozenset({RecordClass.OVERVIEW, RecordClass.NOTES})
CODER = Clause("coder", "initial", SOME, encounter_only=True, printing=True)
AUDITOR = Clause("qa_auditor", "initial", ALL, copies=True)


@pytest.mark.parametrize(
    ("kind", "roles", "expected"),
    [
        ("initial", {"coder"}, Scope(SOME, True, True, False, 3)),
        ("initial", {"qa_auditor"}, Scope(ALL, False, False, True, 3)),
        ("initial", {"coder", "qa_auditor"}, Scope(ALL, True, False, False, 3)),
        ("denial", {"coder"}, Scope(frozenset(), True, False, False, 3)),
        ("initial", {"owner"}, Scope(frozenset(), True, False, False, 3)),
    ],
)
def test_what_each_role_sees_for_each_kind(kind: str, roles: set[str], expected: Scope) -> None:
    assert policy_rules.scope_of((CODER, AUDITOR), 3, kind, roles) == expected


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ([Clause("owner", "initial", ALL)], "role: expected one of coder"),
        ([Clause("coder", "curiosity", ALL)], "kind of work"),
        ([CODER, Clause("coder", "initial", ALL)], "two for coder, initial"),
        ([Clause("coder", "initial", frozenset({RecordClass.NOTES}))], "the overview"),
        ([], "one or more"),
    ],
)
def test_what_is_no_policy(clauses: list[Clause], said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        policy_rules.checked(clauses)


CLAUSES = st.builds(
    Clause, st.sampled_from(list(policy_rules.ROLES)), st.sampled_from(list(KINDS)),
    st.sets(st.sampled_from(RecordClass)).map(lambda some: frozenset({RecordClass.OVERVIEW, *some})),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
POLICIES = st.lists(CLAUSES, min_size=1, unique_by=lambda one: (one.role, one.kind)).map(policy_rules.checked)


@given(POLICIES, st.randoms())
def test_a_policy_is_kept_and_read_the_same_in_whatever_order_it_came(policy: tuple[Clause, ...], chance: Any) -> None:
    mixed = list(policy)
    chance.shuffle(mixed)
    kept = policy_rules.contents(policy_rules.checked(mixed))
    assert policy_rules.clauses_of(kept) == policy
    assert policy_rules.digest(kept) == policy_rules.digest(policy_rules.contents(policy))
    assert set(kept["justifications"]) == {one.kind for one in policy}


@given(POLICIES, POLICIES)
def test_changes_are_none_only_between_equals_and_two_differ_in_their_digest(
    one: tuple[Clause, ...], other: tuple[Clause, ...]
) -> None:
    found = policy_rules.changes(one, other)
    assert (found == []) is (one == other)
    digests = [policy_rules.digest(policy_rules.contents(policy)) for policy in (one, other)]
    assert (digests[0] == digests[1]) is (one == other)
    assert {(c.role, c.kind, c.more, c.less) for c in found} == {
        (c.role, c.kind, c.less, c.more) for c in policy_rules.changes(other, one)
    }


@given(POLICIES, st.sets(st.sampled_from(list(policy_rules.ROLES))), st.sampled_from(list(KINDS)))
def test_nobody_sees_more_than_their_clauses_say(policy: tuple[Clause, ...], roles: set[str], kind: str) -> None:
    found = policy_rules.scope_of(policy, 1, kind, roles)
    own = [one for one in policy if one.role in roles and one.kind == kind]
    assert all(any(seen in one.classes for one in own) for seen in found.classes)
    for name in ("printing", "copies"):
        assert getattr(found, name) is (bool(own) and all(getattr(one, name) for one in own))
    assert (
        found.encounter_only
        or any(found.classes <= one.classes and not one.encounter_only for one in own)
        or (own and not any(one.encounter_only for one in own))
    )


def test_two_roles_do_not_add_up_to_more_than_either_clause() -> None:
    whole_visit = Clause("coder", "audit", ALL, encounter_only=True, copies=True)
    glance = Clause("qa_auditor", "audit", frozenset({RecordClass.OVERVIEW}), printing=True)
    found = policy_rules.scope_of((whole_visit, glance), 1, "audit", {"coder", "qa_auditor"})
    assert found == Scope(ALL, encounter_only=True, printing=False, copies=False, version=1)


def drafted(house: House, clauses: Any, revision: int = 0, by: str = "coding_supervisor") -> Any:
    services.draft_policy(clinic=house.id, clauses=clauses, revision=revision, actor=house.actor(by), at=AT)
    found = policy_keeping.draft(house.id)
    assert found
    return found


def approved(house: House, clauses: Any) -> int:
    there = drafted(house, clauses)
    return services.approve_policy(clinic=house.id, digest=there.digest, actor=house.actor("privacy_officer"), at=AT)


def test_a_policy_holds_from_its_approval_and_the_one_before_stays(house: House) -> None:
    assert queries.scope(house.id, "initial", ["coder"]) == Scope()
    first = drafted(house, STARTING)
    assert queries.scope(house.id, "initial", ["coder"]) == Scope()
    with pytest.raises(Stale):
        services.approve_policy(clinic=house.id, digest="0" * 64, actor=house.actor("privacy_officer"), at=AT)
    officer = house.actor("privacy_officer")
    assert services.approve_policy(clinic=house.id, digest=first.digest, actor=officer, at=AT) == 1
    assert queries.scope(house.id, "initial", ["coder"]) == Scope(version=1)
    assert queries.scope(house.id, "qa_review", ["coder"]).classes == frozenset()
    assert approved(house, [CODER]) == 2
    assert queries.scope(house.id, "initial", ["coder"]) == Scope(SOME, True, True, False, 2)
    now, before = policy_keeping.versions(house.id)
    assert (now.version, before.version) == (2, 1)
    assert (before.clauses, before.approved_by) == (policy_rules.checked(STARTING), house.people["privacy_officer"])
    assert before.justifications == JUSTIFICATIONS
    told = [one for one in entries(house.id) if one.kind == "assignments.policy_approved"]
    assert {one.facts["sha256"] for one in told} == {now.digest, before.digest}


def test_two_who_draft_do_not_undo_each_other_and_nothing_new_is_no_draft(house: House) -> None:
    there = drafted(house, [CODER])
    with pytest.raises(Stale):
        drafted(house, STARTING)
    again = drafted(house, STARTING, revision=there.revision)
    assert (again.id, again.revision) == (there.id, 2)
    with pytest.raises(Stale):
        services.discard_policy(clinic=house.id, revision=1, actor=house.actor("coding_supervisor"), at=AT)
    services.discard_policy(clinic=house.id, revision=2, actor=house.actor("coding_supervisor"), at=AT)
    assert policy_keeping.draft(house.id) is None
    approved(house, [CODER])
    with pytest.raises(Refused, match="in force already"):
        drafted(house, [CODER])


def test_a_scope_costs_one_look(house: House, django_assert_num_queries: Any) -> None:
    approved(house, [CODER])
    queries.scope(house.id, "initial", {"coder"})
    with django_assert_num_queries(1):
        queries.scope(house.id, "initial", {"coder"})


def page(house: House, name: str, **named: object) -> str:
    return reverse(f"assignments:{name}", kwargs={"clinic": house.id, **named})


def test_a_supervisor_drafts_and_the_officer_approves_what_they_read(house: House, signed_in: SignIn) -> None:
    client = signed_in("coding_supervisor")
    assert "No policy is approved yet" in client.get(page(house, "policy")).text
    assert "The privacy officer approves it" in client.post(page(house, "begin_policy"), follow=True).text
    assert client.post(page(house, "approve_policy"), {"digest": "x"}).status_code == 403
    sent = {"classes": ["notes"], "conditions": ["encounter_only"], "revision": 1}
    client.post(page(house, "clause", role="coder", kind="initial"), sent)
    there = policy_keeping.draft(house.id)
    assert there
    assert Clause("coder", "initial", SOME, True) in there.clauses
    assert client.post(page(house, "clause", role="coder", kind="initial"), sent).status_code == 422
    assert client.get(page(house, "clause", role="owner", kind="initial")).status_code == 404
    officer = signed_in("privacy_officer")
    answer = officer.post(page(house, "approve_policy"), {"digest": there.digest}, follow=True)
    assert "Version 1 is in force." in answer.text
    supervisor = signed_in("coding_supervisor")
    taken = supervisor.post(page(house, "clause", role="coder", kind="initial"), {"revision": 0}, follow=True).text
    assert "A draft waits for approval" in taken
    assert "Gone: </span>overview, provider notes" in taken
    assert "Version 1" in signed_in("auditor").get(page(house, "policy")).text


def test_who_drafts_and_approves_is_told_by_the_page(house: House, signed_in: SignIn) -> None:
    said = "Drafted and approved by the same person"
    approved(house, [CODER])
    assert said not in signed_in("auditor").get(page(house, "policy")).text
    drafted(house, STARTING, by="privacy_officer")
    officer = signed_in("privacy_officer")
    assert "You drafted it yourself" in officer.get(page(house, "policy")).text
    there = policy_keeping.draft(house.id)
    assert there
    officer.post(page(house, "approve_policy"), {"digest": there.digest})
    assert officer.get(page(house, "policy")).text.count(said) == 1
    assert said in officer.get(page(house, "policy_version", policy=there.id)).text


def test_approval_asks_to_be_shown_anew(house: House, signed_in: SignIn) -> None:
    there = drafted(house, STARTING)
    client = signed_in("privacy_officer")
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    answer = client.post(page(house, "approve_policy"), {"digest": there.digest})
    assert "reauthenticate" in answer.headers["Location"]
    assert policy_keeping.in_force(house.id) is None


@pytest.fixture
def call(client: Any, house: House) -> Caller:
    cache.clear()
    return Caller(client, house)


def test_programs_draft_and_an_officer_who_is_there_approves(call: Caller, house: House) -> None:
    role = "coding_supervisor"
    clause = {"role": "coder", "kind": "initial", "classes": ["overview", "notes"], "printing": True}
    assert call("policy", role).json() == {"in_force": None, "draft": None, "versions": []}
    made = call("policy/draft", role, "put", {"clauses": [clause]}).json()["id"]
    problem(call("policy/draft", role, "put", {"clauses": [clause]}), 409)
    draft = call("policy", role).json()["draft"]
    given = {"sha256": draft["sha256"], "password": "wrong", "code": "123456"}
    problem(call("policy/approve", "privacy_officer", "post", given), 403)
    there = call.there()
    problem(call("policy/approve", "privacy_officer", "post", {**there, "sha256": "0" * 64}), 409)
    given = {**call.there(), "sha256": draft["sha256"]}
    cache.clear()
    answer = call("policy/approve", "privacy_officer", "post", given)
    assert answer.json() == {"version": 1}
    assert call(f"policies/{made}", role).json()["clauses"][0]["printing"] is True
    problem(call("policy/draft?revision=1", role, "delete"), 409)
