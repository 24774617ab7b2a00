"""Names are found in no byte that a lived-in installation leaves: on the disk, in a table, in a log, in a mail."""

from __future__ import annotations

import base64
import csv
import json
import os
import socket
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from chartwarden.demo.services import make_clinic
from tests.flows.at_rest_clinic import ADDRESS, ANSWER, CLOSING, NOTE, QUESTION, REASON
from tools.postgresql import cluster

ROOT = Path(__file__).parents[2]
NAMED = ("family_name", "given_name", "address_line", "phone", "contact_name", "contact_phone", "birth_date")
EHR_IDS = ("patient", "logins")
SHORTEST = 6
"""Shorter texts occur by chance among so many random bytes."""
STORE = os.environ.get("CHARTWARDEN_TEST_STORE", "sqlite")


@dataclass(frozen=True)
class Lived:
    """What a lived-in installation left. ``mails`` are as the server took them."""

    data: Path
    rows: bytes
    said: bytes
    mails: list[tuple[str, bytes]]
    planted: frozenset[bytes]


class Sink:
    """Takes every mail."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.rcpt_tos[0], envelope.content))
        return "250 OK"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """The installation, on the store that the tests run on."""
    folder = tmp_path_factory.mktemp("lived")
    make_clinic(folder / "clinic", seed=5, coders=4, weeks=2, patients=250, until=date(2026, 3, 16))
    sink = Sink()
    mail = Controller(sink, hostname="127.0.0.1", port=free_port())
    mail.start()
    try:
        with cluster() if STORE == "postgresql" else nullcontext("") as url:
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
                "CHARTWARDEN_DATA": str(folder / "data"),
                "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
                "CHARTWARDEN_MAIL": f"smtp://127.0.0.1:{mail.port}",
                "CHARTWARDEN_HOSTS": "testserver",
                "DATABASE_URL": url,
            }
            (folder / "data").mkdir(mode=0o700)
            command = [sys.executable, "-m", "tests.flows.at_rest_clinic", str(folder)]
            done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)
            assert done.returncode == 0, done.stderr.decode()[-3000:]
            log = Path(url.partition("host=")[2], "log").read_bytes() if url else b""
    finally:
        mail.stop()
    rows = (folder / "rows.txt").read_bytes()
    return Lived(folder / "data", rows, done.stdout + done.stderr + log, sink.taken, planted(folder))


def planted(folder: Path) -> frozenset[bytes]:
    """What must not be found."""
    found: set[str] = {QUESTION, ANSWER, NOTE, REASON, CLOSING, *json.loads((folder / "planted.json").read_text())}
    for name in ("patients.csv", "workforce.csv"):
        with (folder / "clinic" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found |= {part for column in (*NAMED, *EHR_IDS) for part in (row.get(column) or "").split(";")}
    return frozenset(text.encode() for text in found if len(text) >= SHORTEST)


def in_clear(held: bytes, names: frozenset[bytes]) -> list[bytes]:
    """The names that lie in those bytes, in UTF-8, UTF-16 or base64."""
    wide = [name for name in names if name.decode().encode("utf-16-le") in held]
    coded = [name for name in names if base64.b64encode(name)[:-4] in held and len(name) > 12]
    return [name for name in names if name in held] + wide + coded


def test_the_search_finds_what_is_there(lived: Lived) -> None:
    name = next(iter(lived.planted))
    for held in (name, name.decode().encode("utf-16-le"), base64.b64encode(QUESTION.encode())):
        assert in_clear(b"x" + held + b"y", lived.planted)
    assert len(lived.planted) > 1000


def test_no_file_of_the_data_folder_has_a_name(lived: Lived) -> None:
    files = [path for path in lived.data.rglob("*") if path.is_file()]
    assert {"vault", "events"} <= {path.relative_to(lived.data).parts[0] for path in files}
    assert (STORE == "postgresql") is not any("sqlite3" in path.name for path in files)
    for path in files:
        place = path.relative_to(lived.data)
        assert in_clear(path.read_bytes() + str(place).encode(), lived.planted) == [], place.parts[0]


def test_no_table_and_no_session_has_a_name(lived: Lived) -> None:
    tables = {
        "patients_patient", "people_person", "assignments_assignment", "logs_logimport", "review_caserecord",
        "review_question", "review_disposition", "duties_closing", "people_outgoingmail", "people_invitation",
        "clinics_webhook", "django_session", "ledger_entry",
    }  # fmt: skip
    assert [table for table in tables if f"\n{table}\n".encode() not in lived.rows] == []
    assert in_clear(lived.rows, lived.planted) == []


def test_nothing_that_was_said_has_a_name(lived: Lived) -> None:
    assert in_clear(lived.said, lived.planted) == []


def test_no_mail_has_a_name_but_its_own_address(lived: Lived) -> None:
    assert {ADDRESS} < {address for address, _ in lived.mails}
    for address, mail in lived.mails:
        assert in_clear(mail.replace(address.encode(), b""), lived.planted) == []
