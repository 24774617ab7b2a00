"""One's own openings at the gateway stand on the page at once, each with why it was in order; other people's do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from chartwarden.assignments.services import add_work
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.services import append
from chartwarden.review.queries import my_openings
from tests.support.clinic import AT, House

HOUR = timedelta(hours=1)


def assigned(house: House, patient: str = "P-7") -> UUID:
    return add_work(
        clinic=house.id, patient=patient, encounter="", kind="initial", reason="", coder=house.people["coder"],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip


def told(house: House, kind: str, at: Any, role: str = "coder", assignment: UUID | None = None, **facts: Any) -> None:
    """An entry as the gateway writes it."""
    from django.db import transaction

    person = house.people[role]
    subject = {"person": str(person), **({"assignment": str(assignment)} if assignment else {})}
    with transaction.atomic():
        append(clinic=house.id, kind=kind, actor=Actor.of_person(person), at=at, subject=subject, facts=facts)


def test_readings_of_a_record_are_one_line_a_day_with_its_explanation(house: House) -> None:
    work, other = assigned(house), assigned(house, "P-8")
    told(house, "gateway.assignment_opened", AT + HOUR, assignment=work)
    for minutes in range(3):
        for seconds in (0, 0, 3, 59):  # one page of the record asks the EHR many times
            at = AT + HOUR + timedelta(minutes=minutes, seconds=seconds)
            told(house, "gateway.record_opened", at, assignment=work, reasons=["allowed"])
    told(house, "gateway.record_opened", AT + 24 * HOUR, assignment=work, reasons=["allowed"])
    told(house, "gateway.record_opened", AT + 25 * HOUR, assignment=other, reasons=["allowed"])
    for _ in range(2):
        told(house, "gateway.record_denied", AT + 26 * HOUR, reasons=["not_assigned"])
    told(house, "gateway.record_opened", AT + 27 * HOUR, "qa_auditor", reasons=["allowed"])
    found = my_openings(house.clinic, house.people["coder"], AT + 30 * HOUR)  # type: ignore[arg-type]
    assert [(one.patient, one.times, one.reasons) for one in found] == [
        ("", 2, ("not_assigned",)), ("P-8", 1, ()), ("P-7", 1, ()), ("P-7", 3, ()),
    ]  # fmt: skip
    assert (found[3].first_at, found[3].last_at) == (AT + HOUR, AT + HOUR + timedelta(minutes=2, seconds=59))
    assert found[3].work
    assert found[3].work.kind == "initial"
    late = AT + timedelta(days=14, hours=30)
    assert my_openings(house.clinic, house.people["coder"], late) == []  # type: ignore[arg-type]


def test_the_page_shows_them_before_any_log_is_imported(house: House, signed_in: Callable[[str], Any]) -> None:
    work, now = assigned(house), timezone.now()
    told(house, "gateway.record_opened", now, assignment=work, reasons=["allowed"])
    told(house, "gateway.record_denied", now, reasons=["purpose_not_permitted"])
    address = reverse("review:my_accesses", kwargs={"clinic": house.id})
    text = unescape(signed_in("coder").get(address).text)
    assert "Opened here lately" in text
    assert "assigned: first coding, since" in text
    assert "purpose not permitted" in text
    assert "P-7" in text
    other = signed_in("qa_auditor").get(address).text
    assert "Opened here lately" not in other
    assert "P-7" not in other
