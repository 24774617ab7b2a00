"""The ledger's commands as an operator and an auditor meet them."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chartwarden.ledger.tests.ledger_made import exported, head_of, made, signing_key

KEEP_OUT = """
import importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "allauth", "httpx", "aiohttp", "requests"}:
            raise ModuleNotFoundError(f"{name} is kept out of this test", name=name)
sys.meta_path.insert(0, Absent())
import runpy
sys.argv[0] = "chartwarden"
runpy.run_module("chartwarden", run_name="__main__")
"""


def without_django(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", KEEP_OUT, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_verify_needs_no_django(tmp_path: Path) -> None:
    path, key = exported(tmp_path / "out", 300, (299,))
    done = without_django("ledger", "verify", path, "--key", key)
    root = head_of(made(300, (299,))[0]).root.hex()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Sound: 300 entries of chartwarden/")
    first, second = done.stdout.splitlines()
    assert first.endswith(f"2 key(s), root {root}.")
    assert second.startswith("No checkpoint kept apart from it was at hand")


def test_verify_refuses_with_one_line_a_fault(tmp_path: Path) -> None:
    path, key = exported(tmp_path / "out", 600)
    for name in ("tile/entries/000", "tile/0/001"):
        data = bytearray((path / name).read_bytes())
        data[40] ^= 1
        (path / name).write_bytes(data)
    (path / "more").touch()
    done = without_django("ledger", "verify", path, "--key", key)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "more: expected no such file in a ledger of 600 entries; found one",
        "tile/entries/000, entry 0: expected the entry that was signed; found another",
        "tile/0/001, hash 1 (entry 257): expected the hash of that entry; found another",
    ]


def test_verify_with_an_earlier_checkpoint(tmp_path: Path) -> None:
    path, key = exported(tmp_path / "out", 30)
    kept = tmp_path / "kept"
    kept.write_text(signing_key(1).sign(head_of(made(20)[0]).text), encoding="utf-8")
    assert without_django("ledger", "verify", path, "--key", key, "--earlier", kept).returncode == 0
    again = tmp_path / "lines.jsonl"
    heads = [head_of(made(size)[0]) for size in (10, 20)]
    lines = [{"size": head.size, "note": signing_key(1).sign(head.text)} for head in heads]
    again.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    done = without_django("ledger", "verify", path, "--key", key, "--earlier", again)
    assert "It begins with what 2 checkpoint(s) kept apart from it have signed." in done.stdout
    kept.write_text(signing_key(1).sign(head_of(made(20, (3,))[0]).text), encoding="utf-8")
    done = without_django("ledger", "verify", path, "--key", key, "--earlier", kept)
    assert (done.returncode, "history was rewritten" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ledger", "verify", "{out}", "--key", "x"], "--key: expected a verifier key"),
        (["ledger", "verify", "{out}/none", "--key", "{key}"], "none: expected a folder or a zip"),
        (["ledger", "verify", "{out}"], "--key: expected a value"),
        (["ledger", "verify", "{out}", "--key", "{key}", "--earlier", "{out}"], "--earlier: expected a file or a"),
        (["ledger", "prove"], "chartwarden ledger: expected what"),
        (["ledger", "export", "A", "{out}", "--data", "{out}/none"], "--data: expected a data folder"),
    ],
)
def test_what_is_refused_is_one_line(tmp_path: Path, words: list[str], said: str) -> None:
    path, key = exported(tmp_path / "out", 3)
    done = without_django(*(word.format(out=path, key=key) for word in words))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert said in line


def test_a_ledger_is_exported_and_checked(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
        "CHARTWARDEN_DATA": str(tmp_path),
        "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "DATABASE_URL": "",
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True, check=False)

    make = (
        "import django; django.setup()\n"
        "from datetime import datetime, UTC\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', 'clinics', verbosity=0); call_command('migrate', 'ledger', verbosity=0)\n"
        "from chartwarden.clinics.services import open_clinic\n"
        "from chartwarden.kernel.actors import Actor\n"
        "at = datetime(2026, 3, 9, 15, tzinfo=UTC)\n"
        "made = open_clinic(name='Lakeside', time_zone='America/Chicago', actor=Actor.of_system('tests'), at=at)\n"
        "print(made.id)\n"
    )
    opened = run("-c", make)
    assert opened.stderr == ""
    identity = opened.stdout.strip()
    for number, name in enumerate((identity, identity.replace("-", ""), identity.upper())):
        done = run("-m", "chartwarden", "ledger", "export", name, str(tmp_path / f"by-id-{number}"))
        assert (done.returncode, done.stderr) == (0, "")
    done = run("-m", "chartwarden", "ledger", "export", "Lakeside", str(tmp_path / "out.zip"))
    assert (done.returncode, done.stderr) == (0, "")
    command = done.stdout.splitlines()[-1].split()
    assert without_django(*command[1:]).stdout.startswith("Sound: 2 entries of chartwarden/")
    again = run("-m", "chartwarden", "ledger", "export", "Lakeside", str(tmp_path / "out.zip"))
    assert (again.returncode, "a new or empty folder, or a new zip" in again.stderr) == (2, True)
    other = run("-m", "chartwarden", "ledger", "export", "Hilltop", str(tmp_path / "other"))
    assert (other.returncode, "CLINIC: expected the id or the exact name of one clinic" in other.stderr) == (2, True)
