"""Streams that end in the middle, through the real program: uploads, forms, connections that nobody closes."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults.forms import FULL
from tests.faults.served import Person, Program, insist, program
from tests.faults.test_killed import BEFORE, KEYS, OFFICERS, environment, said

MIB = 1 << 20
CUTS = 25 if FULL else 4
HEADER = "occurred_at,actor,action,patient,padding\n"
IMPORT = re.compile(r"/imports/([0-9a-f-]{36})/")
COOKIE = "csrftoken=abcdefghijabcdefghijabcdefghijab"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    from chartwarden.demo.services import make_clinic

    feeds = tmp_path_factory.mktemp("made") / "clinic"
    make_clinic(feeds, seed=5, coders=3, weeks=2, patients=300)
    data = tmp_path_factory.mktemp("installation") / "data"
    data.mkdir()
    (data / "demo").write_text("ready", encoding="ascii")
    said(environment(data, CHARTWARDEN_FAULTS_BEGINS=BEFORE), "prepare", str(feeds))
    with program(data, CHARTWARDEN_KEYS=KEYS) as running:
        yield running


@pytest.fixture(scope="module")
def officer(served: Program) -> Person:
    person = Person(served.port, OFFICERS[0])
    insist(lambda: person.home() or None)
    return person


@pytest.fixture(scope="module")
def token(officer: Person) -> str:
    page = f"{officer.home()}tokens/make/"
    until = datetime.now(UTC).date() + timedelta(days=30)
    wanted = {"label": "tests", "scopes": ["IMPORT_LOGS", "SEE_IMPORTS"], "last_day": until.isoformat()}
    made = officer.post(page, wanted)
    found = re.search(r"cwt_[A-Za-z0-9_-]+", made.text)
    assert found is not None
    return found.group()


def log_of(seed: int, size: int) -> bytes:
    chance = random.Random(seed)
    rows = (
        f"2026-02-{1 + number % 28:02}T09:{seed % 60:02}:{number % 60:02}.{number:06}Z,ana,open,P{number},"
        f"{chance.randbytes(400).hex()}\n"
        for number in range(size // 840)
    )
    return (HEADER + "".join(rows)).encode()


class Api:
    """Programs that send logs."""

    def __init__(self, port: int, clinic: str, token: str) -> None:
        self.port, self.base, self.token = port, f"/api/v1/clinics/{clinic}/logs", token

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {"Authorization": f"Bearer {self.token}", **headers}
            connection.request(method, self.base + path, body, sent)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def begin(self, data: bytes) -> tuple[int, Any]:
        wanted = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "name": "accesses.csv", "kind": "log"}
        return self.ask("POST", "", json.dumps(wanted).encode(), **{"Content-Type": "application/json"})

    def break_off(self, upload: str, offset: int, data: bytes, after: int, reset: bool) -> None:
        """Begin to send from ``offset``, and go away after so many bytes."""
        rest = data[offset:]
        head = (
            f"PUT {self.base}/{upload}/bytes?offset={offset} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: {len(rest)}\r\n\r\n"
        )
        cut_off(self.port, head.encode() + rest[:after], reset)


def cut_off(port: int, sent: bytes, reset: bool) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection, suppress(OSError):
        connection.sendall(sent)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_an_upload_goes_on_where_it_was_broken_off(served: Program, officer: Person, token: str) -> None:
    api = Api(served.port, officer.home().split("/")[2], token)
    chance = random.Random(3)
    data = log_of(1, 6 * MIB)
    status, state = api.begin(data)
    assert (status, state["offset"]) == (200, 0)
    for turn in range(CUTS):
        offset = state["offset"]
        after = chance.randrange(1, max(2, min(len(data) - offset, 2 * MIB)))
        api.break_off(state["id"], offset, data, after, reset=bool(turn % 2))

        def goes_on() -> Any:
            status, found = api.begin(data)
            return found if status == 200 else None

        state = insist(goes_on)
        assert offset <= state["offset"] <= offset + after
        assert state["offset"] % MIB == 0 or state["offset"] == len(data)

    def send() -> Any:
        offset = api.begin(data)[1]["offset"]
        status, found = api.ask("PUT", f"/{state['id']}/bytes?offset={offset}", data[offset:])
        return found if status == 200 and found["offset"] == len(data) else None

    insist(send)
    status, state = api.ask("POST", f"/{state['id']}/finish")
    assert (status, state["again"]) == (200, False)

    def read() -> Any:
        found = api.ask("GET", f"/{state['id']}")[1]
        return found if found["state"] == "read" else None

    assert insist(read)["rows"] == data.count(b"\n") - 1


def test_two_that_send_the_same_file_at_once_make_one(served: Program, officer: Person, token: str) -> None:
    import threading

    api = Api(served.port, officer.home().split("/")[2], token)
    data, answers = log_of(2, 3 * MIB), []

    def send() -> None:
        for _ in range(400):
            status, state = api.begin(data)
            answers.append(status)
            if status != 200:
                time.sleep(0.05)
                continue
            if state["state"] != "receiving" or state["offset"] == len(data):
                break
            address = f"/{state['id']}/bytes?offset={state['offset']}"
            answers.append(api.ask("PUT", address, data[state["offset"] :])[0])
        answers.append(api.ask("POST", f"/{state['id']}/finish")[0])

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 422}, answers
    state = api.begin(data)[1]
    assert state["state"] in ("received", "reading", "read")
    assert state["again"]


def test_a_form_that_is_cut_keeps_nothing(served: Program, officer: Person) -> None:
    clinic = officer.home()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', officer.get(f"{clinic}imports/").text)
    assert token is not None
    before = IMPORT.findall(officer.get(f"{clinic}imports/").text)
    data = log_of(3, 2 * MIB)
    cookies = "; ".join(f"{name}={one.value}" for name, one in officer._cookies.items())
    field = f'--edge\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token.group(1)}\r\n'
    file = '--edge\r\nContent-Disposition: form-data; name="files"; filename="accesses.csv"\r\n\r\n'
    body = field.encode() + file.encode() + data + b"\r\n--edge--\r\n"
    head = (
        f"POST {clinic}imports/receive/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {cookies}\r\n"
        f"Origin: http://127.0.0.1:{served.port}\r\nContent-Type: multipart/form-data; boundary=edge\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    chance = random.Random(4)
    at = [len(body) - 1, len(body) - 3, len(body) - 11, len(body) - 12, len(body) - 20, len(field) + len(file)]
    for turn, cut in enumerate([*at, *(chance.randrange(1, len(body)) for _ in range(CUTS))]):
        cut_off(served.port, head + body[:cut], reset=bool(turn % 2))
    time.sleep(1)
    assert [line for line in served.log.read_text("utf-8").splitlines() if "Traceback" in line] == []

    def settled() -> list[str] | None:
        there = officer.get(f"{clinic}imports/").text
        found = [one for one in dict.fromkeys(IMPORT.findall(there)) if one not in before]
        return found if "Still arriving" not in there else None

    # Where all of the file came, and only the form's end was cut, it may be kept: as a whole.
    kept = insist(settled)
    assert len(kept) <= 1
    sent = officer.post(f"{clinic}imports/receive/", {"files": ("accesses.csv", data)}, f"{clinic}imports/")
    assert not kept or kept[0] in sent.location
    assert said(environment(served.data), "check")["faults"] == []


def test_connections_that_nobody_closes_do_not_stop_the_pages(served: Program, officer: Person) -> None:
    form = (
        f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}\r\nContent-Length: 1000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\na=b"
    ).encode()
    held = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(20)]
    for number, connection in enumerate(held):
        connection.sendall(form if number < 8 else b"GET / HTTP/1.1\r\nHost: 12")
    began = time.monotonic()
    for _ in range(8):
        assert insist(lambda: officer.get("/accounts/login/").status in (200, 302) or None)
    assert time.monotonic() - began < 20
    for connection in held:
        connection.close()
