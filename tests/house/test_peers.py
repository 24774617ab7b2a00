"""What tests need of the machine is skipped by name where it is missing, and in CI a skip is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.code import ROOT
from tools.peers import PEERS

NEEDS_JAVA = "import pytest\n\n@pytest.mark.peer('java')\ndef test_it():\n    pass\n"
SKIPS = {
    "for a missing program": (NEEDS_JAVA, f"needs java, which runs Spark: install {PEERS['java'].package}"),
    "by itself": ("import pytest\n\ndef test_it():\n    pytest.skip('no thing')\n", "no thing"),
    "by its mark": ("import pytest\n\n@pytest.mark.skip(reason='no thing')\ndef test_it():\n    pass\n", "no thing"),
    "as a module": ("import pytest\n\npytest.skip('no thing', allow_module_level=True)\n", "no thing"),
}


@pytest.mark.parametrize(("test", "reason"), SKIPS.values(), ids=SKIPS)
@pytest.mark.parametrize("ci", ["", "true"])
def test_a_skip_says_why_and_fails_in_ci(test: str, reason: str, ci: str, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_bytes((ROOT / "conftest.py").read_bytes())
    (tmp_path / "test_it.py").write_text(test, encoding="utf-8")
    environment = {**os.environ, "CI": ci, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run([*command, str(tmp_path)], env=environment, capture_output=True, text=True, check=False)
    assert ("1 skipped" in done.stdout) is not bool(ci)
    assert (done.returncode in (0, 5)) is not bool(ci)
    assert reason in " ".join(done.stdout.split())
