"""Mail servers and webhooks' receivers that break off or hang: the worker goes on, nothing is lost or sent twice."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from chartwarden.clinics import calling, queries, services
from chartwarden.clinics.jobs import deliver_everywhere
from chartwarden.ledger.services import append
from chartwarden.people.models import OutgoingMail
from chartwarden.people.sending import WAITS, send_waiting
from chartwarden.people.services import notify
from tests.support.clinic import AT, House


@contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that talks with each who comes as it is told to."""
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                one, _ = listening.accept()
                threading.Thread(target=served, args=(one,), daemon=True).start()

    def served(one: socket.socket) -> None:
        with suppress(OSError), one:
            talk(one)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()


def drip(one: socket.socket) -> None:
    """Answer, a byte at a time, without end."""
    one.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10_000:
        one.sendall(bytes([byte]))
        time.sleep(0.2)


def hang(one: socket.socket) -> None:
    """Say nothing."""
    one.recv(65536)
    time.sleep(30)


def close(one: socket.socket) -> None:
    """Take the message, and go away without an answer."""
    one.recv(65536)


@pytest.mark.parametrize("talk", [drip, hang, close])
def test_a_receiver_that_does_not_answer_holds_nobody_up(
    house: House, settings: Any, monkeypatch: pytest.MonkeyPatch, talk: Callable[[socket.socket], None]
) -> None:
    settings.WEBHOOKS_INSIDE = True
    monkeypatch.setattr(calling, "LONGEST", 1.5)
    monkeypatch.setattr(calling, "READ", 1.0)
    with server(talk) as port:
        services.add_webhook(
            clinic=house.id, url=f"http://127.0.0.1:{port}/", kinds=(), actor=house.actor("owner"), at=AT
        )
        with transaction.atomic():
            index = append(
                clinic=house.id, kind="review.signed", actor=house.actor("owner"), at=AT, subject={"review": "r"}
            ).index
        began = time.monotonic()
        assert deliver_everywhere(AT) == 0
        assert time.monotonic() - began < 5
    (there,) = queries.webhooks(house.id)
    assert (there.trouble.startswith("no answer"), there.next_index) == (True, index)


class Mail:
    """A mail server that goes away at a word."""

    def __init__(self, at: str) -> None:
        self.at, self.taken = at, 0

    def __call__(self, one: socket.socket) -> None:
        one.sendall(b"220 here\r\n")
        lines, data = one.makefile("rb"), False
        for line in lines:
            word = line.strip().upper()
            if data:
                if word == b".":
                    if self.at == "END":
                        return
                    data, self.taken = False, self.taken + 1
                    one.sendall(b"250 taken\r\n")
                elif self.at == "TEXT":
                    return
            elif self.at and word.startswith(self.at.encode()):
                return
            elif word == b"DATA":
                data = True
                one.sendall(b"354 go on\r\n")
            elif word == b"QUIT":
                one.sendall(b"221 bye\r\n")
                return
            else:
                one.sendall(b"250 ok\r\n")


@pytest.mark.parametrize("at", ["EHLO", "MAIL", "RCPT", "DATA", "TEXT", "END"])
def test_a_mail_server_that_goes_away_in_the_middle_is_tried_again(house: House, settings: Any, at: str) -> None:
    OutgoingMail.objects.all().delete()
    for role in ("coder", "qa_auditor"):
        notify(
            clinic=house.id,
            person=house.people[role],
            kind="question_asked",
            page="review:questions",
            arguments={},
            at=AT,
        )
    talk = Mail(at)
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 2
    with server(talk) as settings.EMAIL_PORT:
        assert send_waiting(AT) == 0
        assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"waiting"}
        talk.at = ""
        sent = send_waiting(AT + WAITS[0]) + send_waiting(AT + WAITS[0] + timedelta(minutes=6))
    assert (sent, talk.taken) == (2, 2)
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {"sent"}
