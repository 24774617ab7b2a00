"""What nobody may count by their own hand, and what looks like another clinic's log, waits for a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from chartwarden.kernel.decisions import Refused
from chartwarden.ledger.queries import entries
from chartwarden.logs import api, queries, services, watching
from chartwarden.logs.models import LogImport
from chartwarden.logs.reading import read_next
from chartwarden.logs.tests.test_logs_api import body, request
from chartwarden.logs.tests.test_logs_imports import AT, LOG, count, read
from chartwarden.people import services as people
from tests.support.clinic import House

FOREIGN = "This looks like another clinic’s log: none of its 2 logins are known here."
TICKETS = "person,patient,from,to,reason,approved_by\n"
OWN = "u-privacy_officer,P1,2026-03-02T08:00:00,2026-03-03T08:00:00,Asked for,Dr Roe\n"
OTHERS = "u-coder,P1,2026-03-02T08:00:00,2026-03-03T08:00:00,Asked for,Dr Roe\n"
QUEUE = "assignment,patient,coder,kind,assigned_at\nA1,P1,u-privacy_officer,initial,2026-03-02T08:00:00\n"


@pytest.fixture
def staffed(house: House) -> House:
    """A clinic that knows the login of its coder, which is not in the log."""
    people.change_person(
        clinic=house.id, person=house.people["coder"], logins=["co01"], actor=house.actor("owner"), at=AT
    )
    return house


def held(house: House, upload: object) -> tuple[str, str]:
    found = queries.import_of(house.id, upload)
    return found.state, found.held


def test_another_clinics_log_sent_by_a_program_is_held(staffed: House) -> None:
    begun = api.begin(request(staffed), staffed.id, body(count=True))
    api.send(request(staffed, data=LOG.encode()), staffed.id, begun.id, 0)
    api.finish(request(staffed), staffed.id, begun.id)
    read_next(AT)
    told = api.Imported.from_orm(api.state(request(staffed), staffed.id, begun.id)).dict()
    assert (told["state"], told["held"]) == ("read", FOREIGN)
    assert [entry.subject for entry in entries(staffed.id, kinds=("logs.held",))] == [{"import": str(begun.id)}]
    count(staffed, begun.id)
    assert held(staffed, begun.id) == ("counted", "")


def test_another_clinics_log_in_the_watched_folder_is_held_and_says_why(staffed: House) -> None:
    watching._seen.clear()
    folder = Path(settings.DATA) / "incoming" / str(staffed.id)
    folder.mkdir(parents=True)
    (folder / "log.csv").write_text(LOG)
    for _ in range(4):
        watching.look(AT)
        while read_next(AT):
            pass
    row = LogImport.objects.get()
    assert held(staffed, row.id) == ("read", FOREIGN)
    assert FOREIGN in (folder / "log.csv.held.txt").read_text(encoding="utf-8")
    services.discard_import(clinic=staffed.id, upload=row.id, actor=staffed.actor("privacy_officer"), at=AT)
    watching.look(AT)
    assert list(folder.iterdir()) == []


def test_a_log_of_known_people_counts_by_itself(house: House) -> None:
    people.change_person(
        clinic=house.id, person=house.people["coder"], logins=["ana"], actor=house.actor("owner"), at=AT
    )
    assert held(house, read(house, counts_when_read=True)) == ("counted", "")


def test_a_queue_that_assigns_to_its_sender_is_held_until_somebody_else_counts_it(house: House) -> None:
    upload = read(house, QUEUE.encode(), "assignments.csv", counts_when_read=True)
    assert held(house, upload) == ("read", "Row 1 assigns work to you; somebody else must count this file.")
    with pytest.raises(Refused, match="somebody else"):
        count(house, upload)
    services.count_import(clinic=house.id, upload=upload, actor=house.actor("coding_supervisor"), at=AT)
    assert held(house, upload) == ("counted", "")


def test_tickets_for_oneself_are_counted_by_somebody_else(house: House) -> None:
    count(house, read(house, (TICKETS + OTHERS).encode(), "tickets.csv"))
    upload = read(house, (TICKETS + OTHERS + OWN).encode(), "tickets.csv")
    with pytest.raises(Refused, match="Row 2 permits you to open a record; somebody else"):
        count(house, upload)
    services.count_import(clinic=house.id, upload=upload, actor=house.actor("coding_supervisor"), at=AT)
    again = read(house, (TICKETS + OWN + OTHERS + OTHERS.replace("P1", "P2")).encode(), "tickets.csv")
    count(house, again)


DEVICES = "device,person,owner,encrypted,managed,antivirus,approved_from,approved_to\n"
LAPTOP = "LT-1,{person},{owner},yes,yes,yes,2026-01-05,\n"


def test_a_device_of_ones_own_is_counted_by_somebody_else(house: House) -> None:
    others = LAPTOP.replace("LT-1", "LT-2").format(person="u-coder", owner="clinic")
    count(house, read(house, (DEVICES + others).encode(), "devices.csv"))
    own = [LAPTOP.format(person="u-privacy_officer", owner=owner) for owner in ("clinic", "personal")]
    first = read(house, (DEVICES + others + own[0]).encode(), "devices.csv")
    with pytest.raises(Refused, match="Row 2 registers a device of yours; somebody else"):
        count(house, first)
    services.count_import(clinic=house.id, upload=first, actor=house.actor("security_officer"), at=AT)
    blank = LAPTOP.format(person="", owner="clinic")
    for row in (own[1], blank):
        with pytest.raises(Refused, match="Row 1 registers a device of yours"):
            count(house, read(house, (DEVICES + row).encode(), "devices.csv"))
    count(house, read(house, (DEVICES + own[0] + others).encode(), "devices.csv"))


def test_a_device_of_who_shares_a_login_is_counted_by_somebody_else(house: House) -> None:
    for role in ("privacy_officer", "coder"):
        people.change_person(
            clinic=house.id, person=house.people[role], logins=["shared"], actor=house.actor("owner"), at=AT
        )
    upload = read(house, (DEVICES + LAPTOP.format(person="u-coder", owner="clinic")).encode(), "devices.csv")
    with pytest.raises(Refused, match="Row 1 registers a device of yours"):
        count(house, upload)


def test_the_page_says_why_it_waits(house: House, signed_in: object) -> None:
    upload = read(house, QUEUE.encode(), "assignments.csv", counts_when_read=True)
    client = signed_in("privacy_officer")
    shown = client.get(f"/c/{house.id}/imports/{upload}/").content.decode()
    assert "It does not count by itself: Row 1 assigns work to you" in shown
    client.post(f"/c/{house.id}/imports/{upload}/count/")
    assert queries.import_of(house.id, upload).state == "read"
