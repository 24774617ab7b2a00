from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from chartwarden.demo.clinic import make_clinic
from chartwarden.demo.truth import truth_path
from chartwarden.kernel.errors import InputRefused

TINY = {"coders": 3, "weeks": 2, "patients": 300}


def contents(folder: Path) -> dict[str, bytes]:
    held = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return held | {"truth": truth_path(folder).read_bytes()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    make_clinic(tmp_path / "one", seed=7, **TINY)
    make_clinic(tmp_path / "two", seed=7, **TINY)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_seed_gives_another_clinic(tmp_path: Path) -> None:
    make_clinic(tmp_path / "one", seed=7, **TINY)
    make_clinic(tmp_path / "two", seed=8, **TINY)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert all(one[name] != two[name] for name in ("accesses.csv", "patients.csv", "workforce.csv", "truth"))


def test_making_it_again_in_another_format_replaces_the_log(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    make_clinic(folder, seed=7, **TINY)
    plain = contents(folder)
    make_clinic(folder, seed=7, log_format="fhir", **TINY)
    fhir = contents(folder)
    assert set(plain) - set(fhir) == {"accesses.csv"}
    assert set(fhir) - set(plain) == {"accesses.ndjson"}
    assert all(plain[name] == fhir[name] for name in set(plain) & set(fhir))


def test_the_truth_lies_beside_the_feeds(tmp_path: Path) -> None:
    make_clinic(tmp_path / "clinic", seed=7, **TINY)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clinic", "clinic.truth.json"]
    assert tomllib.loads((tmp_path / "clinic" / "clinic.toml").read_text())["time_zone"] == "America/Chicago"


def test_every_fault_of_the_arguments_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        make_clinic(tmp_path / "clinic", coders=1, weeks=1, patients=3, log_format="hl7", missing_assignments=2)
    assert [fault.where for fault in refused.value.faults] == [
        "--coders",
        "--weeks",
        "--patients",
        "--format",
        "missing assignments",
    ]
    assert not (tmp_path / "clinic").exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("keep me")
    with pytest.raises(InputRefused, match="an earlier demo clinic"):
        make_clinic(folder, **TINY)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "clinic").write_text("")
    with pytest.raises(InputRefused, match="expected a folder; found a file"):
        make_clinic(tmp_path / "clinic", **TINY)


def test_stages_are_told(tmp_path: Path) -> None:
    class Told:
        def __init__(self) -> None:
            self.stages: list[str] = []
            self.advanced = 0

        def stage(self, name: str, total: int | None = None) -> None:
            self.stages.append(name)

        def advance(self, amount: int) -> None:
            self.advanced += amount

    told = Told()
    make_clinic(tmp_path / "clinic", progress=told, **TINY)
    assert told.stages == ["People", "Shifts", "Wrongs", "Writing the feeds"]
    assert told.advanced > 20
