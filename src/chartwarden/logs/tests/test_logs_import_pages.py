"""The pages of what is imported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from chartwarden.clinics.queries import inputs_changed_at, inputs_revision
from chartwarden.logs import queries
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import read_next
from chartwarden.logs.tests.test_logs_imports import AT, LOG, QUEUE, count, kept_files, read, send
from chartwarden.people.queries import member
from tests.support.clinic import House, sign_in_as

SignedIn = Callable[[str], Any]


def address(name: str, house: House, **named: object) -> str:
    return reverse(f"logs:{name}", kwargs={"clinic": house.id, **named})


def post(client: Any, house: House, data: bytes, name: str, **more: object) -> Any:
    return client.post(address("receive", house), {"files": SimpleUploadedFile(name, data)}, **more)


def test_a_file_is_sent_read_and_counted_without_script(house: House, signed_in: SignedIn) -> None:
    client = signed_in("privacy_officer")
    assert "Nothing was imported yet" in client.get(address("imports", house)).content.decode()
    sent = post(client, house, LOG.encode(), "log.csv")
    (row,) = LogImport.objects.all()
    assert sent.headers["Location"] == address("import", house, upload=row.id)
    assert "Waiting its turn" in client.get(sent.headers["Location"]).content.decode()
    read_next(AT)
    page = client.get(sent.headers["Location"]).content.decode()
    assert "Does this look right?" in page
    assert "log.csv" in page
    assert "occurred_at: expected" in page
    assert "Tue</title>" not in page
    client.post(address("count", house, upload=row.id))
    assert inputs_changed_at(house.id)["log"] == inputs_revision(house.id)
    assert "It counts since" in client.get(sent.headers["Location"]).content.decode()
    assert "Counts" in client.get(address("imports", house)).content.decode()


def test_script_is_told_where_to_go(house: House, signed_in: SignedIn) -> None:
    sent = post(signed_in("privacy_officer"), house, LOG.encode(), "log.csv", headers={"accept": "application/json"})
    (row,) = LogImport.objects.all()
    assert sent.json() == {"go": address("import", house, upload=row.id)}


def test_a_kind_that_a_role_may_not_import_is_not_kept(house: House, signed_in: SignedIn) -> None:
    client = signed_in("human_resources")
    post(client, house, QUEUE.encode(), "assignments.csv")
    assert "does not let you import the coding queue" in client.get(address("imports", house)).content.decode()
    assert (LogImport.objects.count(), kept_files(house)) == (0, [])


@pytest.mark.parametrize("role", ["coding_supervisor", "ehr_administrator", "security_officer"])
def test_nobody_ends_engagements_by_a_file_who_may_not_end_them_by_hand(
    house: House, signed_in: SignedIn, role: str
) -> None:
    client = signed_in(role)
    rows = b"person,logins,role,started_on,ended_at\nu-coder,c,coder,2025-01-06,2026-03-01T00:00:00Z\n"
    post(client, house, rows, "workforce.csv")
    assert "does not let you import staff" in client.get(address("imports", house)).content.decode()
    assert (LogImport.objects.count(), kept_files(house)) == (0, [])


def test_who_may_not_import_sends_nothing(house: House, signed_in: SignedIn) -> None:
    assert post(signed_in("auditor"), house, LOG.encode(), "log.csv").status_code == 403
    assert LogImport.objects.count() == 0


def test_a_form_without_its_token_keeps_nothing(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in_as(client, house.users["privacy_officer"])
    assert post(client, house, LOG.encode(), "log.csv").status_code == 403
    assert (LogImport.objects.count(), kept_files(house)) == (0, [])


def test_an_empty_form_and_an_empty_file_are_told_of(house: House, signed_in: SignedIn) -> None:
    client = signed_in("privacy_officer")
    client.post(address("receive", house), {})
    assert "Choose a file first" in client.get(address("imports", house)).content.decode()
    post(client, house, b"", "log.csv")
    assert "a file with something in it" in client.get(address("imports", house)).content.decode()
    assert LogImport.objects.count() == 0


def test_the_same_file_again_is_said_to_be_here(house: House, signed_in: SignedIn) -> None:
    client = signed_in("privacy_officer")
    upload = send(house, LOG.encode()).id
    sent = post(client, house, LOG.encode(), "other.csv")
    assert str(upload) in sent.headers["Location"]
    assert "here already" in client.get(sent.headers["Location"]).content.decode()


def test_progress_is_polled_until_the_page_is_to_be_shown_anew(house: House, signed_in: SignedIn) -> None:
    client = signed_in("privacy_officer")
    upload = send(house, LOG.encode()).id
    asked = client.get(address("progress", house, upload=upload))
    assert 'hx-trigger="every 1s"' in asked.content.decode()
    read_next(AT)
    assert client.get(address("progress", house, upload=upload)).headers["HX-Refresh"] == "true"


def test_a_file_name_and_logins_are_shown_to_importers_alone(house: House, signed_in: SignedIn) -> None:
    upload = read(house, LOG.encode(), "JANE DOE.csv")
    for role, shown in (("privacy_officer", True), ("auditor", False), ("human_resources", False)):
        client = signed_in(role)
        for name, named in (("imports", {}), ("import", {"upload": upload})):
            page = client.get(address(name, house, **named)).content.decode()
            assert ("JANE DOE" in page) is shown, (role, name)
            assert "<title>" in page
            assert "JANE" not in page.partition("</title>")[0]
    assert client.get(address("quarantine", house, upload=upload)).status_code == 403


def test_all_rows_in_quarantine_come_as_csv(house: House, signed_in: SignedIn) -> None:
    upload = read(house, LOG.encode() + b"bad\n" * 60)
    client = signed_in("privacy_officer")
    assert "the first 50 of 61" in client.get(address("import", house, upload=upload)).content.decode()
    got = client.get(address("quarantine", house, upload=upload))
    assert len(got.content.decode().splitlines()) == 62


def test_a_refused_file_says_why_and_can_be_discarded(house: House, signed_in: SignedIn) -> None:
    client = signed_in("privacy_officer")
    upload = read(house, b"PK\x03\x04 a zip archive", "log.zip")
    page = client.get(address("import", house, upload=upload)).content.decode()
    assert "a zip archive" in page
    client.post(address("discard", house, upload=upload))
    assert "destroyed" in client.get(address("import", house, upload=upload)).content.decode()
    assert kept_files(house) == []


def test_another_clinics_import_is_not_there(house: House, other_house: House, signed_in: SignedIn) -> None:
    upload = send(house, LOG.encode()).id
    client = signed_in("privacy_officer")
    sign_in_as(client, other_house.users["privacy_officer"])
    for name in ("import", "progress", "quarantine"):
        assert client.get(address(name, other_house, upload=upload)).status_code == 404
    for name in ("count", "discard", "again"):
        assert client.post(address(name, other_house, upload=upload)).status_code == 404


def test_what_is_due(house: House) -> None:
    def due(role: str, later: timedelta = timedelta()) -> list[str]:
        found = member(house.users[role], house.id, AT)
        return [one.what for one in queries.due(found, house.clinic, AT + later)]

    assert due("privacy_officer") == ["No access log is here yet"]
    upload = read(house)
    assert due("privacy_officer") == ["Access log waits to be counted"]
    assert due("human_resources") == []
    count(house, upload)
    assert due("privacy_officer") == []
    assert due("privacy_officer", timedelta(days=9)) == ["No access log for 13 days"]
    read(house, b"PK\x03\x04 a zip archive")
    assert due("privacy_officer") == ["Access log could not be read"]


@pytest.mark.parametrize("role", ["coder", "qa_auditor", "vendor_administrator", "owner"])
def test_who_may_see_imports(role: str, house: House, signed_in: SignedIn) -> None:
    assert signed_in(role).get(address("imports", house)).status_code == (200 if role == "owner" else 403)
