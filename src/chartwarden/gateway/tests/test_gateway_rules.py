"""The decision: every reason by itself, all that apply at once, and what can never be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.gateway.contracts import Agreement, Conflict, Facts, Grant, Reason
from chartwarden.gateway.rules import NEVER_EXCUSED, PURPOSES, covers, decide, is_open
from chartwarden.gateway.wording import CLOSENESS, TOLD

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SIGNED = Agreement(begins=AT - HOUR)
FIRST = Grant("a1", "initial", True, AT - HOUR)
SOUND = Facts(at=AT, purpose="coding", grants=(FIRST,), engaged_from=AT - HOUR)
ORDER = list(Reason)


def grant(**changes: Any) -> tuple[Grant, ...]:
    return (replace(FIRST, **changes),)


CASES: list[tuple[str, dict[str, Any], Reason]] = [
    ("an open assignment", {}, Reason.ALLOWED),
    ("open from its first instant", {"grants": grant(begins=AT)}, Reason.ALLOWED),
    ("an older, longer one covers still", {"grants": (*grant(ends=AT - HOUR), FIRST)}, Reason.ALLOWED),
    ("nothing assigned", {"grants": ()}, Reason.NOT_ASSIGNED),
    ("not yet", {"grants": grant(begins=AT + HOUR)}, Reason.ASSIGNMENT_NOT_OPEN),
    ("shut at its last instant", {"grants": grant(ends=AT)}, Reason.ASSIGNMENT_NOT_OPEN),
    ("submitted", {"grants": grant(open_state=False)}, Reason.ASSIGNMENT_NOT_OPEN),
    ("reopened", {"grants": grant(expires=AT + HOUR)}, Reason.ALLOWED),
    ("reopened, and over", {"grants": grant(expires=AT)}, Reason.REOPEN_EXPIRED),
    ("left", {"engaged_until": AT}, Reason.ENGAGEMENT_ENDED),
    ("leaves later", {"engaged_until": AT + HOUR}, Reason.ALLOWED),
    ("never engaged", {"engaged_from": None}, Reason.ENGAGEMENT_ENDED),
    ("not engaged yet", {"engaged_from": AT + HOUR}, Reason.ENGAGEMENT_ENDED),
    ("suspended", {"suspended": True}, Reason.ACCOUNT_SUSPENDED),
    ("a role that opens nothing", {"role_opens": False}, Reason.ROLE_WITHOUT_ACCESS),
    ("a vendor in order", {"agreements": (SIGNED,)}, Reason.ALLOWED),
    ("a vendor without agreement", {"agreements": (Agreement(None),)}, Reason.VENDOR_AGREEMENT_MISSING),
    ("an agreement not yet in force", {"agreements": (Agreement(AT + HOUR),)}, Reason.VENDOR_AGREEMENT_NOT_IN_FORCE),
    ("an agreement that has ended", {"agreements": (replace(SIGNED, ends=AT),)}, Reason.VENDOR_AGREEMENT_NOT_IN_FORCE),
    (
        "an agreement without a term",
        {"agreements": (replace(SIGNED, missing=("safeguards",)),)},
        Reason.VENDOR_AGREEMENT_INCOMPLETE,
    ),
    ("a parent without agreement", {"agreements": (SIGNED, Agreement(None))}, Reason.SUBCONTRACTOR_NOT_COVERED),
    (
        "a grandparent whose agreement has ended",
        {"agreements": (SIGNED, SIGNED, replace(SIGNED, ends=AT))},
        Reason.SUBCONTRACTOR_NOT_COVERED,
    ),
    ("a personal laptop", {"device_approved": False}, Reason.DEVICE_NOT_APPROVED),
    ("a café", {"network_secured": False}, Reason.NETWORK_NOT_SECURED),
    ("a statement due now", {"attestation_due": AT}, Reason.ATTESTATION_OVERDUE),
    ("a statement due later", {"attestation_due": AT + HOUR}, Reason.ALLOWED),
    ("training overdue", {"training_due": AT - HOUR}, Reason.TRAINING_OVERDUE),
    *((f"{one.value}", {"conflict": one}, Reason.CONFLICT_OF_INTEREST) for one in Conflict),
    ("a colleague, allowed in writing", {"conflict": Conflict.COLLEAGUE, "conflict_accepted": True}, Reason.ALLOWED),
    (
        "family, allowed by nobody",
        {"conflict": Conflict.FAMILY, "conflict_accepted": True},
        Reason.CONFLICT_OF_INTEREST,
    ),
    ("another purpose", {"purpose": "contact"}, Reason.PURPOSE_NOT_PERMITTED),
    ("quality review of what was given to code", {"purpose": "quality_review"}, Reason.PURPOSE_NOT_PERMITTED),
    ("quality review as assigned", {"purpose": "quality_review", "grants": grant(kind="qa_review")}, Reason.ALLOWED),
    ("no ledger", {"ledger_available": False}, Reason.LEDGER_UNAVAILABLE),
]


@pytest.mark.parametrize(("changes", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_each_reason_by_itself(changes: dict[str, Any], reason: Reason) -> None:
    assert decide(replace(SOUND, **changes)).reasons == (reason,)


def test_every_reason_is_in_the_table_and_has_its_words() -> None:
    assert {reason for _, _, reason in CASES} == set(Reason) == set(TOLD)
    assert all(told.citation and told.sentence for told in TOLD.values())
    assert all(TOLD[reason].ask for reason in Reason if reason is not Reason.ALLOWED)
    assert set(CLOSENESS) == set(Conflict)


def test_the_opening_names_the_assignment_of_its_purpose() -> None:
    review = replace(FIRST, assignment="a2", kind="qa_review")
    facts = replace(SOUND, purpose="quality_review", grants=(FIRST, review))
    assert decide(facts).grant == review
    assert decide(replace(facts, purpose="coding")).grant == FIRST


def test_an_exception_bridges_what_may_be_bridged_until_it_ends() -> None:
    late = replace(SOUND, attestation_due=AT, excused={Reason.ATTESTATION_OVERDUE: AT + HOUR})
    assert decide(late).allowed
    assert decide(late).excused == (Reason.ATTESTATION_OVERDUE,)
    assert decide(replace(late, excused={Reason.ATTESTATION_OVERDUE: AT})).first is Reason.ATTESTATION_OVERDUE
    both = decide(replace(late, suspended=True))
    assert both.reasons == (Reason.ACCOUNT_SUSPENDED,)
    assert both.grant is None


INSTANTS = st.sampled_from([AT - 2 * HOUR, AT - HOUR, AT, AT + HOUR])
MAYBE = st.none() | INSTANTS
GRANTS = st.builds(
    Grant,
    assignment=st.just("a"),
    kind=st.sampled_from(["initial", "qa_review", "denial"]),
    open_state=st.booleans(),
    begins=INSTANTS,
    ends=MAYBE,
    expires=MAYBE,
)
AGREEMENTS = st.builds(Agreement, begins=MAYBE, ends=MAYBE, missing=st.sampled_from([(), ("safeguards",)]))
FACTS = st.builds(
    Facts,
    at=st.just(AT),
    purpose=st.sampled_from([*PURPOSES, "contact"]),
    grants=st.lists(GRANTS, max_size=3).map(tuple),
    engaged_from=MAYBE,
    engaged_until=MAYBE,
    suspended=st.booleans(),
    role_opens=st.booleans(),
    agreements=st.lists(AGREEMENTS, max_size=3).map(tuple),
    device_approved=st.booleans(),
    network_secured=st.booleans(),
    attestation_due=MAYBE,
    training_due=MAYBE,
    conflict=st.none() | st.sampled_from(list(Conflict)),
    conflict_accepted=st.booleans(),
    ledger_available=st.booleans(),
    excused=st.dictionaries(st.sampled_from(ORDER), INSTANTS, max_size=3),
)


@given(FACTS)
def test_what_opens_has_all_that_it_takes(facts: Facts) -> None:
    verdict = decide(facts)
    assert list(verdict.reasons) == sorted(set(verdict.reasons), key=ORDER.index)
    assert not NEVER_EXCUSED & set(verdict.excused)
    assert (verdict.grant is not None) is verdict.allowed
    if verdict.grant is not None:
        assert verdict.reasons == (Reason.ALLOWED,)
        assert is_open(verdict.grant, AT)
        assert verdict.grant.kind in PURPOSES[facts.purpose]
        assert facts.engaged_from is not None
        assert facts.engaged_from <= AT
        assert facts.ledger_available
        assert facts.role_opens
        assert not facts.suspended
        assert all(covers(one, AT) for one in facts.agreements)
        assert facts.device_approved or Reason.DEVICE_NOT_APPROVED in verdict.excused


WORSE: list[dict[str, Any]] = [
    {"grants": ()}, {"engaged_until": AT}, {"suspended": True}, {"role_opens": False},
    {"agreements": (Agreement(None),)}, {"conflict": Conflict.SELF}, {"purpose": "contact"},
    {"ledger_available": False},
]  # fmt: skip


@given(FACTS, st.sampled_from(WORSE))
def test_no_fault_ever_opens_a_record(facts: Facts, worse: dict[str, Any]) -> None:
    assert not decide(replace(facts, **worse)).allowed
