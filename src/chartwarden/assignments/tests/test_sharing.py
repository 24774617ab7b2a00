"""Sharing out by rules: who gets what, and why the rest stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments import queries, rule_keeping, services, sharing
from chartwarden.assignments.models import Assignment
from chartwarden.assignments.rules import KINDS
from chartwarden.assignments.sharing_rules import APART, FULL, NO_RULE, Free, Piece, ShareRule, checked, plan
from chartwarden.kernel.decisions import Stale
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.people.services import record_leave, suspend
from tests.support.api import Caller, problem
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]
ANA, BEN, CAT = (UUID(int=number) for number in (1, 2, 3))
THERE = [Free(ANA, "", 4), Free(BEN, "v1", 0), Free(CAT, "v1", 1)]
DAY = timedelta(days=1)


def rule(*kinds: str, days: int = 0, to: tuple[UUID, ...] = (), team: str | None = None, most: int = 0) -> ShareRule:
    return ShareRule(uuid4(), frozenset(kinds), days, frozenset(to), team, most)


def pieces(*kinds: str) -> list[Piece]:
    return [Piece(UUID(int=100 + number), kind, AT - DAY * (9 - number)) for number, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("rules", "kinds", "expected", "left"),
    [
        ([], ["initial"], [], {NO_RULE: 1}),
        ([rule()], ["initial"] * 3, [BEN, BEN, CAT], {}),
        ([rule("qa_review", to=(ANA,))], ["initial", "qa_review"], [ANA], {NO_RULE: 1}),
        ([rule("denial", to=(ANA,)), rule(team="v1")], ["initial", "denial"], [ANA, BEN], {}),
        ([rule(team="")], ["initial"], [ANA], {}),
        ([rule(to=(BEN,), most=1), rule(to=(CAT,))], ["initial"] * 3, [BEN, CAT, CAT], {}),
        ([rule(to=(BEN, CAT), most=2)], ["initial"] * 5, [BEN, BEN, CAT], {FULL: 2}),
        ([rule(days=9, to=(ANA,))], ["initial"] * 2, [ANA], {NO_RULE: 1}),
        ([rule(to=(UUID(int=9),))], ["initial"], [], {FULL: 1}),
    ],
)
def test_the_first_rule_that_fits_and_has_somebody_free_decides(
    rules: list[ShareRule], kinds: list[str], expected: list[UUID], left: dict[str, int]
) -> None:
    found = plan(pieces(*kinds), rules, THERE, AT)
    assert (sorted(found.given.values()), found.left) == (expected, left)


def test_nobody_looks_at_their_own_work_or_at_a_relative() -> None:
    (own,) = pieces("qa_review")
    found = plan([Piece(own.id, own.kind, own.since, frozenset({BEN}))], [rule(to=(BEN, CAT))], THERE, AT)
    assert found.given == {own.id: CAT}
    related = plan([own], [rule(to=(BEN, CAT))], THERE, AT, lambda _, who: who == BEN)
    assert related.given == {own.id: CAT}
    assert plan([own], [rule(to=(BEN,))], THERE, AT, lambda *_: True).left == {APART: 1}


PEOPLE = [UUID(int=number) for number in range(6)]
RULES = st.lists(
    st.builds(
        ShareRule, st.uuids(), st.frozensets(st.sampled_from(list(KINDS))), st.integers(0, 5),
        st.frozensets(st.sampled_from(PEOPLE)), st.none(), st.integers(0, 4),
    ),
    max_size=5,
)  # fmt: skip
WORK = st.lists(
    st.builds(Piece, st.uuids(), st.sampled_from(list(KINDS)), st.integers(0, 9).map(lambda days: AT - DAY * days)),
    unique_by=lambda one: one.id,
)
FREE = st.lists(
    st.builds(Free, st.sampled_from(PEOPLE), st.just(""), st.integers(0, 4)), unique_by=lambda one: one.person
)


@given(WORK, RULES, FREE, st.frozensets(st.tuples(st.sampled_from(list(KINDS)), st.sampled_from(PEOPLE))))
def test_every_piece_is_given_once_by_a_rule_that_fits_or_counted(
    work: list[Piece], rules: list[ShareRule], free: list[Free], apart: frozenset[tuple[str, UUID]]
) -> None:
    kinds = {one.id: one.kind for one in work}
    found = plan(work, rules, free, AT, lambda piece, who: (kinds[piece], who) in apart)
    assert len(found.given) + sum(found.left.values()) == len(work)
    before = {one.person: one.open for one in free}
    for piece in work:
        who = found.given.get(piece.id)
        if who is None:
            continue
        fitting = [
            r for r in rules
            if (not r.kinds or piece.kind in r.kinds) and AT - piece.since >= DAY * r.waits_days
            and (not r.coders or who in r.coders)
        ]  # fmt: skip
        assert fitting
        assert who in before
        assert (piece.kind, who) not in apart
        assert any(not r.most or before[who] + found.each[who] <= r.most or r.most > before[who] for r in fitting)
    assert found == plan(list(reversed(work)), rules, list(reversed(free)), AT, lambda p, who: (kinds[p], who) in apart)


def waiting(house: House, count: int, kind: str = "initial") -> None:
    for number in range(count):
        services.add_work(
            clinic=house.id, patient=f"P{number}", encounter="", kind=kind, reason="", coder=None, at=AT,
            actor=house.actor("coding_supervisor"),
        )  # fmt: skip


def kept(house: House, *rules: ShareRule, revision: int = 0) -> None:
    services.set_share_rules(
        clinic=house.id, given=rules, revision=revision, actor=house.actor("coding_supervisor"), at=AT
    )


def run(house: House, seen: str = "") -> Any:
    actor = house.actor("coding_supervisor")
    told = seen or sharing.planned(house.clinic, actor.person, AT).digest
    return services.share_by_rules(clinic=house.clinic, seen=told, actor=actor, at=AT)


def test_what_was_looked_at_is_done_and_the_ledger_counts(house: House) -> None:
    waiting(house, 4)
    waiting(house, 2, "provider_query")
    kept(house, rule("initial", to=(house.people["coder"],), most=3))
    done = run(house)
    assert (len(done.given), dict(done.left)) == (3, {FULL: 1, NO_RULE: 2})
    assert [one.open for one in queries.loads(house.id)] == [3]
    (entry,) = [one for one in entries(house.id) if one.kind == "assignments.shared_by_rules"]
    assert {name: entry.facts[name] for name in ("given", "full", "no_rule", "apart")} == {
        "given": 3, "full": 1, "no_rule": 2, "apart": 0,
    }  # fmt: skip
    with pytest.raises(InputRefused, match="something that a rule fits"):
        run(house)


def test_a_queue_that_changed_is_looked_at_again(house: House) -> None:
    waiting(house, 1)
    kept(house, rule())
    seen = sharing.planned(house.clinic, house.people["coding_supervisor"], AT).digest
    waiting(house, 1)
    with pytest.raises(Stale):
        run(house, seen)
    assert not Assignment.objects.filter(coder__isnull=False).exists()


def test_who_is_away_suspended_or_runs_it_gets_nothing(house: House) -> None:
    waiting(house, 6)
    kept(house, rule())
    by = house.people["coding_supervisor"]
    able = {house.people["coder"], house.people["qa_auditor"]}
    assert set(sharing.planned(house.clinic, by, AT).each) == able
    assert set(sharing.planned(house.clinic, house.people["coder"], AT).each) == able - {house.people["coder"]}
    day = AT.date()
    record_leave(
        clinic=house.id, person=house.people["coder"], first_day=day, last_day=day, actor=house.actor("owner"), at=AT
    )
    assert set(sharing.planned(house.clinic, by, AT).each) == {house.people["qa_auditor"]}
    suspend(clinic=house.id, person=house.people["qa_auditor"], actor=house.actor("owner"), at=AT)
    assert sharing.planned(house.clinic, by, AT).left == {FULL: 6}


def test_rules_are_kept_once_and_nobody_undoes_anothers(house: House, other_house: House) -> None:
    first = rule("initial")
    kept(house, first)
    kept(house, first, revision=1)
    assert rule_keeping.share_rules(house.id).revision == 1
    with pytest.raises(Stale):
        kept(house, rule())
    with pytest.raises(InputRefused, match="somebody of this clinic"):
        kept(house, rule(to=(other_house.people["coder"],)), revision=1)
    told = [one.kind for one in entries(house.id) if one.kind == "assignments.rules_set"]
    assert len(told) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        [rule("curiosity")], [rule(days=-1)], [rule(most=-1)], [rule(to=(ANA,), team="v1")],
        [rule() for _ in range(31)], [rule()] * 2,
    ],
)  # fmt: skip
def test_what_is_no_rule(wrong: list[ShareRule]) -> None:
    with pytest.raises(InputRefused):
        checked(wrong)


def page(house: House, name: str, **named: object) -> str:
    return reverse(f"assignments:{name}", kwargs={"clinic": house.id, **named})


def test_a_supervisor_makes_a_rule_looks_and_runs_it(house: House, signed_in: SignIn) -> None:
    waiting(house, 3)
    client = signed_in("coding_supervisor")
    assert "Nothing can be assigned now" in client.get(page(house, "rules")).text
    sent = {"kinds": ["initial"], "waits_days": 0, "to": "coders", "most": 2, "revision": 0}
    assert client.post(page(house, "add_rule"), sent).status_code == 422
    sent["coders"] = [house.people["coder"]]
    assert client.post(page(house, "add_rule"), sent).status_code == 302
    client.post(page(house, "add_rule"), {"waits_days": 400, "to": "anybody", "most": 0, "revision": 1})
    client.post(page(house, "add_rule"), {"waits_days": 30, "to": "team:v9", "most": 0, "revision": 1})
    (only,) = rule_keeping.share_rules(house.id).rules
    shown = client.get(page(house, "rules"))
    assert "First coding" in shown.text
    seen = shown.context["plan"].digest
    answer = client.post(page(house, "run_rules"), {"seen": "0" * 64}, follow=True)
    assert "The queue has changed since you looked" in answer.text
    days = {(row.assigned_at, row.state) for row in Assignment.objects.all()}
    assert {state for _, state in days} == {"unassigned"}
    assert "2 assigned." in client.post(page(house, "run_rules"), {"seen": seen}, follow=True).text
    client.post(page(house, "add_rule"), {"waits_days": 0, "to": "anybody", "most": 0, "revision": 1})
    second = rule_keeping.share_rules(house.id).rules[1]
    client.post(page(house, "move_rule", rule=second.id), {"up": "", "revision": 2})
    assert [one.id for one in rule_keeping.share_rules(house.id).rules] == [second.id, only.id]
    client.post(page(house, "move_rule", rule=second.id), {"remove": "", "revision": 3})
    assert [one.id for one in rule_keeping.share_rules(house.id).rules] == [only.id]
    assert client.post(page(house, "move_rule", rule=second.id), {"remove": "", "revision": 4}).status_code == 404


def test_programs_set_look_and_run(client: Any, house: House) -> None:
    cache.clear()
    call, role = Caller(client, house), "coding_supervisor"
    waiting(house, 2)
    given = {"rules": [{"id": str(uuid4()), "coders": [str(house.people["coder"])]}], "revision": 0}
    assert call("queue-rules", role, "put", given).json()["revision"] == 1
    problem(call("queue-rules", role, "put", {**given, "rules": []}), 409)
    seen = call("queue-rules/plan", role).json()
    assert seen["given"] == {str(house.people["coder"]): 2}
    problem(call("queue-rules/run", role, "post", {"sha256": "0" * 64}), 409)
    assert call("queue-rules/run", role, "post", {"sha256": seen["sha256"]}).json()["given"] == seen["given"]
    assert call("queue-rules", role).json()["rules"][0]["coders"] == [str(house.people["coder"])]
