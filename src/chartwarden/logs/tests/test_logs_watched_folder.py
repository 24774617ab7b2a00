"""The watched folder takes what is put into it, and says why where it does not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from chartwarden.clinics.queries import inputs_changed_at, inputs_revision
from chartwarden.logs import watching
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import read_next
from chartwarden.logs.tests.test_logs_imports import AT, LOG, QUEUE
from tests.support.clinic import House


@pytest.fixture
def folder(house: House) -> Iterator[Path]:
    watching._seen.clear()
    made = Path(settings.DATA) / "incoming" / str(house.id)
    made.mkdir(parents=True)
    yield made
    watching._seen.clear()


def looks(times: int = 3) -> None:
    for _ in range(times):
        watching.look(AT)
        while read_next(AT):
            pass


def test_a_log_is_taken_counted_and_only_then_deleted(house: House, folder: Path) -> None:
    path = folder / "accesses.csv"
    path.write_text(LOG)
    assert watching.look(AT) == 0
    path.write_text(LOG + "2026-03-05T09:00:00-06:00,ana,open,P9\n")
    assert watching.look(AT) == 0
    assert watching.look(AT) == 1
    assert path.exists()
    looks(1)
    assert path.exists()
    looks(1)
    assert list(folder.iterdir()) == []
    assert inputs_changed_at(house.id)["log"] == inputs_revision(house.id)
    assert LogImport.objects.get().read == 3


def test_feeds_come_in_an_order_that_lets_them_refer_to_each_other(house: House, folder: Path) -> None:
    (folder / "assignments.csv").write_text(QUEUE)
    (folder / "networks.csv").write_text("cidr,kind\n10.0.0.0/8,office\n")
    looks()
    assert {"assignments", "networks"} <= inputs_changed_at(house.id).keys()
    assert list(folder.iterdir()) == []


def test_a_refused_file_stays_with_the_reason_until_it_is_mended(house: House, folder: Path) -> None:
    path, told = folder / "patients.csv", folder / "patients.csv.refused.txt"
    path.write_text("P7,Doe,Jane\n")
    looks(5)
    assert path.exists()
    assert "expected the column patient" in told.read_text()
    assert "Doe" not in told.read_text()
    assert LogImport.objects.count() == 1
    path.write_text("patient,family_name\nP7,Doe\n")
    later = told.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))
    looks(5)
    assert list(folder.iterdir()) == []
    assert LogImport.objects.get(state="counted").kind == "patients"


def test_what_counts_already_is_only_deleted(house: House, folder: Path) -> None:
    for _ in range(2):
        (folder / "log.csv").write_text(LOG)
        looks(4)
    assert list(folder.iterdir()) == []
    assert LogImport.objects.count() == 1


@pytest.mark.parametrize("name", [".hidden.csv", "log.csv.part", "log.tmp"])
def test_what_is_not_finished_is_left_alone(name: str, house: House, folder: Path) -> None:
    (folder / name).write_text(LOG)
    looks()
    assert LogImport.objects.count() == 0
    assert (folder / name).exists()
