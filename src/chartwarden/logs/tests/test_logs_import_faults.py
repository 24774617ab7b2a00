"""Imports under a full disk, a killed worker, changed bytes, and a file larger than memory should hold."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.http.multipartparser import MultiPartParser

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs import queries, vault
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import LEASE, next_claim, read_next
from chartwarden.logs.rules import LONGEST_REST, MOST_ATTEMPTS, MOST_FAILURES, rest
from chartwarden.logs.services import read_again
from chartwarden.logs.tests.test_logs_imports import AT, HEADER, LOG, MIB, kept_files, send
from chartwarden.logs.upload_handler import SealingHandler
from tests.support.clinic import House

PROGRAM = [sys.executable, "-m", "chartwarden.logs.tests.import_process"]
ROOT = Path(__file__).parents[4]
SENT, MOST_MEMORY = 300 * MIB, 24 * MIB


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As if the disk were full after so many bytes of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_told_plainly_and_keeps_nothing(house: House) -> None:
    told = pytest.raises(InputRefused, match="expected room on the disk for this file; found a full disk")
    with told, files_of_at_most(2 * MIB):
        send(house, b"x" * (5 * MIB))
    assert (kept_files(house), LogImport.objects.count()) == ([], 0)


def test_a_log_that_finds_no_room_to_be_read_waits_for_it(house: House) -> None:
    upload = send(house, (HEADER + "2026-03-02T09:00:00Z,ana,open,P1\n" * 60_000).encode()).id
    with files_of_at_most(MIB // 2):
        read_next(AT)
    waiting = LogImport.objects.get(id=upload)
    assert (waiting.state, waiting.stage) == ("reading", "waiting for room: the disk is full")
    assert read_next(AT) == 0
    read_next(AT + LEASE + timedelta(seconds=1))
    assert LogImport.objects.get(id=upload).state == "read"


def test_changed_bytes_are_found(house: House) -> None:
    upload = send(house, LOG.encode()).id
    path = vault.raw(house.id, upload)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    read_next(AT)
    assert queries.import_of(house.id, upload).state == "refused"
    assert "changed on the disk" in queries.preview(house.id, upload).faults[0][2]


def broken_off(times: int) -> datetime:
    """Begin as many readings as that, none of which ends. Returns when the next may begin."""
    at = AT
    for time in range(1, times + 1):
        assert next_claim(at) is not None
        assert next_claim(at + LEASE + rest(time) - timedelta(seconds=1)) is None
        at += LEASE + rest(time) + timedelta(seconds=1)
    return at


def test_a_sound_file_outlives_many_broken_off_readings(house: House) -> None:
    upload = send(house, LOG.encode()).id
    read_next(broken_off(MOST_ATTEMPTS - 1))
    found = LogImport.objects.get(id=upload)
    assert (found.state, found.attempts) == ("read", 0)


def test_a_file_that_rests_keeps_no_other_waiting(house: House) -> None:
    broken = send(house, LOG.encode()).id
    at = broken_off(8) - rest(8)
    other = send(house, LOG.replace("ana", "ben").encode()).id
    assert read_next(at) == 1
    assert LogImport.objects.get(id=other).state == "read"
    assert LogImport.objects.get(id=broken).state == "reading"


def test_what_breaks_off_again_and_again_is_refused(house: House) -> None:
    upload = send(house, LOG.encode()).id
    at = broken_off(MOST_ATTEMPTS)
    assert at - AT > 10 * LONGEST_REST
    read_next(at)
    assert queries.preview(house.id, upload).faults == (
        ("the file", "to be read in one go", "its reading broke off 20 times"),
    )
    read_again(clinic=house.id, upload=upload, actor=house.actor("privacy_officer"), at=at)
    read_next(at)
    assert queries.import_of(house.id, upload).state == "read"


def test_a_file_that_the_program_fails_at_is_refused_soon(house: House) -> None:
    upload = send(house, LOG.encode()).id
    LogImport.objects.filter(id=upload).update(kind="no such kind")
    for time in range(MOST_FAILURES):
        assert LogImport.objects.get(id=upload).state in ("received", "reading")
        with pytest.raises(StopIteration):
            read_next(AT + time * 10 * LEASE)
    assert queries.preview(house.id, upload).faults == (
        ("the file", "one that the program can read", "it failed at it 5 times"),
    )


class Form(io.RawIOBase):
    """A form with one large file in it, made while it is read."""

    def __init__(self, boundary: bytes, size: int) -> None:
        head = b'--%s\r\nContent-Disposition: form-data; name="files"; filename="log.csv"\r\n\r\n' % boundary
        self._parts = iter([head, *[b"0123456789abcdef" * (MIB // 16)] * (size // MIB), b"\r\n--%s--\r\n" % boundary])
        self._waiting = b""
        self.size = size + len(head) + len(boundary) + 8

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or what is there."""
        if not self._waiting:
            self._waiting = next(self._parts, b"")
        found, self._waiting = self._waiting[:size], self._waiting[size:]
        return found


def test_a_large_form_streams_through_little_memory(house: House) -> None:
    form = Form(b"edge", SENT)
    handler = SealingHandler(house.id, house.actor("privacy_officer"), AT)
    meta = {"CONTENT_TYPE": "multipart/form-data; boundary=edge", "CONTENT_LENGTH": str(form.size)}
    tracemalloc.start()
    try:
        MultiPartParser(meta, form, [handler]).parse()
        (kept,) = handler.settle(["log"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert kept.size == SENT
    assert peak < MOST_MEMORY
    (file,) = kept_files(house)
    assert SENT < file.stat().st_size < SENT + SENT // 1000
    file.unlink()


@pytest.fixture
def installation(tmp_path: Path) -> Mapping[str, str]:
    """The environment of an installation of its own, into which a log and a feed were received."""
    folder = tmp_path / "files"
    folder.mkdir()
    rows = "".join(f"2026-03-{1 + n % 28:02}T09:00:00.{n:06}Z,ana,open,P{n}\n" for n in range(120_000))
    (folder / "log.csv").write_text(HEADER + rows, encoding="utf-8")
    (folder / "patients.csv").write_text(
        "patient,family_name\n" + "".join(f"P{n},Doe\n" for n in range(3_000)), "utf-8"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
        "CHARTWARDEN_DATA": str(tmp_path / "data"),
        "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
        "DATABASE_URL": "",
    }
    told(environment, "prepare", str(folder))
    return environment


def told(environment: Mapping[str, str], *arguments: str) -> str:
    command = [*PROGRAM, *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_killed_worker_leaves_nothing_half_done(installation: Mapping[str, str], tmp_path: Path) -> None:
    chance = random.Random(7)
    for turn in range(3):
        command = [*PROGRAM, "work", str(turn * 100)]
        with subprocess.Popen(command, env=installation, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "begun\n"
            try:
                process.wait(timeout=chance.uniform(0.05, 1.2))
            except subprocess.TimeoutExpired:
                process.kill()
    told(installation, "work", "1000")
    found = {row[0]: row[1:] for row in json.loads(told(installation, "show"))}
    assert found["log"][:-1] == ["counted", 120_000, 120_000, 1]
    assert found["patients"][:-1] == ["counted", 3_000, 3_000, 0]
    assert sorted(row[-1] for row in found.values()) == [1, 2]
    kept = [path.name for path in (tmp_path / "data" / "events").rglob("*") if path.is_file()]
    assert len(kept) == 1
