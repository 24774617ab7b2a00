"""A real installation on loopback, and browsers of those who are signed in to it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

KEYS = base64.b64encode(bytes(range(32))).decode()
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def environment(data: Path) -> dict[str, str]:
    """The environment of every process of an installation in this data folder."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
        "CHARTWARDEN_DATA": str(data),
        "CHARTWARDEN_KEYS": KEYS,
        "DATABASE_URL": "",
        "PYTHONDONTWRITEBYTECODE": "",  # else each process compiles all that it imports anew
    }


def made(data: Path, feeds: Path, rows: int, cases: int) -> dict[str, Any]:
    """A large clinic in a new data folder; see bench/_making.py for what is returned."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._making", str(feeds), str(rows), str(cases)],
        env=environment(data),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def served(data: Path) -> Iterator[int]:
    """``chartwarden serve``: pages with two workers, and the worker. Gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "chartwarden", "serve", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, env=environment(data), stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with Browser(port, "") as browser:
                browser.get("/accounts/login/")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the pages did not come up")


@dataclass
class Answer:
    """What a page answered: ``seconds`` until the last byte, ``size`` of the body as it was sent, ``headers`` by their
    names in small letters."""

    status: int
    seconds: float
    size: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


class Browser:
    """One signed-in user's connection, kept alive."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies = {"sessionid": session} if session else {}
        self._origin = f"http://127.0.0.1:{port}"

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, page: str, **values: str) -> Answer:
        """Send a form that stands on ``page``, the text of the page it is on."""
        token = TOKEN.search(page)
        body = urlencode({"csrfmiddlewaretoken": token.group(1) if token else "", **values}).encode()
        return self.send(path, body, "application/x-www-form-urlencoded")

    def send(self, path: str, body: Any, kind: str, **headers: str) -> Answer:
        """Send a body as it is: bytes, or an open file whose length stands in ``headers``."""
        return self._ask("POST", path, body, {"Content-Type": kind, "Origin": self._origin, **headers})

    def _ask(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        given = {**headers, "Cookie": cookies} if cookies else dict(headers)
        began = perf_counter()
        self._connection.request(method, path, body, given)
        response = self._connection.getresponse()
        data = response.read()
        seconds = perf_counter() - began
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self._cookies[name] = rest.split(";", 1)[0]
        return Answer(
            response.status, seconds, len(data), data, {name.lower(): value for name, value in response.headers.items()}
        )

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
