"""Several processes append at once, and some are killed as they do: one gapless tree, nothing answered is lost."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tools.postgresql import cluster

PROGRAM = [sys.executable, "-m", "chartwarden.ledger.tests.ledger_process"]
ROOT = Path(__file__).parents[4]
PROCESSES, THREADS, EACH = 4, 3, 50


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgresql"))])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """The environment of an installation of its own, with a ledger that is open."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
        "CHARTWARDEN_DATA": str(tmp_path),
        "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "DATABASE_URL": "",
    }
    if request.param == "sqlite":
        said(environment, "prepare")
        yield environment
        return
    with cluster() as url:
        environment["DATABASE_URL"] = url
        said(environment, "prepare")
        yield environment


def start(environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *arguments], env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def ended(process: subprocess.Popen[str]) -> list[str]:
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out.splitlines()


def said(environment: Mapping[str, str], *arguments: str) -> list[str]:
    return ended(start(environment, *arguments))


def test_four_processes_make_one_gapless_tree(store: Mapping[str, str]) -> None:
    processes = [start(store, "append", f"p{number}", str(THREADS), str(EACH)) for number in range(PROCESSES)]
    answers = [line for process in processes for line in ended(process)]
    kept = said(store, "check")
    assert [line for line in kept if line.startswith("fault")] == []
    assert [line.split()[0] for line in kept] == [str(index) for index in range(PROCESSES * THREADS * EACH + 1)]
    assert sorted(answers) == sorted(kept[1:])


def test_what_was_answered_outlives_kill_9(store: Mapping[str, str]) -> None:
    answers = said(store, "killed", "40", "7")
    kept = said(store, "check")
    assert [line for line in kept if line.startswith("fault")] == []
    assert len(answers) > 40
    assert set(answers) <= set(kept)
