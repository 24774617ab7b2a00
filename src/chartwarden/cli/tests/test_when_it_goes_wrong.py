"""A fault of the program, Ctrl-C and a closed pipe, met by the real process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chartwarden.review.examples import write_example
from chartwarden.review.services import detectors

COMMAND = [sys.executable, "-m", "chartwarden"]
PLUGIN = """
from dataclasses import replace
from chartwarden.review.detectors._template import DETECTOR as TEMPLATE

def score(rows, scoring):
    {what}

DETECTOR = replace(TEMPLATE, score=score)
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    write_example(detectors()["unassigned_access"].examples[0], tmp_path / "clinic")
    return tmp_path / "clinic"


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the code of a detector from outside goes, which every process started by the test then finds."""
    about = tmp_path / "outside-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n", encoding="utf-8")
    entry = "[chartwarden.review.detectors]\noutside = outside_detector\n"
    (about / "entry_points.txt").write_text(entry, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "outside_detector.py"


def test_a_fault_of_the_program_is_one_line_that_says_how_to_see_more(clinic: Path, plug_in: Path) -> None:
    plug_in.write_text(PLUGIN.format(what=r'raise LookupError("two\nlines")'), encoding="utf-8")
    done = subprocess.run([*COMMAND, "review", str(clinic)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "LookupError" in line
    assert "two" not in line  # the text of a fault may hold values of rows
    assert line.endswith(f"chartwarden --debug review {clinic}")
    assert not (clinic / "review").exists()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_debug_shows_the_traceback_wherever_it_stands(place: int, clinic: Path, plug_in: Path) -> None:
    plug_in.write_text(PLUGIN.format(what='raise LookupError("so")'), encoding="utf-8")
    arguments = ["review", str(clinic)]
    arguments.insert(place, "--debug")
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback (most recent call last)" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a process takes Ctrl-C as a signal on POSIX only")
@pytest.mark.parametrize("asked", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whatever_stops_it_exits_130_and_leaves_nothing(
    asked: str, clinic: Path, plug_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    wait = "import sys; print('scoring', flush=True); sys.stdin.read(); return ()"
    plug_in.write_text(PLUGIN.format(what=wait), encoding="utf-8")
    pipe = subprocess.PIPE
    with subprocess.Popen([*COMMAND, "review", str(clinic)], stdin=pipe, stdout=pipe, stderr=pipe) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"scoring\n"
        assert list(scratch.iterdir())
        running.send_signal(getattr(signal, asked))
        _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said == b"chartwarden: stopped.\n"
    assert not (clinic / "review").exists()
    assert list(scratch.iterdir()) == []


def test_a_reader_that_has_enough_is_no_fault() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([*COMMAND, "detectors", "unassigned_access"], stdout=pipe, stderr=pipe) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0
