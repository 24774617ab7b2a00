"""A full disk at every step: told in plain words, nothing half kept, and gone on with once there is room.

The limit on a file's size stands for the full disk: the system refuses the write in the same place, by another
number; SQLite is told that its file may not grow.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from chartwarden.clinics.queries import webhooks
from chartwarden.ledger.queries import latest
from chartwarden.logs.jobs import tidy_files
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import LEASE, read_next
from chartwarden.logs.tests.test_logs_imports import HEADER, MIB, QUEUE, count, kept_files, read, send
from chartwarden.review import models
from chartwarden.review.desk.running import FULL, refresh_clinic
from tests.support.clinic import AT, House

LOG = (HEADER + "".join(f"2026-03-02T09:{n % 60:02}:00.{n:06}Z,ana,open,P{n}\n" for n in range(60_000))).encode()


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_an_upload_by_the_page(house: House, signed_in: Any) -> None:
    client = signed_in("privacy_officer")
    with files_of_at_most(MIB):
        sent = client.post(
            reverse("logs:receive", kwargs={"clinic": house.id}),
            {"files": SimpleUploadedFile("log.csv", LOG)},
            follow=True,
        )
    assert "a full disk; nothing of the file was kept" in sent.text
    assert (kept_files(house), LogImport.objects.count()) == ([], 0)
    send(house, LOG)
    assert LogImport.objects.get().state == "received"


@pytest.mark.parametrize("room", [1 << 10, MIB // 8, MIB // 2, MIB])
def test_reading(house: House, room: int) -> None:
    upload = send(house, LOG).id
    with files_of_at_most(room):
        read_next(AT)
    waiting = LogImport.objects.get(id=upload)
    assert (waiting.state, waiting.stage) == ("reading", "waiting for room: the disk is full")
    assert not [path for path in (Path(settings.DATA) / "scratch").iterdir() if path.is_dir() and any(path.iterdir())]
    read_next(AT + LEASE + timedelta(seconds=1))
    assert LogImport.objects.get(id=upload).state == "read"
    assert not [path for path in kept_files(house) if path.name.endswith(".sealing")]


@pytest.mark.parametrize("room", [1 << 10, MIB // 8])
def test_a_review(house: House, room: int) -> None:
    count(house, read(house, LOG))
    count(house, read(house, QUEUE.encode(), "assignments.csv"))
    with files_of_at_most(room):
        refresh_clinic(house.clinic, AT)
    row = models.Review.objects.get(clinic_id=house.id, first_day="2026-03-02")
    assert (row.run, row.run_fault, row.revision, row.refreshed_at) == ("failed", FULL, 0, None)
    assert not models.CaseRecord.objects.exists()
    refresh_clinic(house.clinic, AT + timedelta(seconds=1))
    assert models.Review.objects.get(id=row.id).run == "failed"
    refresh_clinic(house.clinic, AT + timedelta(minutes=2))
    row.refresh_from_db()
    assert (row.run, row.run_fault, row.accesses) == ("idle", "", 60_000)


@pytest.mark.one_store
@pytest.mark.django_db(transaction=True)  # a full disk ends the whole transaction, so it must not be within another
def test_a_page_whose_commit_finds_no_room_says_so(house: House, signed_in: Any) -> None:
    client = signed_in("owner")
    client.raise_request_exception = False
    address = reverse("web:webhooks", kwargs={"clinic": house.id})
    kinds = " ".join(f"review.{'x' * 50}{number}" for number in range(30))
    values = {"add": "1", "url": "https://hooks.example/", "kinds": kinds}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # no room is left that other tests' rows had
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}")
        try:
            for _ in range(15):
                before, there = latest(house.id), len(webhooks(house.id))
                answer = client.post(address, values)
                if answer.status_code != 200:
                    break
        finally:
            cursor.execute("PRAGMA max_page_count=1073741823")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "The disk is full" in answer.text
    assert "nothing was half done" in answer.text
    assert latest(house.id) == before
    assert len(webhooks(house.id)) == there
    assert "whsec_" in client.post(address, values).text


def test_what_a_kill_has_left_of_a_destroyed_file_is_destroyed(house: House) -> None:
    upload = read(house, LOG)
    count(house, upload)
    left = kept_files(house)[0].with_name("00000000-0000-4000-8000-000000000000.parquet.sealed")
    left.write_bytes(b"sealed")
    half = left.with_name(f"{upload}.parquet.sealed.sealing")
    half.write_bytes(b"sealed")
    before = set(kept_files(house)) - {left, half}
    assert tidy_files(AT) == 2
    assert set(kept_files(house)) == before
    assert tidy_files(AT) == 0
