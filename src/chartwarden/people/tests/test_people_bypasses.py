"""Ways to more than one's role allows that were found once, and stay closed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chartwarden.clinics.services import change_settings
from chartwarden.kernel.decisions import ALLOWED, Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import services
from tests.support.clinic import AT, House


def test_who_may_not_grant_roles_may_not_invite_somebody_who_holds_them(house: House) -> None:
    owner = house.actor("owner")
    anna = services.add_person(
        clinic=house.id, values={"code": "anna", "given_name": "Anna"}, feed_role="officer",
        started_on=date(2026, 1, 1), actor=owner, at=AT,
    )  # fmt: skip
    services.invite(clinic=house.id, person=anna, email="a@hr.example", actor=house.actor("human_resources"), at=AT)
    services.grant_role(clinic=house.id, person=anna, role="privacy_officer", actor=owner, at=AT)
    services.grant_role(clinic=house.id, person=anna, role="owner", actor=owner, at=AT)
    for role in ("human_resources", "privacy_officer"):
        with pytest.raises(Refused):
            services.invite(clinic=house.id, person=anna, email="b@hr.example", actor=house.actor(role), at=AT)
    services.invite(clinic=house.id, person=anna, email="anna@clinic.example", actor=owner, at=AT)


def test_a_threshold_may_be_a_fraction(house: House) -> None:
    changes = {"thresholds": {"slow_creep": {"ratio": 1.5}}}
    changed = change_settings(clinic=house.id, changes=changes, actor=house.actor("owner"), at=AT, detection=ALLOWED)
    assert changed.thresholds == {"slow_creep": {"ratio": 1.5}}


def test_a_clinics_name_is_one_line(house: House) -> None:
    with pytest.raises(InputRefused, match="control character"):
        change_settings(clinic=house.id, changes={"name": "A\nBcc: x"}, actor=house.actor("owner"), at=AT)


def test_hsts_is_sent_where_people_come_by_https(client: Any, db: None, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    assert "Strict-Transport-Security" in client.get("/accounts/login/", secure=True).headers


def test_an_entry_beyond_the_head_is_believed_by_nobody(house: House) -> None:
    from chartwarden.ledger.entry import Entry
    from chartwarden.ledger.models import Entry as Row
    from chartwarden.ledger.queries import entries, verify_stored

    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    leaf = Entry(house.id, "review.signed", "system:x", at, {"review": "x"}, {"last_day": "2026-03-08"}).leaf()
    assert verify_stored(house.id).sound
    Row.objects.create(
        clinic_id=house.id, index=10**12, at=at, kind="review.signed", body=leaf.decode(), leaf_hash=bytes(32)
    )
    assert entries(house.id, kinds=("review.signed",)) == []
    (fault,) = verify_stored(house.id).faults
    assert "beyond the head" in str(fault)
