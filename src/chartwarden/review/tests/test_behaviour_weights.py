"""What weighs more than what, and which accesses a signal holds: the detectors of behaviour beside their examples."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from chartwarden.review.contracts import Example, Signal
from chartwarden.review.examples import signals_of, write_example

ASSIGNED = "assignment,patient,coder,kind,assigned_at,ended_at\n"
OPENED = "event,occurred_at,actor,action,patient\n"


def seen(detector: str, folder: Path, clinic: str = "", **feeds: str) -> list[Signal]:
    write_example(Example("", feeds, (), clinic), folder)
    return signals_of(detector, folder)


def by_patient(signals: list[Signal]) -> dict[str | None, Signal]:
    return {signal.patient: signal for signal in signals}


def test_a_mis_click_ranks_last_and_coming_back_first(tmp_path: Path) -> None:
    found = by_patient(
        seen(
            "unassigned_access",
            tmp_path,
            accesses=OPENED
            + "e1,2026-05-04T09:00:00,ana,open,CLICK\n"
            + "e2,2026-05-04T09:01:00,ana,open,P1\n"
            + "e3,2026-05-04T10:00:00,ana,open,SHORT\n"
            + "e4,2026-05-04T11:00:00,ana,open,LONG\n"
            + "e5,2026-05-04T11:10:00,ana,view,LONG\n"
            + "e6,2026-05-04T12:00:00,ana,open,AGAIN\n"
            + "e7,2026-05-05T12:00:00,ana,open,AGAIN\n",
            assignments=ASSIGNED + "A1,P1,ana,initial,2026-05-04T08:00:00,\n",
        )
    )
    assert sorted(found, key=lambda patient: found[patient].weight) == ["CLICK", "SHORT", "LONG", "AGAIN"]
    assert "mis-click" in found["CLICK"].against


def test_a_refused_attempt_is_told_as_one(tmp_path: Path) -> None:
    [signal] = seen(
        "unassigned_access",
        tmp_path,
        accesses="event,occurred_at,actor,action,patient,outcome\ne1,2026-05-04T09:00:00,ana,open,P9,denied\n",
    )
    assert "tried to open" in signal.sentence
    assert signal.facts["denied"] == 1


@pytest.mark.parametrize(("zone", "days"), [("UTC", 2), ("America/Chicago", 1)])
def test_days_are_counted_in_the_persons_zone(tmp_path: Path, zone: str, days: int) -> None:
    [signal] = seen(
        "unassigned_access",
        tmp_path,
        accesses=OPENED + "e1,2026-05-04T23:00:00Z,ana,open,P9\ne2,2026-05-05T01:00:00Z,ana,view,P9\n",
        workforce=f"person,logins,role,started_on,time_zone\nana,ana,coder,2020-01-01,{zone}\n",
    )
    assert signal.facts["days"] == days


def test_folding_a_flood_drops_no_access(tmp_path: Path) -> None:
    looks = "".join(f"e{at},2026-05-04T09:{at:02}:00,{'ana' if at % 2 else 'ben'},open,P{at}\n" for at in range(20))
    clinic = "[thresholds.unassigned_access]\nmost_pairs = 3\n"
    signals = seen("unassigned_access", tmp_path, clinic, accesses=OPENED + looks)
    assert sum(signal.patient is not None for signal in signals) == 3
    assert {signal.coder for signal in signals if signal.patient is None} == {"ana", "ben"}
    assert sorted(number for signal in signals for number in signal.accesses) == list(range(20))


def test_a_copy_weighs_by_what_was_left_to_do(tmp_path: Path) -> None:
    found = by_patient(
        seen(
            "copy_retained",
            tmp_path,
            accesses=OPENED
            + "e1,2026-05-04T09:00:00,ana,print,PRINTED\n"
            + "e2,2026-05-04T09:10:00,ana,export,EXPORTED\n"
            + "e3,2026-05-04T09:20:00,ana,export,NEVER\n"
            + "e4,2026-05-04T10:05:00,ana,export,CLOSED\n"
            + "e5,2026-05-04T10:06:00,ana,export,TICKET\n",
            assignments=ASSIGNED
            + "A1,PRINTED,ana,initial,2026-05-04T08:00:00,\n"
            + "A2,EXPORTED,ana,initial,2026-05-04T08:00:00,\n"
            + "A3,CLOSED,ana,initial,2026-05-04T08:00:00,2026-05-04T10:00:00\n"
            + "A4,TICKET,ana,initial,2026-05-04T08:00:00,2026-05-04T09:00:00\n",
            tickets="person,patient,from,to,reason,approved_by\n"
            "ana,TICKET,2026-05-04T10:00:00,2026-05-04T11:00:00,appeal,sue\n",
        )
    )
    weights = {patient: signal.weight for patient, signal in found.items()}
    assert weights["PRINTED"] < weights["EXPORTED"] == weights["TICKET"] < weights["NEVER"] < weights["CLOSED"]


def test_explained_work_at_night_weighs_less_and_one_night_is_one_signal(tmp_path: Path) -> None:
    signals = seen(
        "outside_working_hours",
        tmp_path,
        accesses=OPENED
        + "e1,2026-05-04T22:00:00,ana,open,P1\ne2,2026-05-05T02:30:00,ana,view,P1\n"
        + "e3,2026-05-04T22:00:00,ben,open,P9\ne4,2026-05-05T02:30:00,ben,view,P9\n",
        schedules="person,weekday,starts,ends\n"
        + "".join(f"{who},{day},09:00,17:00\n" for who in ("ana", "ben") for day in ("mon", "tue")),
        assignments=ASSIGNED + "A1,P1,ana,initial,2026-05-04T08:00:00,\n",
    )
    ana, ben = sorted(signals, key=lambda signal: signal.coder)
    assert len(ana.accesses) == len(ben.accesses) == 2
    assert 0 < ana.weight < ben.weight
    assert ana.facts["hours_away"] == pytest.approx(6.5)
    assert ana.against
    assert not ben.against


def test_bursts_on_worked_days_in_a_row_are_one_signal(tmp_path: Path) -> None:
    monday = date(2026, 3, 2)
    days = [monday + timedelta(days=7 * week + day) for week in range(6) for day in range(5)]
    quiet = "".join(f"q{who}{day},{day}T09:00:00,{who},open,P1\n" for who in ("ana", "ben") for day in days)
    bursts = "".join(
        f"b{day}{number},{day}T10:{number:02}:00,ana,open,X{day}{number}\n"
        for day in (days[4], days[5], days[20])
        for number in range(15)
    )
    signals = seen(
        "volume_above_queue",
        tmp_path,
        accesses=OPENED + quiet + bursts,
        assignments=ASSIGNED + "".join(f"A{who},P1,{who},initial,2026-01-01T08:00:00,\n" for who in ("ana", "ben")),
    )
    assert [(signal.coder, signal.facts["days"], signal.facts["patients"]) for signal in signals] == [
        ("ana", 2, 30),
        ("ana", 1, 15),
    ]


def test_after_separation_only_what_came_after_counts(tmp_path: Path) -> None:
    workforce = "person,logins,role,started_on,ended_at\nana,ana,coder,2020-01-01,2026-05-04T17:00:00\n"
    rows = "e1,2026-05-04T16:59:59,ana,open,P1,success\ne2,2026-05-04T17:00:00,ana,view,P1,success\n"
    header = "event,occurred_at,actor,action,patient,outcome\n"
    [trailing] = seen("after_separation", tmp_path / "a", accesses=header + rows, workforce=workforce)
    later = rows + "e3,2026-05-06T09:00:00,ana,open,P2,denied\n"
    [back] = seen("after_separation", tmp_path / "b", accesses=header + later, workforce=workforce)
    assert trailing.facts["accesses"] == 1
    assert back.facts["accesses"] == 2
    assert trailing.weight < back.weight


def test_no_sentence_repeats_what_was_searched_for(tmp_path: Path) -> None:
    signals = seen(
        "search_by_name",
        tmp_path,
        accesses="event,occurred_at,actor,action,patient,query\n"
        "e1,2026-05-04T09:00:00,ana,search,,Sol Rivera\ne2,2026-05-04T09:01:00,ana,open,P9,\n"
        "e3,2026-05-05T09:00:00,ana,search,,Sol Rivera\n",
    )
    assert len(signals) == 2
    assert not any("ivera" in f"{signal.sentence}{signal.facts}{signal.against}" for signal in signals)


@pytest.mark.parametrize(("outcome", "weight"), [("", 0.6), ("cancelled", 2.0)])
def test_a_cancelled_assignment_without_an_end_excuses_no_copy(tmp_path: Path, outcome: str, weight: float) -> None:
    [signal] = seen(
        "copy_retained",
        tmp_path,
        accesses=OPENED + "e1,2026-05-04T09:00:00,ana,export,P1\n",
        assignments="assignment,patient,coder,kind,assigned_at,ended_at,outcome\n"
        + f"A1,P1,ana,initial,2026-05-04T08:00:00,,{outcome}\n",
    )
    assert signal.weight == weight
