"""kill -9 at random points while the queue and an EHR's tasks are kept in step, and people work on both sides: nothing
acknowledged is lost, nothing is there twice, and both sides agree in the end. `make faults` kills 150 times, `make
test` a few.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.forms import FULL
from tests.support.gateway_peers import Fhir

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node")]
ROOT = Path(__file__).parents[2]
KILLS = 150 if FULL else 6
SEED = int(os.environ.get("CHARTWARDEN_FAULTS_SEED", "7"))


def test_both_sides_agree_though_the_program_is_killed(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server = Fhir(stack)
        given = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
            "CHARTWARDEN_DATA": str(tmp_path),
            "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
            "CHARTWARDEN_FHIR_BASE": server.base,
            "DATABASE_URL": "",
        }
        command = [sys.executable, "-m", "tests.faults.sync_process", server.base, str(KILLS), str(SEED)]
        done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=1500, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["faults"] == [], done.stderr
    assert found["tasks"] > 12
    assert sum(found["acknowledged"].values()) > KILLS
