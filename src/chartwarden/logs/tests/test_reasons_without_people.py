"""What identifies a person never stands in a reason, nor in the refusal of a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.progress import Quiet
from chartwarden.logs.catalogue import PATIENTS
from chartwarden.logs.contracts import Column, FeedRead, Quarantined, Source
from chartwarden.logs.formats import gnumed_access_log
from chartwarden.logs.services import read_feed
from chartwarden.logs.tables.values import IDENTIFYING, RowFault, parser
from chartwarden.logs.tests.support import CHICAGO

Read = Callable[[str], FeedRead]


@pytest.fixture
def patients(tmp_path: Path, scratch: Path) -> Read:
    def read(content: str) -> FeedRead:
        path = tmp_path / "patients.csv"
        path.write_text(content, encoding="utf-8")
        return read_feed(PATIENTS, path, CHICAGO, scratch, Quiet())

    return read


def test_a_bad_date_of_birth_is_only_counted(patients: Read) -> None:
    (row,) = patients("patient,family_name,birth_date\nP1,Doe,1/2/1950\n").quarantined
    assert row.reason == "birth_date: expected a date such as 2026-03-08; found 8 characters"


@pytest.mark.parametrize("column", sorted(IDENTIFYING))
def test_no_column_about_a_person_shows_its_value(column: str) -> None:
    with pytest.raises(RowFault) as fault:
        parser(Column(column, "id", ""), CHICAGO)("Doe\nJane")
    assert str(fault.value) == f"{column}: expected a value on one line; found 8 characters"


def test_a_row_that_cannot_be_split_is_not_shown(patients: Read) -> None:
    (row,) = patients('patient,family_name,birth_date\nP1,"Doe"x,1950-01-02\n').quarantined
    assert "Doe" not in row.reason


def test_a_file_without_a_header_does_not_show_its_first_row(patients: Read) -> None:
    with pytest.raises(InputRefused) as refused:
        patients("P1,Doe,Jane,1950-01-02\n")
    assert str(refused.value) == "patients.csv, line 1: expected the column patient; found no header row"


def test_an_action_that_names_a_patient_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    action = gnumed_access_log.ACCESS + " of Jane Doe"
    path.write_text(f"pk,modified_when,modified_by,user_action\n1,2026-03-02 09:00,any-doc,{action}\n", "utf-8")
    (row,) = gnumed_access_log.FORMAT.read(Source("log.csv", path, ZoneInfo("UTC")))
    assert isinstance(row, Quarantined)
    assert row.reason.endswith(f"; found {len(action)} characters")
