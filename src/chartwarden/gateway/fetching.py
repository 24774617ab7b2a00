"""The EHR's FHIR API as a client reaches it: one GET, its answer in whole and within bounds, or a word why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

MOST_BYTES = 32 << 20
"""The largest answer that is taken. It is held in memory, since its last byte may be another patient's."""
TIMES = aiohttp.ClientTimeout(total=30, sock_connect=5, sock_read=10)
CONNECTIONS = 100
JSON = ("application/fhir+json", "application/json")


class Token(Protocol):
    """The bearer token that the EHR wants."""

    async def __call__(self) -> str:
        """One that is good now, or "" where it wants none. Raises OSError, aiohttp.ClientError, TimeoutError or
        ValueError where there is none to be had.
        """

    def refused(self, token: str) -> None:
        """The EHR has not taken this one."""


class Static:
    """A token that never changes."""

    def __init__(self, token: str) -> None:
        self._given = token

    async def __call__(self) -> str:
        """The token."""
        return self._given

    def refused(self, token: str) -> None:
        """Nothing can be done."""


class NotFetched(Exception):
    """The EHR gave no answer that could be served. ``why`` is a word for the ledger, ``status`` what it said (0: none),
    ``reply`` the HTTP status for the person, ``sentence`` the words."""

    def __init__(self, why: str, status: int, reply: int, sentence: str) -> None:
        super().__init__(why)
        self.why, self.status, self.reply, self.sentence = why, status, reply, sentence


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long and how much; tests set less."""

    bytes: int = MOST_BYTES
    times: aiohttp.ClientTimeout = TIMES


class Upstream:
    """One EHR, and the token that it wants. Used on one event loop."""

    def __init__(self, base: str, token: Token, bounds: Bounds | None = None) -> None:
        self.base = base.rstrip("/")
        self._token, self._bounds = token, bounds or Bounds()
        self._session: aiohttp.ClientSession | None = None

    async def get(self, address: str) -> bytes:
        """What lies behind the base. Raises NotFetched."""
        headers = {"Accept": JSON[0]}
        try:
            if token := await self._token():
                headers["Authorization"] = f"Bearer {token}"
            url = URL(self.base + address, encoded=True)
            async with self._open().get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status == 401:
                    self._token.refused(token)
                try:
                    return await self._whole(answer)
                except BaseException:
                    answer.close()  # what is left unread must never be the beginning of somebody else's answer
                    raise
        except TimeoutError:
            raise NotFetched("slow", 0, 504, "The EHR did not answer in time. Try again in a while.") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise NotFetched("cut", 0, 502, "The EHR can't be reached, or its answer broke off. Try again.") from None

    async def _whole(self, answer: aiohttp.ClientResponse) -> bytes:
        status = answer.status
        if status in (404, 410):
            raise NotFetched("not_found", status, 404, "The EHR has no such resource.")
        if status != 200:
            raise NotFetched("status", status, 502, "The EHR could not answer this. Try again in a while.")
        if answer.content_type not in JSON:
            raise NotFetched("content_type", status, 502, "The EHR's answer is not FHIR JSON, so it is not shown.")
        if answer.content_length is not None and answer.content_length > self._bounds.bytes:
            raise _too_large(status)
        parts, size = [], 0
        async for part in answer.content.iter_any():
            size += len(part)
            if size > self._bounds.bytes:
                raise _too_large(status)
            parts.append(part)
        return b"".join(parts)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                timeout=self._bounds.times,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
            )
        return self._session

    async def close(self) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _too_large(status: int) -> NotFetched:
    return NotFetched("too_large", status, 502, "The EHR's answer is too large. Ask for less at a time.")
