"""Files that can't be used, sent by the page: plain words, nothing kept that counts, and nothing that runs anywhere."""

from __future__ import annotations

import csv
import gzip
import html
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse

from chartwarden.cli.pages.permissions import _below
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import read_next
from chartwarden.logs.tests.test_logs_imports import HEADER, LOG, kept_files
from chartwarden.logs.tests.test_tables_refusals import REFUSED
from chartwarden.logs.watching import look
from chartwarden.people.services import add_person
from tests.support.api import token_for
from tests.support.clinic import AT, House

SignedIn = Callable[[str], Any]
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)")
MARKUP = "<script>alert(1)</script>"
ACCESSES = HEADER.encode()
LOGS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "an empty one"),
    "a zip": (REFUSED["zip"][0], "a zip archive"),
    "a workbook": (REFUSED["workbook"][0], "an Excel workbook"),
    "a pdf": (b"%PDF-1.7\n", "a PDF"),
    "binary": (REFUSED["binary"][0], "binary data"),
    "UTF-16": (LOG.encode("utf-16"), "UTF-16"),
    "Latin-1": (ACCESSES + "2026-03-02T09:00:00Z,jos\xe9,open,P1\n".encode("latin-1") * 3, "encoding"),
    "a cut gzip": (gzip.compress(LOG.encode() * 50)[:-9], "gzip"),
    "a gzip bomb": (gzip.compress(ACCESSES + bytes(100 << 20)), "a gzip bomb"),
    "no header": (b"2026-03-02T09:00:00Z,ana,open,P1\n" * 4, "format"),
    "another header": (b"when,who,what\n2026-03-02,ana,open\n", "format"),
    "a column twice": (b"occurred_at,actor,action,patient,actor\n2026-03-02T09:00:00Z,a,open,P1,b\n", "twice"),
    "broken quoting": (ACCESSES + b'2026-03-02T09:00:00Z,"ana,open,P1\n', "line 2"),
    "times that are none": (ACCESSES + b"yesterday,ana,open,P1\nnever,ana,open,P1\n", "occurred_at"),
    "wrong zones": (ACCESSES + b"2026-03-02T09:00:00+99:00,ana,open,P1\n", "occurred_at"),
    "an hour that is not": (ACCESSES + b"2026-03-08T02:30:00,ana,open,P1\n", "Clock change"),
    "the year 1": (ACCESSES + b"0001-01-01T00:00:00,ana,open,P1\n", "from 2000 to 2099"),
    "a clock that was never set": (ACCESSES + b"1970-01-01T00:00:00Z,ana,open,P1\n", "from 2000 to 2099"),
    "the end of time": (ACCESSES + b"9999-12-31T23:59:59-05:00,ana,open,P1\n", "occurred_at"),
    "words for patients": (ACCESSES + b"2026-03-02T09:00:00Z,ana,open,\n", "patient"),
    "a null byte": (ACCESSES + b"2026-03-02T09:00:00Z,a\x00na,open,P1\n", "line 2"),
    "entities": (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><AuditMessage>&b;</AuditMessage>',
        "an unknown format",
    ),
    "only a header": (ACCESSES, ""),
}


def page_of(client: Any, house: House, data: bytes, name: str = "log.csv") -> str:
    """What the page says of a file once it was sent and read."""
    sent = client.post(
        reverse("logs:receive", kwargs={"clinic": house.id}), {"files": SimpleUploadedFile(name, data)}, follow=True
    )
    assert sent.status_code == 200
    while read_next(AT):
        pass
    if not LogImport.objects.exists():
        return html.unescape(sent.text)
    row = LogImport.objects.get()
    return html.unescape(client.get(reverse("logs:import", kwargs={"clinic": house.id, "upload": row.id})).text)


@pytest.mark.parametrize("what", LOGS)
def test_a_log_that_can_t_be_used_says_why_on_the_page(house: House, signed_in: SignedIn, what: str) -> None:
    data, told = LOGS[what]
    page = page_of(signed_in("privacy_officer"), house, data)
    assert told in page
    assert "Traceback" not in page
    assert not LogImport.objects.filter(state="counted").exists()
    assert {row.state for row in LogImport.objects.all()} <= {"refused", "read"}


@pytest.mark.parametrize("what", [name for name in REFUSED if "Latin-1" not in name and "missing" not in name])
def test_a_queue_that_can_t_be_used_says_why_on_the_page(house: House, signed_in: SignedIn, what: str) -> None:
    data, told = REFUSED[what]
    page = page_of(signed_in("privacy_officer"), house, data, "assignments.csv")
    assert ("an empty one" if what == "empty" else told.rpartition("found ")[2]) in page


def test_a_log_of_other_people_says_so(house: House, signed_in: SignedIn) -> None:
    add_person(
        clinic=house.id, values={"code": "u9", "given_name": "Ana", "family_name": "Example"},
        feed_role="coder", logins=["ours"], started_on=AT.date(), actor=house.actor("owner"), at=AT,
    )  # fmt: skip
    rows = "".join(f"2026-03-02T09:00:{n:02}Z,stranger{n},open,P{n}\n" for n in range(12))
    page = page_of(signed_in("privacy_officer"), house, (HEADER + rows).encode())
    assert "This looks like another clinic’s log: none of its 12 logins are known here." in page


@pytest.mark.parametrize("name", [f"{MARKUP}.csv", '"><img src=x onerror=alert(1)>.csv', "=cmd.csv", "a\x00b\x1b.csv"])
def test_a_file_s_name_is_shown_and_never_obeyed(house: House, signed_in: SignedIn, name: str) -> None:
    client = signed_in("privacy_officer")
    page_of(client, house, LOG.encode(), name)
    row = LogImport.objects.get()
    for address, named in (("imports", {}), ("import", {"upload": row.id})):
        shown = client.get(reverse(f"logs:{address}", kwargs={"clinic": house.id, **named})).text
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert "\x00" not in shown
        assert "\x1b" not in shown


OWN = ("vault", "events", "scratch")
NAMES = [
    "../../keys",
    "..\\..\\keys",
    "/etc/passwd",
    "....//keys",
    "a/../../b.csv",
    "con",
    ".",
    "..",
    "\x00",
    " ",
    "x" * 3000,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_s_name_leads_nowhere_else(house: House, signed_in: SignedIn, name: str) -> None:
    data = Path(settings.DATA)
    before = {path for path in data.rglob("*") if path.parts[len(data.parts)] not in OWN}
    part = f'Content-Disposition: form-data; name="files"; filename="{name}"'.encode()
    body = b"--edge\r\n" + part + b"\r\n\r\n" + LOG.encode() + b"\r\n--edge--\r\n"
    sent = signed_in("privacy_officer").post(
        reverse("logs:receive", kwargs={"clinic": house.id}), body, content_type="multipart/form-data; boundary=edge"
    )
    assert sent.status_code < 500
    while read_next(AT):
        pass
    assert {row.state for row in LogImport.objects.all()} <= {"read"}
    assert {path for path in data.rglob("*") if path.parts[len(data.parts)] not in OWN} == before
    for path in kept_files(house):
        assert set(path.name) <= set("0123456789abcdef-.parquetsldin")


def test_a_watched_folder_takes_no_link_and_no_folder_out_of_it(house: House, tmp_path: Path) -> None:
    outside = tmp_path / "accesses.csv"
    outside.write_text(LOG, encoding="utf-8")
    folder = Path(settings.DATA) / "incoming" / str(house.id)
    folder.mkdir(parents=True)
    try:
        (folder / "accesses.csv").symlink_to(outside)
        (folder / "hard.csv").mkdir()
        os.mkfifo(folder / "pipe.csv")
        (folder / f"{MARKUP.replace('/', '')}.csv").write_text(LOG, encoding="utf-8")
        (folder / "..accesses.csv").write_text(LOG, encoding="utf-8")
        (folder / "-rf.csv").write_text(HEADER + "2026-03-02T09:00:00Z,ana,open,P1\n", encoding="utf-8")
        for _ in range(4):
            look(AT)
            read_next(AT)
        assert outside.read_text(encoding="utf-8") == LOG
        assert LogImport.objects.filter(source="folder", state="counted").count() == 2
        assert sorted(path.name for path in folder.iterdir()) == [
            "..accesses.csv",
            "accesses.csv",
            "hard.csv",
            "pipe.csv",
        ]
    finally:
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        folder.rmdir()


@pytest.fixture
def full_of_formulas(house: House) -> House:
    """A clinic whose feeds are written by somebody who means the officer's spreadsheet harm."""
    for number, formula in enumerate((*FORMULAS, MARKUP)):
        add_person(
            clinic=house.id, values={"code": f"{formula}{number}", "given_name": formula, "family_name": formula},
            feed_role="coder", started_on=AT.date(), employer=formula[:20], actor=house.actor("owner"), at=AT,
        )  # fmt: skip
    return house


def test_names_of_feeds_are_shown_and_never_obeyed(full_of_formulas: House, signed_in: SignedIn) -> None:
    page = signed_in("human_resources").get(reverse("people:people", kwargs={"clinic": full_of_formulas.id})).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_no_export_of_the_api_holds_a_formula(client: Any, full_of_formulas: House) -> None:
    cache.clear()
    token = token_for(full_of_formulas, "owner").text
    headers = {"Authorization": f"Bearer {token}"}
    cells, seen = [], 0
    tables = [one.name for one in _below(get_resolver().url_patterns, "", "") if one.name.startswith("api:table_")]
    for table in tables:
        address = reverse(table, kwargs={"clinic": full_of_formulas.id})
        answer = client.get(f"{address}?format=csv", headers=headers)
        if answer.status_code == 200:
            seen += 1
            text = b"".join(answer.streaming_content).decode()
            cells += [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert seen > 3
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r", "-2+3"))] == []
    assert any(cell.startswith(f"'{FORMULAS[0]}") for cell in cells)


def test_no_formula_is_in_the_file_of_quarantined_rows(house: House, signed_in: SignedIn) -> None:
    client = signed_in("privacy_officer")
    rows = "".join(f"{formula},ana,open,P1\n" for formula in FORMULAS)
    page_of(client, house, (LOG + rows).encode(), "=cmd.csv")
    row = LogImport.objects.get()
    got = client.get(reverse("logs:quarantine", kwargs={"clinic": house.id, "upload": row.id})).content.decode()
    cells = [cell for line in csv.reader(io.StringIO(got)) for cell in line]
    assert len(cells) > 12
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
