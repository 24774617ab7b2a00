"""An EHR that is slow, breaks off, errs, answers something else or without end: each has its word, nothing is served,
and no connection is used again that still holds somebody's answer.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp
import pytest

from chartwarden.gateway.fetching import Bounds, NotFetched, Static, Upstream

BODY = b'{"resourceType":"Patient","id":"P1"}'
TYPE = "application/fhir+json"
SMALL = Bounds(bytes=100_000, times=aiohttp.ClientTimeout(total=2, sock_connect=1, sock_read=0.3))
Write = Callable[[asyncio.StreamWriter], Awaitable[None]]


def head(status: str = "200 OK", kind: str = TYPE, **more: object) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *(f"{k.replace('_', '-')}: {v}" for k, v in more.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def whole(**more: object) -> bytes:
    return head(Content_Length=len(BODY), **more) + BODY  # type: ignore[arg-type]


class Ehr:
    """A server that writes to each request what it was made with; counts connections, and keeps the requests."""

    def __init__(self, *writes: Write) -> None:
        self.writes, self.connections, self.requests = list(writes), 0, list[str]()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
                await self.writes[min(len(self.requests), len(self.writes)) - 1](writer)
                await writer.drain()
                if writer.is_closing():
                    break

    def asked(self, *addresses: str, secret: str = "") -> list[bytes | str]:
        """What came of asking for each, one after another: the body, or the word."""

        async def run() -> list[bytes | str]:
            server = await asyncio.start_server(self, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            upstream, found = Upstream(f"http://127.0.0.1:{port}/fhir/", Static(secret), SMALL), list[bytes | str]()
            for address in addresses:
                try:
                    found.append(await upstream.get(address))
                except NotFetched as fault:
                    found.append(fault.why)
            await upstream.close()
            server.close()
            return found

        return asyncio.run(run())


def writing(data: bytes, close: bool = False) -> Write:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if close:
            await writer.drain()
            writer.close()

    return write


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(head(Transfer_Encoding="chunked"))
    while not writer.is_closing():
        writer.write(b"1000\r\n" + b" " * 4096 + b"\r\n")
        await writer.drain()


async def dripping(writer: asyncio.StreamWriter) -> None:
    writer.write(head(Content_Length=1000))
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


BOMB = gzip.compress(b" " * 10_000_000)
FAULTS: dict[str, tuple[Write, str]] = {
    "no answer": (writing(b""), "slow"),
    "half a head": (writing(b"HTTP/1.1 200 OK\r\nContent-"), "slow"),
    "half a body": (writing(head(Content_Length=1000) + BODY), "slow"),
    "one byte at a time": (dripping, "slow"),
    "cut off in the body": (writing(head(Content_Length=1000) + BODY, close=True), "cut"),
    "cut off in a chunk": (writing(head(Transfer_Encoding="chunked") + b"ff\r\n{", close=True), "cut"),
    "no HTTP": (writing(b"SSH-2.0-x\r\n\r\n", close=True), "cut"),
    "an error": (writing(head("500 Oops", Content_Length=0)), "status"),
    "not let in": (writing(head("401 No", Content_Length=0)), "status"),
    "another place": (writing(head("302 Found", Location="http://127.0.0.1:9/x", Content_Length=0)), "status"),
    "nothing new": (writing(head("304 Not Modified")), "status"),
    "no such": (writing(head("404 None", Content_Length=0)), "not_found"),
    "a page": (writing(head(kind="text/html", Content_Length=6) + b"<html>"), "content_type"),
    "XML": (writing(head(kind="application/fhir+xml", Content_Length=2) + b"<a"), "content_type"),
    "no end": (endless, "too_large"),
    "a size that is told": (writing(head(Content_Length=10**9) + BODY), "too_large"),
    "a bomb": (writing(head(Content_Encoding="gzip", Content_Length=len(BOMB)) + BOMB), "too_large"),
}


@pytest.mark.parametrize(("write", "why"), FAULTS.values(), ids=FAULTS)
def test_what_goes_wrong_has_its_word_and_its_connection_is_not_used_again(write: Write, why: str) -> None:
    ehr = Ehr(write, writing(whole()))
    assert ehr.asked("/Patient/P1", "/Patient/P1") == [why, BODY]
    if why in ("slow", "cut", "too_large"):
        assert ehr.connections == 2


def test_an_ehr_that_breaks_off_before_it_answers_is_asked_once_more() -> None:
    hangs_up = writing(b"HTTP/1.1 200 OK\r\n", close=True)
    assert Ehr(hangs_up, writing(whole())).asked("/Patient/P1") == [BODY]
    assert Ehr(hangs_up).asked("/Patient/P1") == ["cut"]


def test_nobody_there() -> None:
    async def run() -> str:
        upstream = Upstream("http://127.0.0.1:9/fhir", Static(""), SMALL)
        with pytest.raises(NotFetched) as fault:
            await upstream.get("/Patient/P1")
        await upstream.close()
        return fault.value.why

    assert asyncio.run(run()) == "cut"


def test_a_connection_is_used_again_where_the_whole_answer_was_read() -> None:
    ehr = Ehr(writing(whole()))
    assert ehr.asked("/Patient/P1", "/Observation?patient=P1&code=a%7Cb", secret="s7") == [BODY, BODY]
    assert ehr.connections == 1
    assert ehr.requests[1].startswith("GET /fhir/Observation?patient=P1&code=a%7Cb HTTP/1.1\r\n")
    assert "Authorization: Bearer s7\r\n" in ehr.requests[0]
    assert f"Accept: {TYPE}\r\n" in ehr.requests[0]


def test_who_goes_away_leaves_no_half_read_connection() -> None:
    async def run() -> tuple[bytes, int]:
        ehr = Ehr(writing(head(Content_Length=50_000) + b" " * 10), writing(whole()))
        server = await asyncio.start_server(ehr, "127.0.0.1", 0)
        upstream = Upstream(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", Static(""))
        asked = asyncio.create_task(upstream.get("/Patient/P1"))
        while not ehr.requests:
            await asyncio.sleep(0.01)
        asked.cancel()
        with suppress(asyncio.CancelledError):
            await asked
        again = await upstream.get("/Patient/P1")
        await upstream.close()
        server.close()
        return again, ehr.connections

    assert asyncio.run(run()) == (BODY, 2)


def test_a_cookie_of_the_ehr_is_not_kept() -> None:
    ehr = Ehr(writing(whole(Set_Cookie="session=patient-7")))
    ehr.asked("/Patient/P1", "/Patient/P1")
    assert "cookie" not in ehr.requests[1].lower()
