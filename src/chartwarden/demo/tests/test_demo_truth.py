from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from chartwarden.demo.clinic import make_clinic
from chartwarden.demo.contracts import Known
from chartwarden.demo.planting import violations
from chartwarden.demo.tests.made import Made
from chartwarden.demo.truth import read_truth, truth_path
from chartwarden.kernel.errors import InputRefused

KINDS = {
    "unassigned_access", "outside_working_hours", "volume_above_queue", "slow_creep", "family_or_household",
    "neighbour", "colleague", "public_figure", "self_access", "repeat_after_close", "anothers_queue",
    "contact_lookup", "copy_retained", "after_separation", "vendor_agreement_not_in_force",
    "unapproved_device_or_network", "shared_login", "search_by_name", "unknown_actor",
}  # fmt: skip
HARD_NEGATIVES = {
    "same_surname_stranger", "same_tower_stranger", "approved_overtime", "night_shift", "clock_change",
    "late_assignment", "reopened_work", "mis_click", "relative_reassigned", "grace_after_end", "ticket",
    "colleague_assigned", "public_figure_assigned", "copy_for_the_task",
}  # fmt: skip
Row = dict[str, str]


def rows(made: Made, name: str) -> list[Row]:
    with (made.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_kind_has_a_file() -> None:
    assert set(violations()) == KINDS


def test_every_kind_is_planted(usual: Made) -> None:
    assert {violation.kind for violation in usual.truth.violations} == KINDS


def test_every_kind_of_hard_negative_is_there(usual: Made) -> None:
    assert {known.kind for known in usual.truth.hard_negatives} >= HARD_NEGATIVES


def test_a_tiny_clinic_shows_most_of_it(tiny: Made) -> None:
    assert len({violation.kind for violation in tiny.truth.violations}) >= 15


def test_the_file_holds_what_was_returned(tiny: Made) -> None:
    assert read_truth(truth_path(tiny.folder)) == tiny.truth


def test_events_are_the_coders_own(usual: Made) -> None:
    log = {row["event"]: row for row in rows(usual, "accesses")}
    person = {login: row["person"] for row in rows(usual, "workforce") for login in row["logins"].split(";")}
    for known in (*usual.truth.violations, *usual.truth.hard_negatives):
        for event in known.events:
            actor = log[event]["actor"]
            assert person.get(actor, actor) == known.coder
            if known.patient and log[event]["patient"]:
                assert log[event]["patient"] == known.patient


def test_a_violation_has_events_and_times(usual: Made) -> None:
    for violation in usual.truth.violations:
        assert violation.events
        assert violation.begins is not None
        assert violation.ends is not None
        assert violation.begins <= violation.ends


def test_hard_negatives_hold_nothing_improper(usual: Made) -> None:
    proper = {event for known in usual.truth.hard_negatives for event in known.events}
    assert not proper & usual.truth.improper


def planted(made: Made, kind: str) -> list[Known]:
    found = [violation for violation in made.truth.violations if violation.kind == kind]
    assert found
    return found


def test_own_record_is_ones_own(usual: Made) -> None:
    staff = {row["person"]: row for row in rows(usual, "workforce")}
    patients = {row["patient"]: row for row in rows(usual, "patients")}
    for known in planted(usual, "self_access"):
        one, other = staff[known.coder], patients[known.patient or ""]
        assert [one[c] for c in ("family_name", "given_name", "birth_date")] == [
            other[c] for c in ("family_name", "given_name", "birth_date")
        ]


def test_a_relative_can_be_known_from_the_feeds(usual: Made) -> None:
    """Same home, or the worker is the one to call: a violation that nothing shows would measure luck."""

    def digits(phone: str) -> str:
        return "".join(sign for sign in phone if sign.isdigit())

    staff = {row["person"]: row for row in rows(usual, "workforce")}
    patients = {row["patient"]: row for row in rows(usual, "patients")}
    for known in planted(usual, "family_or_household"):
        one, other = staff[known.coder], patients[known.patient or ""]
        same_home = one["address_line"].upper().split()[:2] == other["address_line"].upper().split()[:2]
        to_call = digits(other["contact_phone"]) == digits(one["phone"])
        assert same_home or to_call


def test_after_separation_is_after_the_end(usual: Made) -> None:
    ended = {row["person"]: row["ended_at"] for row in rows(usual, "workforce")}
    for known in planted(usual, "after_separation"):
        assert datetime.fromisoformat(known.begins or "") > datetime.fromisoformat(ended[known.coder])


def test_unknown_actors_are_on_no_list(usual: Made) -> None:
    logins = {login for row in rows(usual, "workforce") for login in row["logins"].split(";")}
    assert all(known.coder not in logins for known in planted(usual, "unknown_actor"))


def test_the_truth_tells_which_improper_events_the_queue_covers(usual: Made) -> None:
    truth = usual.truth
    assert truth.under_assignment | truth.no_record <= truth.improper
    assert not truth.under_assignment & truth.no_record
    covered = {violation.kind: len(set(violation.events) & truth.under_assignment) for violation in truth.violations}
    assert covered["unassigned_access"] == 0
    assert covered["repeat_after_close"] == 0
    assert covered["unapproved_device_or_network"] > 0


def test_missing_assignments_change_the_queue_only(tmp_path: Path) -> None:
    size = {"coders": 3, "weeks": 2, "patients": 300}
    whole = make_clinic(tmp_path / "whole", seed=5, **size)
    gaps = make_clinic(tmp_path / "gaps", seed=5, missing_assignments=0.2, **size)
    assert gaps.violations == whole.violations
    assert gaps.hard_negatives == whole.hard_negatives
    assert gaps.under_assignment < whole.under_assignment
    left = {name: (tmp_path / name / "assignments.csv").read_text().splitlines() for name in ("whole", "gaps")}
    assert set(left["gaps"]) < set(left["whole"])
    assert 0.7 < len(left["gaps"]) / len(left["whole"]) < 0.9
    accesses = [(tmp_path / name / "accesses.csv").read_bytes() for name in ("whole", "gaps")]
    assert accesses[0] == accesses[1]


@pytest.mark.parametrize(
    ("content", "found"),
    [("", "JSONDecodeError"), ("{}", "KeyError"), (json.dumps({"schema": "other/1"}), "other/1"), ("[1]", "TypeError")],
)
def test_a_file_that_is_no_truth_is_refused(tmp_path: Path, content: str, found: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(InputRefused, match=found):
        read_truth(tmp_path / "x.json")


def test_a_missing_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="No such file"):
        read_truth(tmp_path / "x.json")
