"""The gateway as a real process, before a real FHIR server or one that misbehaves, with a clinic behind it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.installation import ROOT, UNSET, WITHIN, until

SECRET = "upstream-secret-7"


def free_port() -> int:
    """A port of this machine that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def child(command: list[str], **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A process until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, text=True, **more)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Fhir:
    """A real FHIR server in memory."""

    def __init__(self, stack: ExitStack) -> None:
        node = shutil.which("node")
        assert node
        environment = {**os.environ, "FHIR_TOKEN": SECRET, "PORT": "0"}
        command = [node, str(ROOT / "tools" / "fhir" / "server.mjs")]
        process = stack.enter_context(child(command, env=environment, stdout=subprocess.PIPE))
        assert process.stdout
        self.root = f"http://127.0.0.1:{int(process.stdout.readline())}"
        self.base = f"{self.root}/fhir"

    def seed(self, *resources: Mapping[str, Any]) -> None:
        """Keep resources under their own ids."""
        for one in resources:
            put = urllib.request.Request(
                f"{self.root}/seed/{one['resourceType']}/{one['id']}", json.dumps(one).encode(),
                {"Content-Type": "application/json"}, method="PUT",
            )  # fmt: skip
            urllib.request.urlopen(put, timeout=WITHIN).close()

    def asked(self) -> int:
        """How often anything was asked of it."""
        with urllib.request.urlopen(f"{self.root}/asked", timeout=WITHIN) as answer:
            return int(json.load(answer)["asked"])


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The first sentence of an OperationOutcome."""
        return str(self.json["issue"][0]["details"]["text"])


@dataclass
class Gate:
    """A clinic, and the gateway at work on its folder."""

    data: Path
    base: str
    port: int = field(default_factory=free_port)
    more: Mapping[str, str] = field(default_factory=dict)
    program: str = "tests.support.gateway_clinic"

    def begin(self, stack: ExitStack) -> None:
        """Make the clinic and start the gateway."""
        self.environment = {name: value for name, value in os.environ.items() if name not in UNSET} | {
            "CHARTWARDEN_FHIR_BASE": self.base, "CHARTWARDEN_FHIR_TOKEN": SECRET,
            "CHARTWARDEN_GATEWAY_URL": f"http://127.0.0.1:{self.port}", **self.more,
        }  # fmt: skip
        command = [sys.executable, "-m", self.program, str(self.data), str(free_port())]
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "env": self.environment}
        self.desk = stack.enter_context(child(command, **pipes))
        assert self.desk.stdout
        self.clinic = json.loads(self.desk.stdout.readline())["clinic"]
        self.start()
        stack.callback(self.stop)

    def start(self) -> None:
        """Start the gateway, and wait until it answers."""
        command = [sys.executable, "-m", "chartwarden", "gateway", "--data", str(self.data), "--port", str(self.port)]
        self.log = self.data.parent / "gateway.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        until(lambda: self.process.poll() is not None or self.get("x").status)
        assert self.process.poll() is None, self.log.read_text()

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        self.process.wait(timeout=WITHIN)

    def tell(self, verb: str, *given: object) -> Any:
        """Have somebody of the clinic do something."""
        assert self.desk.stdin
        assert self.desk.stdout
        self.desk.stdin.write(json.dumps([verb, *given]) + "\n")
        self.desk.stdin.flush()
        line = self.desk.stdout.readline()
        assert line, "the clinic's process has ended"
        return json.loads(line)

    def get(
        self, path: str, token: str = "", method: str = "GET", body: bytes | None = None, **more: str
    ) -> Answer:  # fmt: skip
        """Ask the gateway; status 0 where nobody answers. ``path`` follows /fhir/, ``more`` are headers."""
        headers = {"Authorization": f"Bearer {token}", **more} if token else more
        whole = path if path.startswith("http") else f"http://127.0.0.1:{self.port}/fhir/{path}"
        request = urllib.request.Request(whole, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WITHIN) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, dict(refused.headers), refused.read())
        except OSError:
            return Answer(0, {}, b"")

    def opened(self, patient: str, coder: str = "coder", encounter: str = "") -> tuple[str, str]:
        """An assignment of a patient's record to a coder, and its token."""
        assignment = self.tell("assign", patient, coder, encounter)
        return assignment, self.tell("open", assignment, coder)["token"]


def wait(seconds: float) -> None:
    """Let a second pass in which the gateway may still go by what it knew."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)
