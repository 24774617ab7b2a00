"""What could not be looked at is said, and only then."""

from pathlib import Path

import pytest

from chartwarden.kernel.progress import Quiet
from chartwarden.review.contracts import Example
from chartwarden.review.coverage_notes import coverage_notes
from chartwarden.review.detecting import detect
from chartwarden.review.examples import write_example
from chartwarden.review.folder import open_folder
from chartwarden.review.session import detectors, explained

BARE = "event,occurred_at,actor,action,patient\ne1,2026-05-04T09:00:00,ana,open,P1\n"
FULL = (
    "event,occurred_at,actor,action,patient,document,device,address,query\n"
    "e1,2026-05-04T09:00:00,ana,view,P1,note,,10.8.0.7,\n"
    "e2,2026-05-04T09:00:00,ana,search,,,,,Larsen Jo\n"
)
LEAVERS = "person,logins,role,started_on,ended_at\nana,ana,coder,2020-01-01,\nben,ben,coder,2020-01-01,2026-01-31\n"
DEVICES = "device,owner\nLT-1,clinic\n"
NETWORKS = "cidr,kind\n10.8.0.0/16,vpn\n"
COLUMNS = ("the log names no documents", "no devices or addresses", "what was searched for", "gives no end dates")


def notes(folder: Path, **feeds: str) -> str:
    write_example(Example("", feeds, ()), folder)
    with explained(open_folder(folder), "duckdb", Quiet()) as session:
        return "\n".join(coverage_notes(session))


def test_columns_that_are_never_filled_are_told(tmp_path: Path) -> None:
    bare = notes(tmp_path / "bare", accesses=BARE)
    full = notes(tmp_path / "full", accesses=FULL, workforce=LEAVERS)
    assert [told for told in COLUMNS if told not in bare] == []
    assert [told for told in COLUMNS if told in full] == []


@pytest.mark.parametrize(
    ("feeds", "told"),
    [
        ({"devices": DEVICES}, ["Networks were not judged: no networks feed."]),
        ({"networks": NETWORKS}, ["Devices were not judged: no devices feed."]),
        ({"devices": DEVICES, "networks": NETWORKS}, []),
        ({}, []),
    ],
)
def test_the_half_that_could_not_look_is_told(tmp_path: Path, feeds: dict[str, str], told: list[str]) -> None:
    found = notes(tmp_path, accesses=FULL, **feeds).splitlines()
    assert [note for note in found if "were not judged" in note] == told


def test_with_neither_feed_the_detector_says_why_it_did_not_run(tmp_path: Path) -> None:
    write_example(Example("", {"accesses": FULL}, ()), tmp_path)
    name = "unapproved_device_or_network"
    with explained(open_folder(tmp_path), "duckdb", Quiet()) as session:
        only = {name: detectors()[name]}
        _, [run] = detect(session.engine, only, session.clinic, session.prepared, session.feeds, Quiet())
    assert (run.ran, run.why_not) == (False, "no devices and no networks feed")
