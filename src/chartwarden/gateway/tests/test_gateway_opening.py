"""An opening: from the queue's tables to the verdict and its entry, and the vendor's chain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chartwarden.assignments.services import add_work
from chartwarden.gateway.chains import TERMS, Vendors, chain, vendors_from
from chartwarden.gateway.contracts import Reason, Verdict
from chartwarden.gateway.rules import covers
from chartwarden.gateway.services import record_opening
from chartwarden.ledger.queries import entries
from chartwarden.logs.queries import feeds
from chartwarden.people.services import end_engagement, suspend
from tests.support.clinic import AT, House

CHICAGO = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)


def opened(house: House, role: str = "coder", hours: int = 1, purpose: str = "coding") -> Verdict:
    return record_opening(
        clinic=house.clinic, person=house.people[role], patient="P1", purpose=purpose, interaction="read Patient",
        actor=house.actor(role), at=AT + hours * HOUR,
    )  # fmt: skip


@pytest.fixture
def assigned(house: House) -> House:
    add_work(
        clinic=house.id, patient="P1", encounter="", kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    return house


def test_what_is_assigned_opens_and_the_entry_names_no_patient(assigned: House) -> None:
    verdict = opened(assigned)
    assert verdict.reasons == (Reason.ALLOWED,)
    entry = entries(assigned.id)[-1]
    assert entry.kind == "gateway.record_opened"
    assert verdict.grant
    assert entry.subject == {"person": str(assigned.people["coder"]), "assignment": verdict.grant.assignment}
    assert "P1" not in str(entry)


def test_all_reasons_stand_in_the_entry(assigned: House) -> None:
    assert opened(assigned, "human_resources").reasons == (Reason.NOT_ASSIGNED, Reason.ROLE_WITHOUT_ACCESS)
    assert entries(assigned.id)[-1].facts["reasons"] == ["not_assigned", "role_without_access"]
    assert opened(assigned, purpose="contact").reasons == (Reason.PURPOSE_NOT_PERMITTED,)


def test_who_leaves_or_is_suspended_is_shut_out_at_that_instant(assigned: House) -> None:
    person, officer = assigned.people["coder"], assigned.actor("privacy_officer")
    end_engagement(clinic=assigned.id, person=person, ended_at=AT + 2 * HOUR, actor=officer, at=AT + HOUR)
    assert opened(assigned, hours=1).allowed
    assert Reason.ENGAGEMENT_ENDED in opened(assigned, hours=2).reasons
    suspend(clinic=assigned.id, person=person, actor=officer, at=AT + HOUR)
    assert opened(assigned, hours=1).reasons == (Reason.ACCOUNT_SUSPENDED,)


def test_the_terms_are_those_of_the_feed() -> None:
    (feed,) = (one for one in feeds() if one.name == "baas")
    (terms,) = (column for column in feed.columns if column.name == "terms")
    assert set(TERMS) == set(terms.words)


SIGNED = {"signed_on": date(2026, 1, 5), "effective_from": date(2026, 1, 1), "effective_to": date(2026, 3, 31)}
MADE = vendors_from(
    [{"vendor": vendor, "parent": parent} for vendor, parent in (("V1", None), ("V2", "V1"), ("A", "B"), ("B", "A"))],
    [{"vendor": "V1", **SIGNED, "terms": list(TERMS)}, {"vendor": "V2", **SIGNED, "terms": ["safeguards"]}],
    CHICAGO,
)  # fmt: skip


@pytest.mark.parametrize(
    ("at", "covered"),
    [
        (datetime(2026, 1, 5, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 5, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 4, 1, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 4, 1, 5, 0, tzinfo=UTC), False),
    ],
)
def test_an_agreement_runs_by_the_clinics_days_from_its_last_signature(at: datetime, covered: bool) -> None:
    (own,) = chain(MADE, "V1", at)
    assert covers(own, at) is covered


def test_a_chain_is_told_from_below_and_a_circle_ends() -> None:
    own, above = chain(MADE, "V2", AT)
    assert set(own.missing) == set(TERMS) - {"safeguards"}
    assert covers(above, AT)
    assert len(chain(MADE, "A", AT)) == 2
    assert [one.begins for one in chain(MADE, "nobody told of it", AT)] == [None]
    assert chain(Vendors({}, {}), "", AT) == ()
