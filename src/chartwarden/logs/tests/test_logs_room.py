"""Uploads leave room on the disk, belong to who began them, and may have any name."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused
from chartwarden.logs import opening, queries, room, rules, services
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import read_next
from chartwarden.logs.receiving import plain_name
from chartwarden.logs.tests.test_logs_imports import AT, LOG, kept_files, send
from tests.support.clinic import House

GIB = 1 << 30


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * GIB, 9 * GIB, GIB))


def begin(house: House, size: int, digest: str = "0" * 64, role: str = "privacy_officer") -> services.UploadState:
    return services.begin_upload(
        clinic=house.id, sha256=digest, size=size, name="log.csv", actor=house.actor(role), at=AT
    )


def test_a_file_that_the_disk_does_not_hold_is_refused_before_it_comes(house: House, nearly_full: None) -> None:
    with pytest.raises(InputRefused, match=r"5\.3 GiB free on the disk; found 1\.0 GiB"):
        begin(house, 5 * GIB)
    with pytest.raises(InputRefused, match="free on the disk"):
        send(house, LOG.encode(), size=GIB)
    assert begin(house, GIB // 2).offset == 0
    assert (LogImport.objects.count(), kept_files(house)) == (1, kept_files(house))


def test_a_page_stops_when_the_reserve_is_reached(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with services.Incoming(
        clinic=house.id, name="log.csv", source="page", actor=house.actor("privacy_officer"), at=AT
    ) as incoming:
        incoming.write(b"x" * (15 << 20))
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 100 << 20))
        with pytest.raises(InputRefused, match="257 MiB free on the disk; found 100 MiB"):
            incoming.write(b"x" * (1 << 20))
    assert (LogImport.objects.count(), kept_files(house)) == (0, [])


def test_what_is_begun_and_not_sent_has_an_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_OF_A_PERSON", 8 << 20)
    monkeypatch.setattr(room, "MOST_OF_A_CLINIC", 12 << 20)
    begin(house, 8 << 20, "1" * 64)
    with pytest.raises(InputRefused, match="at most 8 MiB in files not sent to their end; found 9 MiB"):
        begin(house, 1 << 20, "2" * 64)
    begin(house, 4 << 20, "2" * 64, "coding_supervisor")
    with pytest.raises(InputRefused, match="at most 12 MiB"):
        begin(house, 1 << 20, "3" * 64, "coding_supervisor")
    assert begin(house, 8 << 20, "1" * 64).offset == 0
    monkeypatch.setattr(room, "MOST_FILES", 1)
    with pytest.raises(InputRefused, match="at most 1 files of yours"):
        send(house, LOG.encode())


def test_an_upload_is_gone_on_with_by_its_owner_alone(house: House) -> None:
    data = LOG.encode()
    digest, officer, supervisor = (
        hashlib.sha256(data).hexdigest(),
        *map(house.actor, ("privacy_officer", "coding_supervisor")),
    )
    first = begin(house, len(data), digest)

    def append(upload: object, actor: Actor) -> object:
        return services.append_bytes(clinic=house.id, upload=upload, offset=0, chunks=[data], actor=actor)

    with pytest.raises(InputRefused, match="somebody else's"):
        append(first.id, supervisor)
    with pytest.raises(InputRefused, match="somebody else's"):
        services.finish_upload(clinic=house.id, upload=first.id, actor=supervisor, at=AT)
    second = begin(house, len(data), digest, "coding_supervisor")
    assert (second.id != first.id, second.again) == (True, False)
    for upload, actor, again in ((second, supervisor, False), (first, officer, True)):
        append(upload.id, actor)
        done = services.finish_upload(clinic=house.id, upload=upload.id, actor=actor, at=AT)
        assert (done.id, done.again) == (second.id, again)
    assert LogImport.objects.get().state == rules.RECEIVED


def test_a_gzip_has_an_absolute_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(LOG.encode() * 100))
    assert opening.open_input(path, tmp_path).read_bytes() == LOG.encode() * 100
    monkeypatch.setattr(opening, "MOST_UNPACKED", 1000)
    with pytest.raises(InputRefused, match="once unpacked: send it in parts"):
        opening.open_input(path, tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix == ".gz") == ["log.csv.gz"]


@pytest.mark.parametrize("name", ["訪" * 100 + ".csv", "🧑‍⚕️" * 60 + ".csv", "é" * 255 + ".csv", "x" * 300 + ".csv.gz"])
def test_a_long_name_in_any_letters_can_be_read(house: House, name: str) -> None:
    data = gzip.compress(LOG.encode()) if name.endswith(".gz") else LOG.encode()
    upload = send(house, data, name).id
    assert read_next(AT) == 1
    found = queries.import_of(house.id, upload)
    assert (found.state, found.read, found.name.endswith(name[-4:])) == ("read", 2, True)
    assert len(plain_name(name).encode()) <= 160


def test_no_name_of_a_file_lies_in_a_session(house: House, signed_in: Any) -> None:
    client = signed_in("privacy_officer")
    empty = SimpleUploadedFile("SMITH John MRN 774411.csv", b"")
    client.post(f"/c/{house.id}/imports/receive/", {"files": empty})
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    assert any("Not taken" in one for one in kept)
    assert not any("SMITH" in one for one in kept)


def test_looking_at_progress_is_no_activity(house: House, signed_in: Any) -> None:
    client = signed_in("privacy_officer")
    upload = send(house, LOG.encode()).id
    client.get(f"/c/{house.id}/imports/")

    def active() -> str:
        return str(Session.objects.get(session_key=client.session.session_key).get_decoded()["active_at"])

    session = client.session
    session["active_at"] = before = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    session["signed_in_at"] = before
    session.save()
    assert client.get(f"/c/{house.id}/imports/{upload}/progress/").status_code == 200
    assert active() == before
    client.get(f"/c/{house.id}/imports/")
    assert active() != before


def test_a_page_says_how_much_room_is_needed(house: House, signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in("privacy_officer")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 1 << 20))
    sent = SimpleUploadedFile("log.csv", LOG.encode())
    told = client.post(f"/c/{house.id}/imports/receive/", {"files": sent}, follow=True).content.decode()
    assert "found 1 MiB; nothing of the file was kept" in told
    assert LogImport.objects.count() == 0
