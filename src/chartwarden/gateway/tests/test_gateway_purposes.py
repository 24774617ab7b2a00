"""Asked beforehand, reminded once a day, and what is no purpose sent where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from chartwarden.assignments import rules as queue
from chartwarden.assignments.contracts import Tie
from chartwarden.assignments.services import add_work, keep_conflicts
from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.devices.services import set_precondition
from chartwarden.gateway import models
from chartwarden.gateway.contracts import Reason
from chartwarden.gateway.dues import due
from chartwarden.gateway.purposes import inquiring
from chartwarden.gateway.purposes.reminding import is_reminded
from chartwarden.gateway.purposes.told import KINDS
from chartwarden.gateway.rules import PURPOSES
from chartwarden.gateway.services import acknowledge_reminder, close_inquiry, explain_other, explain_own, route_inquiry
from chartwarden.gateway.wording import ELSEWHERE, TOLD, TOLD_OF_ANOTHER
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.people.queries import member
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]
HOUR = timedelta(hours=1)
SYSTEM = Actor.of_system("tests")


def assigned(house: House, patient: str = "P1", kind: str = "initial") -> UUID:
    return add_work(
        clinic=house.id, patient=patient, encounter="", kind=kind, reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip


def close_to(house: House, patient: str, role: str = "coder") -> None:
    keep_conflicts(
        clinic=house.id, found=[Tie(house.people[role], patient, "family", "same surname (rare)")],
        people=[house.people[role]], patients=1, basis=uuid4().hex, actor=SYSTEM, at=AT,
    )  # fmt: skip


def address(house: House, name: str, **more: UUID) -> str:
    return reverse(f"gateway:{name}", kwargs={"clinic": house.id, **more})


def test_the_first_opening_of_a_day_reminds_and_one_press_goes_on(house: House, signed_in: SignIn) -> None:
    work, client = assigned(house), signed_in("coder")
    first = client.post(address(house, "open", assignment=work), {"purpose": "coding"})
    assert "Your first record today" in first.text
    assert "autofocus" in first.text
    assert not models.AccessToken.objects.exists()
    assert not [one for one in entries(house.id) if one.kind.startswith("gateway.")]
    hidden = {"purpose": "coding", "acknowledged": "1"}
    assert all(f'name="{name}" value="{value}"' in first.text for name, value in hidden.items())
    assert "cwo_" in client.post(address(house, "open", assignment=work), hidden).text
    kinds = [one.kind for one in entries(house.id)][-2:]
    assert kinds == ["gateway.reminder_acknowledged", "gateway.assignment_opened"]
    assert "cwo_" in client.post(address(house, "open", assignment=work), {"purpose": "coding"}).text
    assert [one.kind for one in entries(house.id)].count("gateway.reminder_acknowledged") == 1


@pytest.mark.parametrize(
    ("later", "still"),
    [
        (datetime(2026, 3, 10, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 10, 5, 0, tzinfo=UTC), False),
    ],
)
def test_a_day_is_the_clinics_own(house: House, later: datetime, still: bool) -> None:
    who = {"clinic": house.clinic, "person": house.people["coder"]}
    assert acknowledge_reminder(**who, actor=house.actor("coder"), at=AT)  # type: ignore[arg-type]
    assert not acknowledge_reminder(**who, actor=house.actor("coder"), at=AT)  # type: ignore[arg-type]
    assert is_reminded(house.clinic, house.people["coder"], later) is still  # type: ignore[arg-type]
    assert not is_reminded(house.clinic, house.people["qa_auditor"], AT)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        acknowledge_reminder(**who, actor=house.actor("owner"), at=later)  # type: ignore[arg-type]


def test_a_coder_asks_why_beforehand_and_nothing_opens(house: House, signed_in: SignIn) -> None:
    work, client = assigned(house), signed_in("coder")
    page = client.get(address(house, "why_assignment", assignment=work))
    assert page.status_code == 200
    assert "Yes, it opens" in page.text
    assert "first coding, since Mon 9 Mar 2026, 10:00 CDT: open" in page.text
    entry = entries(house.id)[-1]
    assert entry.kind == "gateway.explained"
    assert entry.subject == {"person": str(house.people["coder"])}
    assert entry.facts == {"reasons": ["allowed"], "purpose": "coding"}
    assert set(entry.private) == {"patient"}
    assert "P1" not in entry.leaf.decode()
    assert not models.AccessToken.objects.exists()
    assert client.get(address(house, "why_assignment", assignment=uuid4())).status_code == 404


def test_a_coder_learns_of_no_patient_that_is_not_theirs(house: House, signed_in: SignIn) -> None:
    """Somebody else's patient, one they are close to, and one who does not exist: the answers are the same bytes."""
    add_work(clinic=house.id, patient="P-OTHER", encounter="", kind="initial", reason="",
             coder=house.people["qa_auditor"], actor=house.actor("coding_supervisor"), at=AT)  # fmt: skip
    close_to(house, "P-CLOSE")
    client = signed_in("coder")

    def answer(patient: str) -> str:
        text = client.post(address(house, "why"), {"patient": patient, "purpose": "coding"}).text
        return text.partition("<h1>")[2].replace(patient, "?").partition("<form")[0]

    told = [answer(patient) for patient in ("P-OTHER", "P-CLOSE", "P-NOBODY")]
    assert len(set(told)) == 1
    assert TOLD[Reason.NOT_ASSIGNED].sentence in told[0]
    facts = [one.facts for one in entries(house.id) if one.kind == "gateway.explained"]
    assert facts == [{"reasons": ["not_assigned"], "purpose": "coding"}] * 3
    assert not any("P-" in one.leaf.decode() for one in entries(house.id))


def test_of_an_assigned_record_the_conflict_is_told_without_its_kind(house: House, signed_in: SignIn) -> None:
    assigned(house, "P-CLOSE")
    close_to(house, "P-CLOSE")
    text = unescape(signed_in("coder").post(address(house, "why"), {"patient": "P-CLOSE", "purpose": "coding"}).text)
    assert "it says nothing about you" in text
    assert "family" not in text.lower()


def test_a_supervisor_asks_about_somebody_and_reassigns_at_once(house: House, signed_in: SignIn) -> None:
    work = assigned(house, "P-CLOSE")
    close_to(house, "P-CLOSE")
    client = signed_in("coding_supervisor")
    form = client.get(address(house, "may_open"))
    assert "P-CLOSE" not in form.text
    asked = {"person": house.people["coder"], "patient": "P-CLOSE", "purpose": "coding"}
    text = unescape(client.post(address(house, "may_open"), asked).text)
    assert TOLD_OF_ANOTHER[Reason.CONFLICT_OF_INTEREST].sentence in text
    assert "family" not in text.lower()
    assert reverse("assignments:assign", kwargs={"clinic": house.id, "assignment": work}) in text
    assert "P-CLOSE" not in entries(house.id)[-1].leaf.decode()
    assert client.post(address(house, "may_open"), {**asked, "person": uuid4()}).status_code == 422
    assert signed_in("coder").post(address(house, "may_open"), asked).status_code == 403


def test_whoever_asks_about_themselves_as_a_supervisor_learns_no_more_than_a_coder(house: House) -> None:
    """Not whether they are close to somebody whose record is not theirs."""
    close_to(house, "P-CLOSE", "coding_supervisor")
    me, asked = house.people["coding_supervisor"], {"clinic": house.clinic, "purpose": "coding", "at": AT}
    actor = house.actor("coding_supervisor")

    def told(patient: str) -> tuple[Reason, ...]:
        return explain_other(**asked, person=me, patient=patient, actor=actor).verdict.reasons  # type: ignore[arg-type]

    assert told("P-CLOSE") == told("P-NOBODY") == explain_own(**asked, patient="P-CLOSE", actor=actor).verdict.reasons  # type: ignore[arg-type]
    assert Reason.CONFLICT_OF_INTEREST not in told("P-CLOSE")


@pytest.mark.parametrize("shown", [True, False])
def test_a_device_that_must_be_shown_is_not_asked_of_whoever_asks_for_another(
    house: House, settings: Any, shown: bool
) -> None:
    settings.CERTIFICATE_HEADER = "x-client-cert"
    assigned(house)
    set_precondition(
        clinic=house.id, kind="device", asked=True, grace_days=0, shown=shown, actor=house.actor("security_officer"),
        at=AT,
    )  # fmt: skip
    asked = {"clinic": house.clinic, "patient": "P1", "purpose": "coding", "at": AT + HOUR}
    found = explain_other(**asked, person=house.people["coder"], actor=house.actor("coding_supervisor"))  # type: ignore[arg-type]
    assert found.verdict.reasons == ((Reason.ALLOWED,) if shown else (Reason.DEVICE_NOT_APPROVED,))
    own = explain_own(**asked, actor=house.actor("coder"))  # type: ignore[arg-type]
    assert own.verdict.reasons == (Reason.DEVICE_NOT_APPROVED,)


def test_what_is_stated_freely_is_no_word_of_the_ledger(house: House, signed_in: SignIn) -> None:
    work, client, said = assigned(house), signed_in("coder"), "Jane Doe 555-0101"
    answer = client.post(address(house, "open", assignment=work), {"purpose": said, "acknowledged": "1"})
    assert answer.status_code == 403
    denied = [one for one in entries(house.id) if one.kind == "gateway.record_denied"]
    assert [one.facts["purpose"] for one in denied] == ["other"]
    explain_own(clinic=house.clinic, patient="P1", purpose=said, actor=house.actor("coder"), at=AT)  # type: ignore[arg-type]
    assert entries(house.id)[-1].facts["purpose"] == "other"
    assert not any("Jane" in one.leaf.decode() for one in entries(house.id))


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_what_is_no_purpose_is_told_where_it_belongs_and_may_be_asked(
    house: House, signed_in: SignIn, kind: str
) -> None:
    client = signed_in("coder")
    page = unescape(client.get(address(house, "elsewhere"), {"about": kind}).text)
    assert ELSEWHERE[kind].where in page
    assert "164.5" in ELSEWHERE[kind].citation
    assert ELSEWHERE[kind].citation in page
    sent = client.post(address(house, "elsewhere"), {"about": kind, "text": "The number of Mrs. Planted"})
    assert sent.status_code == 302
    entry = entries(house.id)[-1]
    assert (entry.kind, entry.facts) == ("gateway.inquiry_routed", {"inquiry": kind})
    assert "Planted" not in entry.leaf.decode()
    row = models.Inquiry.objects.get()
    assert b"Planted" not in bytes(row.text)
    assert "Planted" in client.get(address(house, "elsewhere")).text


def test_a_request_without_words_or_kind_is_not_sent(house: House, signed_in: SignIn) -> None:
    client = signed_in("coder")
    for sent in ({"about": "contact", "text": " "}, {"about": "nonsense", "text": "x"}, {"text": "x"}):
        assert client.post(address(house, "elsewhere"), sent).status_code == 422
    with pytest.raises(InputRefused):
        route_inquiry(clinic=house.id, kind="nonsense", text="x", actor=house.actor("coder"), at=AT)
    with pytest.raises(Refused):
        route_inquiry(clinic=house.id, kind="contact", text="x", actor=SYSTEM, at=AT)
    assert not models.Inquiry.objects.exists()


def test_the_privacy_officer_is_asked_and_answers(house: House, signed_in: SignIn) -> None:
    asked = route_inquiry(
        clinic=house.id, kind="department", text="Billing wants it", actor=house.actor("coder"), at=AT
    )
    officer = member(house.users["privacy_officer"], house.id, AT)
    coder = member(house.users["coder"], house.id, AT)
    assert officer
    assert coder
    (one,) = due(officer, house.clinic, AT + HOUR)  # type: ignore[arg-type]
    assert one.page == "gateway:inquiries"
    assert due(coder, house.clinic, AT + HOUR) == []  # type: ignore[arg-type]
    client = signed_in("privacy_officer")
    assert address(house, "inquiry", inquiry=asked) in client.get(address(house, "inquiries")).text
    assert "Billing wants it" in client.get(address(house, "inquiry", inquiry=asked)).text
    assert client.post(address(house, "inquiry", inquiry=asked), {"answer": ""}).status_code == 422
    assert client.post(address(house, "inquiry", inquiry=asked), {"answer": "Send them to desk 4"}).status_code == 302
    assert due(officer, house.clinic, AT + HOUR) == []  # type: ignore[arg-type]
    entry = entries(house.id)[-1]
    assert entry.kind == "gateway.inquiry_closed"
    assert "desk 4" not in entry.leaf.decode()
    again = client.post(address(house, "inquiry", inquiry=asked), {"answer": "Another"})
    assert again.status_code == 422
    assert "answered before" in again.text
    assert "desk 4" in signed_in("coder").get(address(house, "elsewhere")).text
    assert "desk 4" not in signed_in("qa_auditor").get(address(house, "elsewhere")).text


def test_nobody_answers_themselves_and_no_other_clinics(house: House, other_house: House) -> None:
    asked = route_inquiry(clinic=house.id, kind="own", text="Mine", actor=house.actor("coder"), at=AT)
    with pytest.raises(Refused, match="asked themselves"):
        close_inquiry(clinic=house.id, inquiry=asked, answer="Yes", actor=house.actor("coder"), at=AT)
    with pytest.raises(models.Inquiry.DoesNotExist):
        close_inquiry(
            clinic=other_house.id, inquiry=asked, answer="x", actor=other_house.actor("privacy_officer"), at=AT
        )
    assert inquiring.inquiry(other_house.id, asked) is None


def test_my_work_offers_the_purpose_in_plain_words(house: House, signed_in: SignIn, settings: Any) -> None:
    settings.FHIR_BASE = "https://ehr.example/fhir"
    assigned(house, kind="qa_review")
    page = signed_in("coder").get(reverse("assignments:my_work", kwargs={"clinic": house.id})).text
    assert address(house, "elsewhere") in page
    assert 'name="purpose" value="quality_review"' in page
    assert "Open to review it" in page


def test_the_queue_and_the_gateway_agree_what_work_is_for() -> None:
    assert PURPOSES["quality_review"] == set(queue.REVIEWING)
    assert PURPOSES["coding"] == set(queue.KINDS) - set(queue.REVIEWING)
    assert KINDS.keys() == queue.KINDS.keys()


def test_asking_for_somebody_needs_somebody(house: House) -> None:
    with pytest.raises(ValueError, match="a person who asks"):
        explain_own(clinic=clinic_of(house.id), patient="P1", purpose="coding", actor=SYSTEM, at=AT)  # type: ignore[arg-type]
