"""What two do at once happens once, and what they count is counted. On both stores, truly at once.

First runs, acceptances of an invitation, codes; failed tries and calls.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from chartwarden.people.tests.signin_process import AT_ONCE, ROUNDS
from tools.postgresql import cluster

PROGRAM = [sys.executable, "-m", "chartwarden.people.tests.signin_process"]
ROOT = Path(__file__).parents[4]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgresql"))])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """The environment of an installation of its own."""
    with ExitStack() as open_until_the_end:
        url = open_until_the_end.enter_context(cluster()) if request.param == "postgresql" else ""
        yield {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
            "CHARTWARDEN_DATA": str(tmp_path),
            "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
            "DATABASE_URL": url,
        }


def lines(what: str, rounds: int, *answers: int) -> list[str]:
    """What the program says of one kind of thing: the answers, one thing made, one entry."""
    return [f"{what} {sorted(answers)} 1 1"] * rounds


def test_what_several_do_at_once_happens_once(store: Mapping[str, str]) -> None:
    done = subprocess.run(PROGRAM, env=store, cwd=ROOT, text=True, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    others = AT_ONCE - 1
    assert done.stdout.splitlines() == [
        *lines("first run", 1, *[302] * AT_ONCE),
        "calls True",
        f"failed {[200] * AT_ONCE} {AT_ONCE}",
        *lines("join", ROUNDS, 302, *[410] * others),
        *lines("accept", ROUNDS, 302, *[410] * others),
        *lines("code", ROUNDS, 302, *[200] * others),
        *lines("recovery", ROUNDS, 302, *[200] * others),
    ]
