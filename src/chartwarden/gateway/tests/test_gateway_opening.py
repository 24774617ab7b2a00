"""An opening: from the queue's tables to the verdict and its entry, and the vendor's chain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chartwarden.assignments.queries import own_work
from chartwarden.assignments.services import add_work, cancel
from chartwarden.devices.queries import statement_points
from chartwarden.devices.services import (
    add_network,
    approve_device,
    make_exception,
    register_device,
    sign_statement,
)
from chartwarden.gateway.chains import TERMS, Vendors, chain, vendors_from
from chartwarden.gateway.contracts import Reason, Verdict
from chartwarden.gateway.rules import covers, decide
from chartwarden.gateway.services import check_settings, facts_for, record_opening
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.logs.queries import feeds
from chartwarden.people.services import end_engagement, suspend
from tests.support.clinic import AT, House

CHICAGO = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)


def opened(
    house: House, role: str = "coder", hours: int = 1, purpose: str = "coding", device: str = "", address: str = ""
) -> Verdict:
    return record_opening(
        clinic=house.clinic, person=house.people[role], patient="P1", purpose=purpose, interaction="read Patient",
        actor=house.actor(role), at=AT + hours * HOUR, device=device, address=address,
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


def test_a_device_a_network_and_a_statement_are_asked_for_after_the_grace(assigned: House) -> None:
    officer, coder = assigned.actor("security_officer"), assigned.people["coder"]
    add_network(clinic=assigned.id, cidr="10.20.0.0/16", kind="office", actor=officer, at=AT)
    device = register_device(
        clinic=assigned.id, name="LT-1", mdm="", person=coder, owner="clinic", encrypted=True, managed=True,
        antivirus=True, actor=officer, at=AT,
    )  # fmt: skip
    approve_device(clinic=assigned.clinic, device=device, revision=0, actor=officer, at=AT)
    assert opened(assigned, device="LT-9", address="203.0.113.5").allowed
    late = {"hours": 20 * 24}
    assert opened(assigned, device="LT-9", address="203.0.113.5", **late).reasons == (
        Reason.DEVICE_NOT_APPROVED, Reason.NETWORK_NOT_SECURED, Reason.ATTESTATION_OVERDUE,
    )  # fmt: skip
    assert opened(assigned, device="LT-1", address="10.20.3.4", **late).reasons == (Reason.ATTESTATION_OVERDUE,)
    make_exception(
        clinic=assigned.id, person=coder, reason="attestation_overdue", why="Back from leave today",
        ends=AT + 21 * 24 * HOUR, actor=officer, at=AT + 20 * 24 * HOUR,
    )  # fmt: skip
    excused = opened(assigned, device="LT-1", address="10.20.3.4", **late)
    assert (excused.allowed, excused.excused) == (True, (Reason.ATTESTATION_OVERDUE,))
    assert entries(assigned.id)[-1].facts["excused"] == ["attestation_overdue"]
    sign_statement(
        clinic=assigned.id, confirmed=statement_points(), note="", actor=assigned.actor("coder"),
        at=AT + 20 * 24 * HOUR,
    )  # fmt: skip
    assert opened(assigned, device="LT-1", address="10.20.3.4", **late).excused == ()


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


def test_of_the_past_it_is_told_by_when_the_work_began_and_ended(assigned: House) -> None:
    (work,) = own_work(assigned.id, assigned.people["coder"], AT, 9)
    cancel(
        clinic=assigned.id, assignment=work.id, revision=work.revision,
        actor=assigned.actor("coding_supervisor"), at=AT + 3 * HOUR,
    )  # fmt: skip

    def reasons(hours: int, past: bool = True) -> tuple[Reason, ...]:
        coder, at = assigned.people["coder"], AT + hours * HOUR
        return decide(facts_for(assigned.clinic, coder, "P1", "coding", at, past=past)).reasons  # type: ignore[arg-type]

    shut = (Reason.ASSIGNMENT_NOT_OPEN,)
    assert reasons(0) == reasons(2) == (Reason.ALLOWED,)
    assert reasons(3) == reasons(4) == shut
    assert reasons(2, past=False) == shut


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


def _ehr(settings: Any, **more: str) -> None:
    given = {"BASE": "https://ehr.example/fhir", "KEY": "", "CLIENT": "c1", "TOKEN_URL": "https://ehr.example/token"}
    for name, value in {**given, **more}.items():
        setattr(settings, f"FHIR_{name}", value)


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"BASE": ""}, "CHARTWARDEN_FHIR_BASE"),
        ({"KEY": "no such file"}, "CHARTWARDEN_FHIR_KEY"),
        ({"KEY": "x", "CLIENT": ""}, "CHARTWARDEN_FHIR_CLIENT"),
        ({"KEY": __file__}, "CHARTWARDEN_FHIR_KEY"),
    ],
)
def test_a_gateway_that_is_set_up_by_half_does_not_start(settings: Any, more: dict[str, str], where: str) -> None:
    _ehr(settings)
    check_settings()
    _ehr(settings, **more)
    with pytest.raises(InputRefused, match=where):
        check_settings()
