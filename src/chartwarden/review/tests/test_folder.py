"""What is wrong with a review folder is said in one line a fault, all at once."""

from pathlib import Path

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.review.examples import CLINIC, DEFAULTS
from chartwarden.review.folder import check_thresholds, open_folder, read_clinic
from chartwarden.review.services import detectors


def fill(folder: Path, leave_out: str = "") -> Path:
    (folder / "clinic.toml").write_text(CLINIC)
    for name, content in DEFAULTS.items():
        if name != leave_out:
            (folder / f"{name}.csv").write_text(content)
    return folder


@pytest.mark.parametrize("missing", ["workforce", "assignments"])
def test_a_missing_feed_is_named(tmp_path: Path, missing: str) -> None:
    with pytest.raises(InputRefused, match=rf"expected a feed {missing} \(\.csv.*; found none"):
        open_folder(fill(tmp_path, missing))


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        open_folder(tmp_path)
    assert len(refused.value.faults) == 4


def test_two_files_for_one_feed_are_refused(tmp_path: Path) -> None:
    (fill(tmp_path) / "workforce.tsv").write_text("person\n")
    with pytest.raises(InputRefused, match=r"found workforce\.csv and workforce\.tsv"):
        open_folder(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="no such folder"):
        open_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('time_zone = "UTC"', "clinic.toml, name: expected a text; found None"),
        ('name = "A"\ntime_zone = "Chicago"', "clinic.toml, time_zone: expected an IANA time zone"),
        ('name = "A"\ntime_zone = "UTC"\nholidays = "Atlantis"', "clinic.toml, holidays: expected a region such as US"),
        ('name = "A"\ntime_zone = "UTC"\ngrace_minutes = "15"', "clinic.toml, grace_minutes: expected a number"),
        ('name = "A"\ntime_zone = "UTC"\nsize = 3', "clinic.toml, size: expected one of name, time_zone"),
        ('name = "A"\ntime_zone = "UTC"\n[thresholds.x]\ny = "z"', "clinic.toml, thresholds.x.y: expected a number"),
        ('name = "A"\ntime_zone = "UTC"\n[thresholds.x]\ny = inf', "clinic.toml, thresholds.x.y: expected a number"),
        ('name = "A"\ntime_zone = "UTC"\n[thresholds.x]\ny = nan', "clinic.toml, thresholds.x.y: expected a number"),
        ("name = ", "clinic.toml: expected TOML; found"),
    ],
)
def test_clinic_toml_faults_name_the_key(tmp_path: Path, toml: str, message: str) -> None:
    (tmp_path / "clinic.toml").write_text(toml)
    with pytest.raises(InputRefused) as refused:
        read_clinic(tmp_path / "clinic.toml")
    assert str(refused.value).startswith(message)


def test_thresholds_are_read_by_detector(tmp_path: Path) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC + "[thresholds.unassigned_access]\nweight = 2\n")
    assert read_clinic(tmp_path / "clinic.toml").thresholds == {"unassigned_access": {"weight": 2.0}}


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ("[thresholds.unasigned]\nweight = 2\n", r"thresholds\.unasigned: expected a detector: .*unassigned_access"),
        (
            "[thresholds.unassigned_access]\nweigt = 2\n",
            r"unassigned_access: expected one of .*weight.*; found 'weigt'",
        ),
    ],
)
def test_a_mistyped_threshold_is_refused(tmp_path: Path, thresholds: str, message: str) -> None:
    (tmp_path / "clinic.toml").write_text(CLINIC + thresholds)
    with pytest.raises(InputRefused, match=message):
        check_thresholds(read_clinic(tmp_path / "clinic.toml"), detectors())
