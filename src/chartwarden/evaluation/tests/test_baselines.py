from __future__ import annotations

from pathlib import Path

import pytest

from chartwarden.demo.clinic import make_clinic
from chartwarden.demo.contracts import Truth
from chartwarden.evaluation.baselines import plain_rules, random_order, unassigned_only
from chartwarden.evaluation.baselines._feeds import Feeds, read_feeds
from chartwarden.evaluation.comparing import run_baselines

HEADERS = {
    "accesses": "event,occurred_at,actor,action,patient,document,outcome",
    "workforce": "person,logins,role,employer,family_name,given_name,birth_date,time_zone",
    "assignments": "assignment,patient,coder,kind,assigned_at,ended_at",
    "schedules": "person,weekday,starts,ends,from,to",
    "patients": "patient,family_name,given_name,birth_date,flags",
}
WORKFORCE = ["W1,ann;ann2,coder,,Ash,Ann,1980-01-01,America/Chicago", "W2,nora,nurse,,Elm,Nora,1985-01-01,UTC"]
PATIENTS = ["P1,Oak,Ina,1970-01-01,", "P2,Ash,Olaf,1971-01-01,", "P3,Fir,Eve,1972-01-01,public_figure"]
SCHEDULES = ["W1,mon,22:00,06:00,,", "W1,tue,09:00,17:00,2026-03-03,2026-03-03"]
ASSIGNED = ["A1,P1,W1,initial,2026-03-02T20:00:00-06:00,2026-03-03T01:00:00-06:00"]


def feeds(folder: Path, *accesses: str, assignments: list[str] | None = None) -> Feeds:
    """Accesses as ``time action patient [outcome]``; W1 by login ann unless another stands before."""
    lines = []
    for number, access in enumerate(accesses, 1):
        actor, at, action, patient, outcome = [*access.split(), "success"][:5]
        lines.append(f"E{number},{at},{actor},{action},{patient.replace('-', '')},,{outcome}")
    tables = {
        "accesses": lines, "workforce": WORKFORCE, "patients": PATIENTS, "schedules": SCHEDULES,
        "assignments": ASSIGNED if assignments is None else assignments,
    }  # fmt: skip
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join([HEADERS[name], *rows, ""]))
    return read_feeds(folder)


def test_scope_is_coders_and_unknown_actors_with_a_record_opened(tmp_path: Path) -> None:
    held = feeds(
        tmp_path,
        "ann 2026-03-02T23:00:00-06:00 open P1",
        "ann2 2026-03-02T23:05:00-06:00 open P2",
        "nora 2026-03-02T23:05:00-06:00 open P2",
        "ghost 2026-03-02T23:05:00-06:00 open P3",
        "ann 2026-03-02T23:06:00-06:00 open P3 denied",
        "ann 2026-03-02T23:07:00-06:00 login -",
    )
    assert [(one.event, one.coder, one.assigned) for one in held.seen] == [
        ("E1", "W1", True),
        ("E2", "W1", False),
        ("E4", "ghost", False),
    ]


def test_unassigned_only_ranks_by_the_number_of_accesses(tmp_path: Path) -> None:
    held = feeds(
        tmp_path,
        "ann 2026-03-02T23:00:00-06:00 open P1",
        "ann 2026-03-02T23:05:00-06:00 open P2",
        "ann 2026-03-02T23:06:00-06:00 open P3",
        "ann 2026-03-02T23:07:00-06:00 view P3",
        "ann 2026-03-03T02:07:00-06:00 view P1",
    )
    cases = unassigned_only.cases(held)
    assert [(case.patient, sorted(case.events)) for case in cases] == [
        ("P3", ["E3", "E4"]),
        ("P1", ["E5"]),
        ("P2", ["E2"]),
    ]


@pytest.mark.parametrize(
    ("at", "fires"),
    [
        ("2026-03-02T22:00:00-06:00", False),  # Monday night begins
        ("2026-03-03T05:59:00-06:00", False),  # and ends on Tuesday
        ("2026-03-03T08:00:00-06:00", True),
        ("2026-03-03T12:00:00-06:00", False),  # extra hours on that Tuesday
        ("2026-03-10T12:00:00-05:00", True),  # not on the next
        ("2026-03-02T05:00:00-06:00", True),  # no Sunday night
    ],
)
def test_outside_hours_by_the_schedule_over_midnight(tmp_path: Path, at: str, fires: bool) -> None:
    always = ["A1,P1,W1,initial,2026-03-01T00:00:00-06:00,"]
    held = feeds(tmp_path, f"ann {at} open P1", assignments=always)
    assert bool(plain_rules.cases(held)) == fires


def test_more_patients_than_the_queue_held(tmp_path: Path) -> None:
    at = "2026-03-02T23:00:00-06:00"
    held = feeds(tmp_path, f"ann {at} open P1")
    assert plain_rules.cases(held) == []
    both = ["A1,P1,W1,initial,2026-03-01T00:00:00-06:00,"]
    held = feeds(tmp_path, f"ann {at} open P1", f"ann2 {at} open P2", assignments=both)
    assert {case.patient for case in plain_rules.cases(held)} == {None, "P2"}  # the day, and the surname


def test_public_figures_and_returns_after_the_end(tmp_path: Path) -> None:
    held = feeds(
        tmp_path,
        "ann 2026-03-02T23:00:00-06:00 open P3",
        "ann 2026-03-03T02:00:00-06:00 open P1",
        "ann 2026-03-03T02:01:00-06:00 view P1",
        assignments=[*ASSIGNED, "A2,P3,W1,initial,2026-03-01T00:00:00-06:00,"],
    )
    assert [case.patient for case in plain_rules.cases(held)] == ["P1", "P3"]


def test_random_order_holds_every_pair_once_and_does_not_change(tmp_path: Path) -> None:
    at = "2026-03-02T23:00:00-06:00"
    held = feeds(
        tmp_path, *(f"{who} {at} open {patient}" for who in ("ann", "ghost") for patient in ("P1", "P2", "P3"))
    )
    cases = random_order.cases(held)
    assert len({(case.coder, case.patient) for case in cases}) == len(cases) == 6
    assert random_order.cases(held) == cases


def test_all_baselines_run_over_a_demo_clinic(tmp_path: Path) -> None:
    truth = make_clinic(tmp_path / "clinic", seed=2, coders=3, weeks=2, patients=300)
    results = {one.name: one for one in run_baselines(tmp_path / "clinic", truth)}
    assert set(results) == {"random order", "unassigned only", "four plain rules", "isolation forest"}
    rankings = {name: one.ranking for name, one in results.items()}
    assert all(ranking is not None and ranking.cases > 10 for ranking in rankings.values())
    random, unassigned = rankings["random order"], rankings["unassigned only"]
    assert random is not None
    assert unassigned is not None
    assert random.recall[1.0].value < unassigned.recall[1.0].value


def test_baselines_say_why_they_cannot_run(tmp_path: Path) -> None:
    results = run_baselines(tmp_path, Truth(1, 1, (), (), frozenset(), frozenset()))
    assert all(one.ranking is None and "accesses.csv" in one.why_not for one in results)
