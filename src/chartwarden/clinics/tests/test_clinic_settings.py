"""Settings: what they may be, and what the ledger says of a change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.clinics import queries, services
from chartwarden.clinics.rules import checked, thresholds_from, thresholds_text
from chartwarden.kernel.decisions import ALLOWED
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from tests.support.clinic import AT, House

WRONG = [
    ("idle_minutes", 1), ("idle_minutes", 61), ("idle_minutes", True), ("grace_minutes", -1), ("grace_minutes", "15"),
    ("review_due_days", 0), ("lookback_days", 6), ("time_zone", "Chicago"), ("holidays", "XX"), ("holidays", "US-ZZ"),
    ("name", " "), ("name", "x" * 121), ("reviews_from", "2026-03-02"), ("thresholds", {"d": {"p": "much"}}),
    ("thresholds", {"d": 3}), ("thresholds", {"d": {"p": True}}), ("thresholds", {"d": {"p": float("nan")}}),
    ("demo", True), ("opened_at", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_what_a_setting_can_not_be(name: str, value: Any) -> None:
    with pytest.raises(InputRefused):
        checked(name, value)


numbers = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)
words = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)


@given(st.dictionaries(words, st.dictionaries(words, numbers, min_size=1), min_size=1))
def test_thresholds_are_read_as_they_were_written(thresholds: dict[str, dict[str, float]]) -> None:
    assert thresholds_from(thresholds_text(thresholds)) == thresholds


@pytest.mark.parametrize("text", ["[a", "a = 1", "[a]\nb = 'x'", "[a.b]\nc = 1"])
def test_other_text_is_no_thresholds(text: str) -> None:
    with pytest.raises(InputRefused):
        thresholds_from(text)


def test_a_change_tells_old_and_new_and_nothing_where_nothing_differs(house: House) -> None:
    changes = {"idle_minutes": 10, "holidays": "US-IL", "reviews_from": date(2026, 4, 6), "grace_minutes": 15}
    for _ in range(2):
        changed = services.change_settings(
            clinic=house.id, changes=changes, actor=house.actor("owner"), at=AT, detection=ALLOWED
        )
        assert (changed.idle_minutes, changed.holidays) == (10, "US-IL")
    assert queries.clinic(house.id) == changed
    told = [entry for entry in entries(house.id) if entry.kind == "clinics.settings_changed"]
    assert [entry.facts for entry in told] == [
        {
            "idle_minutes": {"from": 15, "to": 10},
            "holidays": {"from": "US", "to": "US-IL"},
            "reviews_from": {"from": "2026-03-02", "to": "2026-04-06"},
        }
    ]


def test_one_wrong_setting_changes_none(house: House) -> None:
    with pytest.raises(InputRefused):
        services.change_settings(
            clinic=house.id, changes={"idle_minutes": 10, "lookback_days": 1}, actor=house.actor("owner"), at=AT
        )
    assert queries.clinic(house.id).idle_minutes == 15  # type: ignore[union-attr]
