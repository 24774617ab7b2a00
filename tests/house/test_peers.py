"""What tests need of the machine is installed by ``make test``, skipped by name elsewhere, and required in CI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.code import ROOT
from tools.peers import PEERS

NEEDS = re.compile(r'\bneed\(\s*"([\w.-]+)",\s*"([\w.-]+)"')
SKIPS = {
    "by itself": "import pytest\n\ndef test_it():\n    pytest.skip('needs a thing')\n",
    "by its mark": "import pytest\n\n@pytest.mark.skip(reason='needs a thing')\ndef test_it():\n    pass\n",
    "as a module": "import pytest\n\npytest.skip('needs a thing', allow_module_level=True)\n",
}


def test_make_test_installs_whatever_a_test_needs() -> None:
    files = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("src/**/tests/*.py")]
    needed = {found for path in files for found in NEEDS.findall(path.read_text(encoding="utf-8"))}
    assert needed <= {(program, peer.package) for peer in PEERS.values() for program in peer.programs}


@pytest.mark.parametrize("how", SKIPS)
@pytest.mark.parametrize(("ci", "passes"), [("", True), ("true", False)])
def test_a_skip_fails_in_ci_and_says_why(how: str, ci: str, passes: bool, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_bytes((ROOT / "conftest.py").read_bytes())
    (tmp_path / "test_it.py").write_text(SKIPS[how], encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    environment = {**os.environ, "CI": ci}
    done = subprocess.run([*command, str(tmp_path)], env=environment, capture_output=True, text=True, check=False)
    assert ("skipped" in done.stdout.splitlines()[-1]) is passes
    assert (done.returncode in (0, 5)) is passes
    assert "needs a thing" in done.stdout
