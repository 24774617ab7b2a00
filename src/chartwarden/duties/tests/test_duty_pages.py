"""Duties through their pages and their worker: seen, reminded of, closed once, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.clinics.services import acting_in, open_salt
from chartwarden.duties import queries, services
from chartwarden.duties.contracts import State
from chartwarden.duties.models import Closing, Reminder
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, Stale
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger import queries as ledger
from chartwarden.people.queries import member
from tests.support.clinic import AT, House

TRAINING_DUE = AT + timedelta(days=3)
SYSTEM = Actor.of_system("tests")


def close(house: House, role: str, at: datetime = TRAINING_DUE, **other: Any) -> None:
    given = {"duty": "yearly_training", "day": date(2026, 3, 9), "note": "Nine of nine attended.", **other}
    who = member(house.users[role], house.id, at)
    services.close_duty(clinic=house.clinic, member=who, actor=who.actor, at=at, **given)


def test_every_role_that_may_sees_the_pages_and_no_other(signed_in: Any, house: House) -> None:
    addresses = [reverse("duties:duties", kwargs={"clinic": house.id})]
    addresses += [reverse("duties:duty", kwargs={"clinic": house.id, "duty": name}) for name in queries.catalog()]
    for role, expected in [("privacy_officer", 200), ("auditor", 200), ("human_resources", 200), ("coder", 403)]:
        client = signed_in(role)
        assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, expected)


def test_an_unknown_duty_is_not_there(signed_in: Any, house: House) -> None:
    address = reverse("duties:duty", kwargs={"clinic": house.id, "duty": "no-such-duty"})
    assert signed_in("privacy_officer").get(address).status_code == 404


def test_closing_by_hand_leaves_a_sealed_note_and_an_entry(house: House) -> None:
    close(house, "human_resources", evidence="ab" * 32)
    row = Closing.objects.get(clinic_id=house.id)
    entry = ledger.entry(house.id, row.entry)
    assert entry is not None
    assert (entry.kind, entry.facts["occurrence"], entry.facts["late"]) == ("duties.closed", "2026-03-09", False)
    assert entry.facts["evidence"] == "ab" * 32
    assert ledger.commits_to(entry.private["note"], open_salt(house.id, row.salt), "Nine of nine attended.")
    assert b"attended" not in bytes(row.note)
    assert queries.notes(house.id, "yearly_training") == {date(2026, 3, 9): "Nine of nine attended."}
    (stands,) = queries.duty_year(house.clinic, "yearly_training", TRAINING_DUE).year
    assert stands.state is State.CLOSED


def test_closing_after_it_was_due_is_late(house: House) -> None:
    late = AT + timedelta(days=61)
    assert queries.duty_year(house.clinic, "yearly_training", late).year[0].state is State.OVERDUE
    close(house, "privacy_officer", late)
    assert queries.duty_year(house.clinic, "yearly_training", late).year[0].state is State.CLOSED_LATE


def test_the_second_to_close_is_told(house: House) -> None:
    close(house, "human_resources")
    with pytest.raises(Stale):
        close(house, "privacy_officer")
    assert Closing.objects.filter(clinic_id=house.id).count() == 1


@pytest.mark.parametrize(
    ("role", "other", "refusal"),
    [
        ("security_officer", {}, Refused),
        ("coder", {}, Refused),
        ("privacy_officer", {"duty": "weekly_log_review"}, Refused),
        ("privacy_officer", {"duty": "nothing"}, InputRefused),
        ("privacy_officer", {"note": "  \n"}, InputRefused),
        ("privacy_officer", {"note": "x" * 4001}, InputRefused),
        ("privacy_officer", {"evidence": "XY"}, InputRefused),
        ("privacy_officer", {"day": date(2027, 3, 9)}, InputRefused),
        ("privacy_officer", {"day": date(2026, 3, 10)}, InputRefused),
    ],
)
def test_what_does_not_close(house: House, role: str, other: dict[str, Any], refusal: type[Exception]) -> None:
    before = ledger.latest(house.id).size
    with pytest.raises(refusal):
        close(house, role, **other)
    assert (Closing.objects.count(), ledger.latest(house.id).size) == (0, before)


def test_a_signed_review_closes_the_week(house: House) -> None:
    from django.db import transaction

    from chartwarden.ledger.services import append

    at = datetime(2026, 3, 18, 15, tzinfo=UTC)
    with transaction.atomic():
        append(
            clinic=house.id, kind="review.signed", actor=house.actor("privacy_officer"), at=at,
            subject={"review": "r1"}, facts={"first_day": "2026-03-02", "last_day": "2026-03-08"},
        )  # fmt: skip
    year = queries.duty_year(house.clinic, "weekly_log_review", at).year
    states = {one.occurrence.day: one.state for one in year if one.occurrence.day <= date(2026, 3, 23)}
    assert states == {
        date(2026, 3, 9): State.CLOSED_LATE,
        date(2026, 3, 16): State.DUE,
        date(2026, 3, 23): State.UPCOMING,
    }


def test_who_is_told_on_their_home_page(house: House) -> None:
    def dues(role: str, at: datetime) -> dict[str, bool]:
        who = member(house.users[role], house.id, at)
        return {due.arguments["duty"]: due.late for due in queries.due(who, house.clinic, at)}

    assert dues("human_resources", TRAINING_DUE) == {"yearly_training": False}
    assert "yearly_training" not in dues("privacy_officer", TRAINING_DUE)
    late = AT + timedelta(days=62)
    assert dues("human_resources", late) == {"yearly_training": True}
    assert dues("privacy_officer", late)["yearly_training"] is True
    assert dues("privacy_officer", late)["weekly_log_review"] is True
    assert dues("coder", late) == {}


def test_each_step_is_reminded_of_once(house: House) -> None:
    remind = lambda at: services.remind(clinic=house.clinic, actor=SYSTEM, at=at)  # noqa: E731
    assert (remind(TRAINING_DUE) > 0, remind(TRAINING_DUE)) == (True, 0)
    late = AT + timedelta(days=61)
    assert (remind(late) > 0, remind(late)) == (True, 0)
    steps = Reminder.objects.filter(clinic_id=house.id, duty="yearly_training").values_list("step", flat=True)
    assert sorted(steps) == ["duty_due", "duty_late"]
    told = ledger.entries(house.id, kinds=("duties.reminded",), limit=1000)
    occurrences = [(e.subject["duty"], e.facts["step"], day) for e in told for day in e.facts["occurrences"]]
    assert len(occurrences) == len({*occurrences}) == Reminder.objects.count()


@pytest.fixture
def today(house: House) -> Iterator[date]:
    """The local day on which the clinic's yearly duties came round last: the pages read the real clock."""
    from chartwarden.clinics.models import Clinic

    opened = timezone.now() - timedelta(days=2)
    Clinic.objects.filter(id=house.id).update(opened_at=opened, reviews_from=None)
    return opened.astimezone(house.clinic.time_zone).date()


def test_the_form_closes_what_is_open(signed_in: Any, house: House, today: date) -> None:
    client = signed_in("human_resources")
    address = reverse("duties:duty", kwargs={"clinic": house.id, "duty": "yearly_training"})
    assert "Close with this note" in client.get(address).text
    shown = client.post(address, {"day": today.isoformat(), "note": " "})
    assert (shown.status_code, "This field is required" in shown.text) == (422, True)
    file = SimpleUploadedFile("list.csv", b"name,present\n")
    answer = client.post(address, {"day": today.isoformat(), "note": "All came.", "evidence": file})
    assert answer.status_code == 302
    page = client.get(address).text
    assert "All came." in page
    assert hashlib.sha256(b"name,present\n").hexdigest() in page
    assert "Close with this note" not in page
    again = client.post(address, {"day": today.isoformat(), "note": "Once more."}, follow=True)
    assert "Somebody has closed this already" in again.text


def test_another_clinics_closings_are_not_seen(house: House, other_house: House) -> None:
    with acting_in(other_house.id):
        close(other_house, "human_resources")
    with acting_in(house.id):
        found = queries.duty_year(clinic_of(house.id), "yearly_training", TRAINING_DUE)
    assert found.year[0].state is State.DUE
