"""Nothing of a clinic's people or patients lies in clear under the data folder."""

from __future__ import annotations

import base64
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chartwarden.demo.services import make_clinic

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "chartwarden.logs.tests.import_process"]
NAMED = ("family_name", "given_name", "address_line", "phone", "contact_name", "contact_phone", "birth_date")
SHORTEST = 6
"""Shorter texts occur by chance among so many random bytes."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "clinic"
    make_clinic(folder, seed=5, coders=3, weeks=2, patients=300)
    return folder


def planted(clinic: Path) -> set[str]:
    found: set[str] = set()
    for name in ("patients.csv", "workforce.csv"):
        with (clinic / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found |= {row[column] for column in NAMED if len(row.get(column) or "") >= SHORTEST}
    return found


def test_no_planted_name_is_found_in_any_byte(clinic: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
        "CHARTWARDEN_DATA": str(data),
        "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "DATABASE_URL": "",
    }
    for arguments in (["prepare", str(clinic)], ["work", "0"]):
        subprocess.run([*PROGRAM, *arguments], env=environment, cwd=ROOT, check=True, capture_output=True)
    shown = subprocess.run([*PROGRAM, "show"], env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    counted = {row[0] for row in json.loads(shown.stdout) if row[1] == "counted"}
    assert {"log", "patients", "workforce"} <= counted
    names = planted(clinic)
    assert len(names) > 500
    files = [path for path in data.rglob("*") if path.is_file()]
    assert {"vault", "events"} <= {path.relative_to(data).parts[0] for path in files}
    assert any(path.name.startswith("chartwarden.sqlite3") for path in files)
    assert not [path for path in files if "scratch" in path.parts]
    for path in files:
        held = path.read_bytes()
        found = [name for name in names if name.encode() in held or name.encode("utf-16-le") in held]
        assert found == [], path.relative_to(data).parts[0]
