"""Webhooks to a real receiver on loopback: told once, signed, tried again, never to where they may not go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from chartwarden.clinics import calling, delivering, queries, services
from chartwarden.clinics import webhook_rules as rules
from chartwarden.clinics.calling import call
from chartwarden.clinics.jobs import deliver_everywhere
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.services import append
from tests.support.clinic import AT, House

MINUTE = timedelta(minutes=1)


@dataclass
class Receiver:
    """Keeps what it is sent, and answers the status it is told to."""

    url: str = ""
    status: int = 204
    location: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            if kept.location:
                self.send_header("Location", kept.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/hook?from=chartwarden"
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _inside(settings: Any) -> None:
    settings.WEBHOOKS_INSIDE = True


def add(house: House, url: str, *kinds: str, at: datetime = AT) -> Any:
    return services.add_webhook(clinic=house.id, url=url, kinds=kinds, actor=house.actor("owner"), at=at)


def write(house: House, kind: str, at: datetime = AT) -> int:
    with transaction.atomic():
        return append(
            clinic=house.id, kind=kind, actor=house.actor("owner"), at=at, subject={"review": "r1"}, facts={"n": 1}
        ).index


def test_it_is_told_of_what_it_asked_for_and_signed(house: House, receiver: Receiver) -> None:
    made = add(house, receiver.url, "review.signed")
    write(house, "review.opened")
    index = write(house, "review.signed")
    assert deliver_everywhere(AT + MINUTE) == 1
    ((headers, body),) = receiver.got
    assert json.loads(body) == {
        "type": "review.signed",
        "timestamp": AT.isoformat(),
        "data": {"clinic": str(house.id), "index": index, "subject": {"review": "r1"}},
    }
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(int((AT + MINUTE).timestamp()))
    assert deliver_everywhere(AT + 2 * MINUTE) == 0
    assert len(receiver.got) == 1


def test_what_does_not_arrive_is_tried_again_from_there(house: House, receiver: Receiver) -> None:
    add(house, receiver.url)
    first, second = write(house, "review.opened"), write(house, "review.signed")
    receiver.status = 500
    assert deliver_everywhere(AT) == 0
    (there,) = queries.webhooks(house.id)
    assert (there.failing_since, there.trouble, there.next_index) == (AT, "it answered 500", first)
    assert there.next_try_at == AT + MINUTE
    assert deliver_everywhere(AT + MINUTE / 2) == 0
    assert len(receiver.got) == 1
    receiver.status = 200
    assert deliver_everywhere(AT + MINUTE) == 2
    (there,) = queries.webhooks(house.id)
    assert (there.failing_since, there.trouble, there.next_index) == (None, "", second + 1)
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert ids[0] == ids[1] != ids[2]


def test_a_redirect_is_not_followed(house: House, receiver: Receiver) -> None:
    add(house, receiver.url)
    write(house, "review.signed")
    receiver.status, receiver.location = 307, receiver.url
    assert deliver_everywhere(AT) == 0
    assert len(receiver.got) == 1
    assert queries.webhooks(house.id)[0].trouble == "it answered 307"


def test_the_own_network_is_not_called_unless_allowed(house: House, receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOKS_INSIDE = False
    add(house, receiver.url)
    write(house, "review.signed")
    assert deliver_everywhere(AT) == 0
    assert receiver.got == []
    assert queries.webhooks(house.id)[0].trouble == "its host is in a network that may not be called"


def test_nobody_there_is_a_failure_and_no_fault(house: House) -> None:
    add(house, "http://127.0.0.1:9/")
    write(house, "review.signed")
    assert deliver_everywhere(AT) == 0
    assert queries.webhooks(house.id)[0].trouble.startswith("no answer")


def test_a_test_message_says_whether_it_arrived(house: House, receiver: Receiver) -> None:
    made = add(house, receiver.url, "review.signed")
    send = {"clinic": house.id, "webhook": made.id, "actor": house.actor("owner"), "at": AT}
    assert services.try_webhook(**send) == ""
    assert json.loads(receiver.got[0][1])["type"] == "clinics.webhook_tested"
    receiver.status = 403
    assert services.try_webhook(**send) == "it answered 403"


def test_a_withdrawn_webhook_hears_nothing(house: House, receiver: Receiver) -> None:
    made = add(house, receiver.url)
    withdraw = {"clinic": house.id, "webhook": made.id, "actor": house.actor("owner"), "at": AT}
    services.withdraw_webhook(**withdraw)
    services.withdraw_webhook(**withdraw)
    assert (deliver_everywhere(AT), receiver.got, queries.webhooks(house.id)) == (0, [], [])
    kinds = [e.kind for e in ledger.entries(house.id, limit=1000) if "webhook" in e.kind]
    assert kinds == ["clinics.webhook_added", "clinics.webhook_withdrawn"]


def test_another_clinics_webhook_is_not_there(house: House, other_house: House, receiver: Receiver) -> None:
    made = add(house, receiver.url)
    for verb in (services.withdraw_webhook, services.try_webhook):
        with pytest.raises(InputRefused):
            verb(clinic=other_house.id, webhook=made.id, actor=other_house.actor("owner"), at=AT)
    assert [one.id for one in queries.webhooks(house.id)] == [made.id]
    assert receiver.got == []


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.org", "http://hooks.example.org/", "ftp://hooks.example.org/", "https://", "file:///etc/passwd",
        "https://user:word@hooks.example.org/", "https://hooks.example.org:99999/", "https://hooks.example.org/#x",
        "https://hooks.example.org/\r\nX: y", "https://höks.example.org/", "https://h/" + "x" * 500, "https://[::1",
    ],
)  # fmt: skip
def test_urls_that_will_not_do(url: str) -> None:
    with pytest.raises(InputRefused):
        rules.address(url)


@pytest.mark.parametrize(
    ("addresses", "inside", "allowed"),
    [
        (["93.184.216.34"], False, True),
        (["93.184.216.34", "10.0.0.1"], False, False),
        (["127.0.0.1"], False, False),
        (["::1"], False, False),
        (["::ffff:10.0.0.1"], False, False),
        (["169.254.169.254"], True, False),
        (["fe80::1%eth0"], True, False),
        (["10.0.0.1"], True, True),
        (["224.0.0.1"], True, False),
        (["0.0.0.0"], True, False),
        (["100.64.0.1"], False, False),
        ([], True, False),
    ],
)
def test_where_it_may_call(addresses: list[str], inside: bool, allowed: bool) -> None:
    assert bool(rules.may_reach(addresses, inside)) is allowed


def test_waits_grow_and_then_stay() -> None:
    waits = [rules.again_after(attempts) for attempts in range(1, 20)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (MINUTE, timedelta(hours=12))


def test_the_page_adds_tries_and_withdraws(signed_in: Any, house: House, receiver: Receiver) -> None:
    client = signed_in("owner")
    address = f"/c/{house.id}/settings/webhooks/"
    assert "told of anything yet" in client.get(address).text
    refused = client.post(address, {"add": "1", "url": "http://hooks.example.org/", "kinds": ""})
    assert (refused.status_code, "Expected https" in refused.text) == (422, True)
    made = client.post(address, {"add": "1", "url": receiver.url, "kinds": "review.signed\nreview.opened"})
    assert "whsec_" in made.text
    assert "whsec_" not in client.get(address).text
    (there,) = queries.webhooks(house.id)
    assert there.kinds == ("review.opened", "review.signed")
    assert "The test message arrived." in client.post(address, {"test": str(there.id)}, follow=True).text
    assert "told nothing more" in client.post(address, {"withdraw": str(there.id)}, follow=True).text
    assert "no such webhook" in client.post(address, {"test": str(there.id)}, follow=True).text
    assert signed_in("coder").get(address).status_code == 403


@contextmanager
def dripping(seconds: float) -> Iterator[str]:
    """A receiver that answers a header a moment, for that long: each of them in time, all of them never."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                while not ended.is_set():
                    there, _ = server.accept()
                    threading.Thread(target=one, args=(there,), daemon=True).start()

        def one(there: socket.socket) -> None:
            with suppress(OSError), there:
                there.recv(65536)
                there.sendall(b"HTTP/1.1 200 OK\r\n")
                while not ended.wait(0.05):
                    there.sendall(b"X-More: y\r\n")

        threading.Thread(target=drip, daemon=True).start()
        timer = threading.Timer(seconds, ended.set)
        timer.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        ended.set()
        timer.cancel()


def test_a_receiver_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "LONGEST", 1.0)
    with dripping(30) as url:
        began = time.monotonic()
        assert call(rules.address(url), b"{}", {}, True) == "no answer within 1 seconds"
        assert time.monotonic() - began < 10


def test_one_that_drips_keeps_none_from_theirs(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "LONGEST", 1.0)
    with dripping(30) as url:
        for _ in range(3):
            add(house, url)
        add(house, receiver.url)
        write(house, "review.signed")
        began = time.monotonic()
        assert deliver_everywhere(AT) == 1
        assert time.monotonic() - began < 10
        waits = [(one.url == url, one.next_try_at) for one in queries.webhooks(house.id)]
        assert sorted(waits, key=str) == [(False, None)] + [(True, AT + MINUTE)] * 3
        write(house, "review.signed")
        assert deliver_everywhere(AT + MINUTE / 2) == 1


def test_a_round_tells_a_piece_and_the_next_goes_on(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "AT_ONCE", 3)
    add(house, receiver.url, "review.signed")
    indexes = [write(house, "review.signed") for _ in range(5)]
    assert [deliver_everywhere(AT) for _ in range(3)] == [3, 2, 0]
    assert [json.loads(body)["data"]["index"] for _, body in receiver.got] == indexes


def test_when_the_time_is_over_no_message_is_begun(receiver: Receiver) -> None:
    over = threading.Event()
    over.set()
    messages = (delivering.Message(7, b"{}", {}),)
    waiting = delivering.Round(UUID(int=1), UUID(int=2), receiver.url, 5, 8, False, messages)
    assert delivering.send(waiting, over, True) == delivering.Sent(5, 0)
    assert receiver.got == []
    over.clear()
    assert delivering.send(waiting, over, True) == delivering.Sent(8, 1)
