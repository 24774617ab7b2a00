"""An attempt that the EHR refused saw nothing: most detectors leave it out, some tell it as what it is."""

from pathlib import Path

import pytest

from chartwarden.review.contracts import Example, Signal
from chartwarden.review.examples import signals_of, write_example

LOG = "event,occurred_at,actor,action,patient,document,outcome\n"
ASSIGNED = "assignment,patient,coder,kind,assigned_at,ended_at\n"
DENIED = LOG + "e1,2026-05-04T09:00:00,ana,open,P9,,denied\n"
STAFF = (
    "person,logins,role,started_on,family_name,given_name,birth_date,address_line,city,postal_code\n"
    "ana,ana,coder,2020-01-01,Okafor,Ana,1985-02-03,12 Main St,Springfield,62704\n"
    "nia,nia,nurse,2020-01-01,Larsen,Nia,1990-04-05,80 Lake Dr,Springfield,62702\n"
)
PATIENT = "patient,family_name,given_name,birth_date,address_line,city,postal_code,flags\n"
CLOSE = {
    "self_access": "P9,Okafor,Ana,1985-02-03,12 Main Street,Springfield,62704,\n",
    "family_or_household": "P9,Okafor,Jo,2001-01-01,12 Main St,Springfield,62704,\n",
    "neighbour": "P9,Larsen,Jo,2001-01-01,16 Main Street,Springfield,62704,\n",
    "colleague": "P9,Larsen,Nia,1990-04-05,80 Lake Drive,Springfield,62702,\n",
    "public_figure": "P9,Larsen,Jo,2001-01-01,1 Hill Rd,Peoria,61602,public_figure\n",
}


def seen(detector: str, folder: Path, **feeds: str) -> list[Signal]:
    write_example(Example("", feeds, ()), folder)
    return signals_of(detector, folder)


@pytest.mark.parametrize("detector", CLOSE)
def test_an_attempt_at_someone_close_is_told_as_one_and_weighs_little(detector: str, tmp_path: Path) -> None:
    feeds = {"workforce": STAFF, "patients": PATIENT + CLOSE[detector]}
    [tried] = seen(detector, tmp_path / "tried", accesses=DENIED, **feeds)
    opened = LOG + "e1,2026-05-04T09:00:00,ana,open,P9,,success\ne2,2026-05-04T09:05:00,ana,open,P9,,denied\n"
    [looked] = seen(detector, tmp_path / "looked", accesses=opened, **feeds)
    assert "tried to open the record" in tried.sentence
    assert "the EHR refused it" in tried.sentence
    assert tried.weight == 1.0
    assert "opened the record of patient P9" in looked.sentence
    assert len(looked.accesses) == 1
    assert looked.weight > 2


@pytest.mark.parametrize("detector", ["self_access", "family_or_household"])
def test_an_attempt_at_assigned_work_is_no_conflict_of_interest(detector: str, tmp_path: Path) -> None:
    feeds = {"workforce": STAFF, "patients": PATIENT + CLOSE[detector]}
    assigned = ASSIGNED + "A1,P9,ana,initial,2026-05-04T08:00:00,\n"
    assert seen(detector, tmp_path, accesses=DENIED, assignments=assigned, **feeds) == []


DAYS = "".join(f"q{day},2026-05-{day:02}T09:00:00,ana,open,P1,,success\n" for day in range(1, 31))
CALM = "".join(f"c{day},2026-05-{day:02}T09:00:00,ben,open,P1,,success\n" for day in range(1, 31))
MORE = "".join(f"s{number},2026-05-{19 + number // 2}T14:00:00,ana,open,X{number},,denied\n" for number in range(24))
BURST = "".join(f"b{number},2026-05-18T09:{number:02}:00,ana,open,X{number},,denied\n" for number in range(12))
OPEN = ASSIGNED + "A1,P1,ana,initial,2026-05-01T00:00:00,\nA2,P1,ben,initial,2026-05-01T00:00:00,\n"
QUIET = {
    "anothers_queue": (DENIED, ASSIGNED + "A1,P9,ben,initial,2026-05-04T08:00:00,\n"),
    "repeat_after_close": (DENIED, ASSIGNED + "A1,P9,ana,initial,2026-05-01T08:00:00,2026-05-02T08:00:00\n"),
    "contact_lookup": (LOG + "e1,2026-05-04T09:00:00,ana,view,P9,demographics,denied\n", ASSIGNED),
    "volume_above_queue": (LOG + DAYS + BURST, OPEN),
    "slow_creep": (LOG + DAYS + CALM + MORE, OPEN),
}


@pytest.mark.parametrize("detector", QUIET)
def test_what_was_refused_is_no_opening(detector: str, tmp_path: Path) -> None:
    accesses, assignments = QUIET[detector]
    assert seen(detector, tmp_path / "denied", accesses=accesses, assignments=assignments) == []
    allowed = accesses.replace("denied", "success")
    assert seen(detector, tmp_path / "allowed", accesses=allowed, assignments=assignments) != []


def test_a_search_followed_by_a_refusal_opened_nothing(tmp_path: Path) -> None:
    log = "event,occurred_at,actor,action,patient,query,outcome\n"
    searched = log + "e1,2026-05-04T09:00:00,ana,search,,Larsen Jo,success\n"
    [signal] = seen("search_by_name", tmp_path, accesses=searched + "e2,2026-05-04T09:01:00,ana,open,P9,,denied\n")
    assert signal.patient is None
