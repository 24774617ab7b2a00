"""The real program on a data folder of its own, and somebody at a browser before it, without the browser."""

from __future__ import annotations

import html
import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from chartwarden.web.demo_people import PASSWORD
from chartwarden.web.tests.test_serving import UNSET, alive, asked, below, free_port, heartbeats, until

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds in which the program is at work again, and a step done."""
AWAY = (OSError, http.client.HTTPException)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def command_of(process: int) -> str:
    """A process's command line; nothing where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


@dataclass
class Program:
    """``chartwarden serve``, which can be killed in part or as a whole, and started again."""

    data: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    log: Path = Path()

    def start(self) -> None:
        """Start it, and wait until it works."""
        self.log = self.data.parent / "serve.log"
        command = [sys.executable, "-m", "chartwarden", "serve", "--data", str(self.data), "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self.wait()

    def wait(self) -> None:
        """Wait until pages, database and worker are well. Raises AssertionError where that takes too long."""
        end = time.monotonic() + PATIENCE
        while asked(self.port)[0] != 200:
            assert self.process is not None
            assert self.process.poll() is None, "the program has ended"
            assert time.monotonic() < end, f"not well: {asked(self.port)}"
            time.sleep(0.2)

    def processes(self) -> dict[str, list[int]]:
        """Ids by what they are: the parent, the worker, the pages, and the pages' own workers."""
        assert self.process is not None
        found: dict[str, list[int]] = {"parent": [self.process.pid], "worker": [], "pages": [], "page worker": []}
        for one in below(self.process.pid):
            said = command_of(one)
            if "chartwarden worker" in said:
                found["worker"].append(one)
            elif "chartwarden web" in said and os.path.exists(f"/proc/{one}"):
                found["pages"].append(one)
        main = [one for one in found["pages"] if set(below(one)) & set(below(self.process.pid))]
        for one in main:
            found["page worker"] += [
                child
                for child in below(one)
                if "spawn_main" in command_of(child) or "chartwarden web" in command_of(child)
            ]
        found["pages"] = [one for one in found["pages"] if one not in found["page worker"]]
        return found

    def kill(self, what: str, chance: Any) -> bool:
        """kill -9 one of them; False where there is none at the moment. The parent is started again."""
        there = self.processes()[what]
        if not there:
            return False
        with suppress(ProcessLookupError):
            os.kill(chance.choice(there), signal.SIGKILL)
        if what == "parent":
            assert self.process is not None
            children = below(self.process.pid)
            self.process.wait()
            until(lambda: not any(alive(child) for child in children) and not asked(self.port)[0])
            self.start()
        return True

    def end(self) -> None:
        """End it in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextmanager
def program(data: Path, **more: str) -> Iterator[Program]:
    """The program, started; ended afterwards."""
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    made = Program(data, {**kept, **more})
    try:
        made.start()
        yield made
    finally:
        made.end()


@dataclass
class Answer:
    """What a page answered."""

    status: int
    text: str
    location: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Person:
    """Somebody who signs in, follows links and sends forms; what fails because nobody answers is for the caller."""

    def __init__(self, port: int, mail: str) -> None:
        self._port, self._mail, self._cookies = port, mail, SimpleCookie()

    def get(self, path: str) -> Answer:
        """A page; signed in where that is asked for."""
        found = self._ask("GET", path)
        if "/accounts/" in found.location:
            self.sign_in()
            found = self._ask("GET", path)
        return found

    def post(self, path: str, values: Mapping[str, Any], page: str = "") -> Answer:
        """A form as it stands on ``page`` (or on the path itself), sent once."""
        token = TOKEN.search(self.get(page or path).text)
        boundary = secrets.token_hex(8)
        fields = {"csrfmiddlewaretoken": token.group(1) if token else "", **values}
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._ask("POST", path, _multipart(boundary, fields), headers)

    def sign_in(self) -> None:
        """By password; a demo asks for no more."""
        self._cookies = SimpleCookie()
        login = "/accounts/login/"
        token = TOKEN.search(self._ask("GET", login).text)
        assert token is not None
        body = _multipart("edge", {"csrfmiddlewaretoken": token.group(1), "login": self._mail, "password": PASSWORD})
        answer = self._ask("POST", login, body, {"Content-Type": "multipart/form-data; boundary=edge"})
        if answer.status != 302:
            raise ConnectionError(f"signing in answered {answer.status}")

    def home(self) -> str:
        """The address of the clinic's home page."""
        return self.get("/").location

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        cookies = "; ".join(f"{name}={one.value}" for name, one in self._cookies.items())
        origin = {"Origin": f"http://127.0.0.1:{self._port}", "Cookie": cookies, **(headers or {})}
        try:
            connection.request(method, path, body, origin)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self._cookies.load(value)
        return Answer(answer.status, html.unescape(text), answer.getheader("Location", ""), dict(answer.getheaders()))


def _multipart(boundary: str, fields: Mapping[str, Any]) -> bytes:
    parts = []
    pairs = [(name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])]
    for name, value in pairs:
        given = f'; filename="{value[0]}"' if isinstance(value, tuple) else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{given}\r\n\r\n'
        parts.append(head.encode() + (value[1] if isinstance(value, tuple) else str(value).encode()) + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def insist(do: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Do it until it is answered: what a person does who meets a page that does not come."""
    end = time.monotonic() + patience
    while True:
        try:
            found = do()
            if found is not None:
                return found
        except AWAY:
            pass
        assert time.monotonic() < end, "it was not answered in time"
        time.sleep(0.2)


__all__ = ["Person", "Program", "heartbeats", "insist", "program"]
