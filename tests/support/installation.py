"""An installation of its own on the disk, served by real processes: a clinic, an officer, and a token of theirs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WITHIN = 60.0
UNSET = {"CHARTWARDEN_DATA", "CHARTWARDEN_KEYS", "CHARTWARDEN_HOSTS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
MAKE = """
import json, sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from chartwarden.web.serving import make_ready
make_ready(Path(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), demo=False, tell=print)
from chartwarden.clinics.services import acting_in, open_clinic
from chartwarden.kernel.actors import Actor
from chartwarden.people.queries import member
from chartwarden.people.services import add_person, add_user, grant_role, make_token
system, now = Actor.of_system("tests"), datetime.now(UTC)
clinic = open_clinic(name="Lakeside Clinic", time_zone="America/Chicago", actor=system, at=now)
with acting_in(clinic.id):
    user = add_user(email="officer@lakeside.example", password=None, at=now)
    person = add_person(clinic=clinic.id, values={"code": "u1", "given_name": "Pat"}, feed_role="officer",
                        started_on=date(2025, 1, 6), user=user, actor=system, at=now)
    grant_role(clinic=clinic.id, person=person, role="privacy_officer", actor=system, at=now)
    who = member(user, clinic.id, datetime.now(UTC))
    token = make_token(member=who, label="import", scopes=who.permissions, expires_at=now + timedelta(days=30),
                       actor=who.actor, at=datetime.now(UTC))
print(json.dumps({"clinic": str(clinic.id), "token": token.text}))
"""


class Installation:
    """A data folder with a clinic in it, and where it is served."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [sys.executable, "-c", MAKE, str(data), str(self.port)]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        made = json.loads(done.stdout.splitlines()[-1])
        self.clinic, self.token = made["clinic"], made["token"]

    @property
    def environment(self) -> dict[str, str]:
        """The surroundings of its processes: nothing of the tests' own."""
        return {name: value for name, value in os.environ.items() if name not in UNSET}

    @property
    def address(self) -> str:
        """The clinic's address in the API."""
        return f"http://127.0.0.1:{self.port}/api/v1/clinics/{self.clinic}"

    @contextmanager
    def running(self, command: str = "web") -> Iterator[subprocess.Popen[bytes]]:
        """Run one of the commands that serve, until the block ends."""
        ports = [] if command == "worker" else ["--port", str(self.port)]
        whole = [sys.executable, "-m", "chartwarden", command, "--data", str(self.data), *ports]
        process = subprocess.Popen(whole, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            if ports:
                until(lambda: process.poll() is not None or self.call("logs/none")[0] != 0)
            assert process.poll() is None
            yield process
        finally:
            process.terminate()
            process.wait(timeout=WITHIN)

    def call(self, path: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
        """Status and content of an operation; status 0 where nobody answers."""
        data = json.dumps(body).encode() if body is not None else (b"" if method != "GET" else None)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WITHIN) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null")
        except OSError:
            return 0, None


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def family(process: int) -> list[int]:
    """A process, its children and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [process]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found


def peak_memory(process: int) -> int:
    """The most memory in bytes that one of a process's family has held at once (Linux)."""
    peaks = []
    for one in family(process):
        try:
            status = Path(f"/proc/{one}/status").read_text(encoding="ascii")
        except OSError:
            continue
        peaks += [int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")]
    return max(peaks)
