"""The outbox, against a real mail server: one that takes mail, one that refuses, one that is down, and none."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from chartwarden.clinics.contracts import Clinic
from chartwarden.people import models, queries, services
from chartwarden.people.jobs import JOBS
from chartwarden.people.mail_texts import MAIL_TEXTS
from chartwarden.people.sending import LEASE, WAITS
from tests.support.clinic import AT, House

JOB = next(job for job in JOBS if job.name == "people.send_mail")


class Sink:
    """Takes mail, but for recipients it was told to refuse, and with what answer."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.SITE_URL = "https://chart.example.org"
    yield handler
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write(house: House, role: str = "coder", kind: str = "duty_late", **more: Any) -> Any:
    return services.notify(clinic=house.id, person=house.people[role], kind=kind, page="web:home", at=AT, **more)


def states(house: House) -> list[str]:
    return sorted(message.state for message in queries.outbox(house.id))


def test_a_mail_goes_out_once_with_a_link_and_nobodys_name(house: House, sink: Sink) -> None:
    mail = write(house)
    assert (JOB.run(AT), JOB.run(AT + timedelta(days=1))) == (1, 0)
    ((recipients, message),) = sink.taken
    assert recipients == ["coder@lakeside.example"]
    assert message["Subject"] == MAIL_TEXTS["duty_late"].subject
    assert message["Message-ID"] == f"<{mail}@chart.example.org>"
    text = message.get_content()
    assert re.findall(r"\S+://\S+", text) == [f"https://chart.example.org/c/{house.id}/"]
    assert not any(word in message.as_string() for word in ("Coder Example", "Lakeside Clinic", "u-coder"))
    assert states(house) == ["sent"]


def test_every_kind_composes_and_an_unknown_one_is_refused(house: House, sink: Sink) -> None:
    for kind in MAIL_TEXTS:
        write(house, kind=kind)
    assert JOB.run(AT) == len(MAIL_TEXTS) == len(sink.taken)
    with pytest.raises(KeyError):
        write(house, kind="gossip")


def test_an_address_given_is_sealed_and_used(house: House, sink: Sink) -> None:
    mail = write(house, address="new@lakeside.example")
    assert b"new@" not in bytes(models.OutgoingMail.objects.get(id=mail).address)
    JOB.run(AT)
    assert sink.taken[0][0] == ["new@lakeside.example"]


def test_a_refusal_for_now_is_tried_again_later_and_holds_no_other_up(house: House, sink: Sink) -> None:
    sink.answers["coder@lakeside.example"] = "450 try again"
    write(house)
    write(house, "owner")
    assert JOB.run(AT) == 1
    assert states(house) == ["sent", "waiting"]
    assert JOB.run(AT + WAITS[0] - timedelta(seconds=1)) == 0
    sink.answers.clear()
    assert JOB.run(AT + WAITS[0]) == 1
    assert [recipients for recipients, _ in sink.taken] == [["owner@lakeside.example"], ["coder@lakeside.example"]]


def test_a_refusal_for_good_is_shown_to_the_officer(house: House, sink: Sink) -> None:
    sink.answers["coder@lakeside.example"] = "550 no such mailbox"
    write(house)
    assert JOB.run(AT) == 0
    assert [(m.state, m.trouble) for m in queries.outbox(house.id)] == [("failed", "refused 550")]
    assert dues(house, "privacy_officer") == ["1 message could not be delivered"]
    assert dues(house, "coder") == []


def test_a_server_that_is_down_loses_nothing_and_stops_the_round(house: House, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    write(house)
    write(house, "owner")
    now = AT
    assert JOB.run(now) == 0
    assert sorted(message.attempts for message in queries.outbox(house.id)) == [0, 1]
    for wait in WAITS:
        now += wait + LEASE
        JOB.run(now)
        JOB.run(now)
    JOB.run(now + timedelta(days=2))
    assert states(house) == ["failed", "failed"]
    assert {message.trouble for message in queries.outbox(house.id)} == {"ConnectionRefusedError"}


def test_one_that_another_worker_leased_is_left_until_the_lease_ends(house: House, sink: Sink) -> None:
    mail = write(house)
    models.OutgoingMail.objects.filter(id=mail).update(next_at=AT + LEASE, attempts=1)
    assert JOB.run(AT + LEASE - timedelta(seconds=1)) == 0
    assert JOB.run(AT + LEASE) == 1


def test_without_a_mail_server_it_stays_and_the_officer_is_told(house: House, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    write(house)
    assert JOB.run(AT) == 0
    assert states(house) == ["waiting"]
    assert dues(house, "privacy_officer") == ["1 message waits: no mail server is set up"]


def dues(house: House, role: str) -> list[str]:
    member = queries.member(house.users[role], house.id, AT)
    assert member is not None
    assert isinstance(house.clinic, Clinic)
    return [due.what for due in queries.due(member, house.clinic, AT)]
