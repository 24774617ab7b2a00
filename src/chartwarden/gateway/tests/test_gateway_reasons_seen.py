"""Every reason that keeps a record shut, brought about for real, is seen on a page with its rule and whom to ask.

Whoever is not engaged, suspended or without the role reaches no page of a coder's; their supervisor sees why.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from chartwarden.assignments.contracts import Tie
from chartwarden.assignments.services import add_work, cancel, keep_conflicts, reopen, work_on
from chartwarden.devices.services import add_network, set_precondition
from chartwarden.gateway.chains import TERMS
from chartwarden.gateway.contracts import Reason
from chartwarden.gateway.wording import TOLD, TOLD_OF_ANOTHER
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.models import Head
from chartwarden.ledger.queries import entries
from chartwarden.logs.reading import read_next
from chartwarden.logs.services import Incoming, count_import
from chartwarden.people.services import add_person, add_user, end_engagement, grant_role, suspend, withdraw_role
from tests.support.clinic import AT, PASSWORD, House, sign_in_as

SYSTEM = Actor.of_system("tests")
DAY = timedelta(days=1)
SIGNED = "2026-01-05,2026-01-05"


def assigned(house: House, coder: UUID | None = None) -> UUID:
    return add_work(
        clinic=house.id, patient="PT-771", encounter="", kind="initial", reason="",
        coder=coder or house.people["coder"], actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip


def page(house: House, client: Any, assignment: UUID, user: UUID | None = None, purpose: str = "coding") -> Any:
    """What the coder gets who opens it, knowing that it is logged."""
    sign_in_as(client, user or house.users["coder"])
    address = reverse("gateway:open", kwargs={"clinic": house.id, "assignment": assignment})
    return client.post(address, {"purpose": purpose, "acknowledged": "1"})


def asked_about(house: House, client: Any, person: UUID) -> Any:
    """What the supervisor gets who asks about somebody."""
    sign_in_as(client, house.users["coding_supervisor"])
    address = reverse("gateway:may_open", kwargs={"clinic": house.id})
    return client.post(address, {"person": person, "patient": "PT-771", "purpose": "coding"})


def counted(house: House, name: str, content: str) -> None:
    officer = house.actor("privacy_officer")
    with Incoming(clinic=house.id, name=f"{name}.csv", source="page", actor=officer, at=AT) as incoming:
        incoming.write(content.encode())
        upload = incoming.finish().id
    assert read_next(AT) == 1
    count_import(clinic=house.id, upload=upload, actor=officer, at=AT)


def vendors_coder(house: House, vendor: str) -> tuple[UUID, UUID]:
    """A coder whom a vendor employs: the person and who signs in."""
    user = add_user(email="vee@vendor.example", password=PASSWORD, at=AT)
    person = add_person(
        clinic=house.id, values={"code": "vee", "given_name": "Vee"}, feed_role="coder",
        started_on=date(2025, 1, 6), employer=vendor, user=user, actor=SYSTEM, at=AT,
    )  # fmt: skip
    grant_role(clinic=house.id, person=person, role="coder", actor=SYSTEM, at=AT - DAY)
    return person, user


def of_vendor(house: House, client: Any, baas: str = "") -> Any:
    if baas:
        counted(house, "vendors", "vendor,name,parent\nV1,Vendor One,\nV2,Vendor Two,V1\n")
        counted(house, "baas", "vendor,signed_on,effective_from,effective_to,terms\n" + baas)
    person, user = vendors_coder(house, "V2")
    return page(house, client, assigned(house, person), user)


def agreement(vendor: str, ends: str = "", terms: tuple[str, ...] = TERMS) -> str:
    return f"{vendor},{SIGNED},{ends},{';'.join(terms)}\n"


def never_begun(house: House, client: Any) -> Any:
    sign_in_as(client, house.users["coder"])
    return client.post(reverse("gateway:why", kwargs={"clinic": house.id}), {"patient": "PT-771", "purpose": "coding"})


def done_with(house: House, client: Any) -> Any:
    work = assigned(house)
    cancel(clinic=house.id, assignment=work, revision=1, actor=house.actor("coding_supervisor"), at=AT + DAY)
    return page(house, client, work)


def reopened_once(house: House, client: Any) -> Any:
    work, coder = assigned(house), house.people["coder"]
    for revision, event in enumerate(("begun", "coded", "submitted")):
        work_on(clinic=house.id, assignment=work, event=event, revision=revision + 1, actor=house.actor("coder"), at=AT)
    again = reopen(
        clinic=house.id, assignment=work, kind="addendum", reason="A late report", coder=coder, expires_at=AT + 9 * DAY,
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    return page(house, client, again)


def has_left(house: House, client: Any) -> Any:
    assigned(house)
    end_engagement(clinic=house.id, person=house.people["coder"], actor=house.actor("privacy_officer"), at=AT + DAY)
    return asked_about(house, client, house.people["coder"])


def is_suspended(house: House, client: Any) -> Any:
    assigned(house)
    suspend(clinic=house.id, person=house.people["coder"], actor=house.actor("privacy_officer"), at=AT + DAY)
    return asked_about(house, client, house.people["coder"])


def without_role(house: House, client: Any) -> Any:
    assigned(house)
    withdraw_role(
        clinic=house.id, person=house.people["coder"], role="coder", actor=house.actor("privacy_officer"), at=AT + DAY
    )
    return asked_about(house, client, house.people["coder"])


def asked_for(kind: str) -> Callable[[House, Any], Any]:
    def bring_about(house: House, client: Any) -> Any:
        officer = house.actor("security_officer")
        add_network(clinic=house.id, cidr="10.20.0.0/16", kind="office", actor=officer, at=AT)
        for one in ("device", "network", "attestation", "training"):
            set_precondition(clinic=house.id, kind=one, asked=one == kind, grace_days=0, shown=False,
                             actor=officer, at=AT)  # fmt: skip
        return page(house, client, assigned(house))

    return bring_about


def close_to_the_patient(house: House, client: Any) -> Any:
    work, coder = assigned(house), house.people["coder"]
    keep_conflicts(
        clinic=house.id, found=[Tie(coder, "PT-771", "household", "same home address and unit")], people=[coder],
        patients=1, basis="1", actor=SYSTEM, at=AT,
    )  # fmt: skip
    answer = page(house, client, work)
    assert "household" not in answer.text.lower()
    assert "live where you live" not in answer.text
    return answer


def without_ledger(house: House, client: Any) -> Any:
    work = assigned(house)
    sign_in_as(client, house.users["coder"])
    Head.objects.filter(clinic_id=house.id).delete()  # nothing can be appended any more
    return page(house, client, work)


BROUGHT_ABOUT: dict[Reason, Callable[[House, Any], Any]] = {
    Reason.ALLOWED: lambda house, client: (
        asked_about(house, client, house.people["coder"]) if assigned(house) else None
    ),
    Reason.NOT_ASSIGNED: never_begun,
    Reason.ASSIGNMENT_NOT_OPEN: done_with,
    Reason.REOPEN_EXPIRED: reopened_once,
    Reason.ENGAGEMENT_ENDED: has_left,
    Reason.ACCOUNT_SUSPENDED: is_suspended,
    Reason.ROLE_WITHOUT_ACCESS: without_role,
    Reason.VENDOR_AGREEMENT_MISSING: of_vendor,
    Reason.VENDOR_AGREEMENT_NOT_IN_FORCE: lambda house, client: of_vendor(
        house, client, agreement("V1") + agreement("V2", "2026-02-01")
    ),
    Reason.VENDOR_AGREEMENT_INCOMPLETE: lambda house, client: of_vendor(
        house, client, agreement("V1") + agreement("V2", terms=TERMS[:2])
    ),
    Reason.SUBCONTRACTOR_NOT_COVERED: lambda house, client: of_vendor(house, client, agreement("V2")),
    Reason.DEVICE_NOT_APPROVED: asked_for("device"),
    Reason.NETWORK_NOT_SECURED: asked_for("network"),
    Reason.ATTESTATION_OVERDUE: asked_for("attestation"),
    Reason.TRAINING_OVERDUE: asked_for("training"),
    Reason.CONFLICT_OF_INTEREST: close_to_the_patient,
    Reason.PURPOSE_NOT_PERMITTED: lambda house, client: page(house, client, assigned(house), purpose="contact"),
    Reason.LEDGER_UNAVAILABLE: without_ledger,
}
COME_TOGETHER = {Reason.ENGAGEMENT_ENDED: {Reason.ROLE_WITHOUT_ACCESS}}
"""Roles end with the engagement."""


def test_every_reason_can_be_brought_about() -> None:
    assert BROUGHT_ABOUT.keys() == set(Reason)


@pytest.mark.parametrize("reason", BROUGHT_ABOUT)
def test_a_reason_is_seen_with_its_rule_and_whom_to_ask(house: House, client: Any, reason: Reason) -> None:
    answer = BROUGHT_ABOUT[reason](house, client)
    text = unescape(answer.text)
    told = [told for told in (TOLD[reason], TOLD_OF_ANOTHER[reason]) if told.sentence in text]
    assert told, text
    assert told[0].citation in text
    if told[0].ask:
        assert f"Ask: {told[0].ask.replace('_', ' ')}." in text
    others = set(Reason) - {reason, Reason.ALLOWED} - COME_TOGETHER.get(reason, set())
    assert [one for one in others if TOLD[one].sentence in text or TOLD_OF_ANOTHER[one].sentence in text] == []
    assert "no-store" in answer.headers["Cache-Control"]
    assert "PT-771" not in text or 'value="PT-771"' in text
    if answer.status_code == 403:
        assert entries(house.id)[-1].facts["reasons"] == [reason.value]
