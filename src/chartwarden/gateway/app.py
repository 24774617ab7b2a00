"""The gateway as an ASGI application: decided, written to the ledger, and only then fetched, checked and served.

Law 1: the entry is durable before the EHR is asked. Law 9: whatever goes wrong, nothing is served. No address is
logged, since a client may put a patient's id there.
"""

from __future__ import annotations

import asyncio
import logging
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from django.db import close_old_connections

from chartwarden.assignments.contracts import Scope as Policy
from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in, seal, unseal
from chartwarden.devices.contracts import Whence
from chartwarden.devices.queries import certificate, header
from chartwarden.gateway import compartment, replies
from chartwarden.gateway.classes import can_be
from chartwarden.gateway.compartment import BINARY, Asked, NotAsked
from chartwarden.gateway.contracts import Reason, Standing, Verdict
from chartwarden.gateway.exact import NotServed
from chartwarden.gateway.fetching import NotFetched, Upstream
from chartwarden.gateway.knowing import Knowing
from chartwarden.gateway.opened import opening
from chartwarden.gateway.replies import Reply
from chartwarden.gateway.rules import decide
from chartwarden.gateway.serving import ELSEWHERE, SHUT, Expected, Served, checked
from chartwarden.gateway.tokens import looked, standing
from chartwarden.gateway.wording import not_opened
from chartwarden.gateway.writing import Writing
from chartwarden.kernel.sealing import SealBroken
from chartwarden.ledger.contracts import Draft
from chartwarden.ledger.services import Committer

log = logging.getLogger("chartwarden.gateway")
T = TypeVar("T")
Scope: TypeAlias = Mapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
ADDRESS = re.compile(r"/fhir/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(.*)", re.ASCII | re.DOTALL)
THREADS = 4
LARGE = 4 << 20
"""Bytes that are checked at once: a thread would hold the interpreter's lock as long. What is looked through for
classes takes some eight times as long, in steps between which others have their turn."""
PAGE, PAGE_PURPOSE, MOST_PAGE = "_page/", "gateway page", 6000
MOST_TOKENS = 10_000
NO_TOKEN = replies.outcome(401, "Open the assignment in Chartwarden first: this token does not open it, or is over.")
NOWHERE = replies.outcome(404, "There is nothing here. Addresses begin with /fhir/ and the opened assignment's id.")
NO_LEDGER = replace(replies.denied(Verdict((Reason.LEDGER_UNAVAILABLE,))), status=503)
NO_EHR = replies.outcome(503, "No EHR is connected for this clinic.")
BROKEN = replies.outcome(500, "Something went wrong here. Nothing was served. Try again.")
NOT_TOLD = NotAsked(403, "binary", "Read the document that names this attachment first.")
OUTSIDE = "The EHR's answer held something that is not this patient's, so none of it is shown. Tell your supervisor."
UNREADABLE = "The EHR's answer can't be read, so it is not shown."


class Gateway:
    """An ASGI application. ``ours`` is how it is reached from outside, ``clinic`` whose EHR it is ("": the only one's),
    ``clock`` the time in UTC, ``proxied`` whether a proxy stands before it and tells who asks."""

    def __init__(
        self, upstream: Upstream | None, ours: str, clinic: str, clock: Callable[[], datetime],
        committer: Committer | None = None, proxied: bool = False,
    ) -> None:  # fmt: skip
        self._upstream, self._ours, self._clinic, self._clock = upstream, ours.rstrip("/"), clinic, clock
        self._committer, self._proxied = committer or Committer(across_clinics), proxied
        self._writing = Writing(self._committer.submit)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")
        self._knowing = Knowing(self._gather, self._look)
        self._clinics = 0
        self._told: dict[tuple[UUID, Policy], set[str]] = {}

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            try:
                reply = await self._answer(scope)
            except Exception as fault:
                log.error("a request failed: %s", type(fault).__name__)
                reply = BROKEN
            size = (b"content-length", str(len(reply.body)).encode())
            headers = [*replies.ALWAYS, *reply.headers, size]
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            await send({"type": "http.response.body", "body": reply.body})

    async def _live(
        self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        if self._upstream is not None:
            await self._upstream.close()
        await asyncio.to_thread(self._committer.close)
        self._pool.shutdown(wait=False)
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope) -> Reply:
        raw = scope.get("raw_path")
        path = raw.decode("latin-1").partition("?")[0] if raw else scope["path"]
        found = ADDRESS.fullmatch(path)
        if found is None:
            return NOWHERE
        assignment, rest = UUID(found[1]), found[2]
        if rest == "metadata" and scope["method"] == "GET":
            return replies.capabilities()
        there = await self._knowing.standing(_token(scope), assignment, self._whence(scope))
        now = self._clock()
        if there is None or there.expires_at <= now:
            return NO_TOKEN
        connected = str(there.clinic) == self._clinic if self._clinic else there.alone
        if self._upstream is None or not connected:
            return NO_EHR
        query = scope.get("query_string", b"").decode("latin-1")
        asked, address = await self._asked(scope["method"], rest, query, there)
        if isinstance(asked, NotAsked):
            return await self._refused(there, asked, now)
        verdict = decide(there.facts, now)
        draft = opening(
            there.clinic, there.person, there.patient, asked.interaction, there.facts, verdict, there.actor,
            assignment=there.subject["assignment"], policy=there.scope.version, at=now,
        )  # fmt: skip
        if not await self._writing.written(draft):
            return NO_LEDGER
        if not verdict.allowed:
            return replies.denied(verdict)
        return await self._served(there, asked, address, self._upstream)

    async def _gather(self, token: str, assignment: UUID, whence: Whence) -> Standing | None:
        return await self._in_thread(standing, token, assignment, self._clock(), whence)

    def _whence(self, scope: Scope) -> Whence:
        name = header().encode()
        said = [value.decode("latin-1") for key, value in scope["headers"] if key == name] if name else []
        shown = certificate(str((scope.get("client") or ("",))[0]), said, self._clock()) if said else ""
        return Whence(_address(scope, self._proxied), shown)

    async def _look(self, clinic: UUID, entries: int) -> tuple[int, int]:
        size, last, there = await self._in_thread(_looked, clinic, entries)
        if there != self._clinics:  # another clinic's ledger tells of it
            self._clinics, last = there, size
        return size, last

    async def _asked(self, method: str, rest: str, query: str, there: Standing) -> tuple[Asked | NotAsked, str]:
        """What is asked for, and its address at the EHR."""
        if rest.startswith(PAGE) and method == "GET":
            behind = await self._in_thread(_unsealed, there, rest.removeprefix(PAGE), query)
            if isinstance(behind, NotAsked):
                return behind, ""
            return _opened(Asked(behind[0]), there), behind[1]
        if not there.scope.classes:
            return _shut(there), ""
        asked = compartment.asked(method, rest, query, there.patient, there.within)
        asked = _opened(asked, there)
        if isinstance(asked, NotAsked):
            return asked, ""
        if asked.kind == BINARY and asked.identity not in self._told.get((there.token, there.scope), ()):
            return NOT_TOLD, ""
        return asked, f"/{compartment.upstream(asked, there.patient)}"

    async def _refused(self, there: Standing, why: NotAsked, now: datetime) -> Reply:
        said: dict[str, Any] = {"why": why.why, "status": why.status}
        if why.why in (SHUT, ELSEWHERE):
            said["policy"] = there.scope.version
        written = await self._writing.written(_draft(there, "gateway.request_refused", said, now))
        return replies.outcome(why.status, why.sentence) if written else NO_LEDGER

    async def _served(self, there: Standing, asked: Asked, address: str, upstream: Upstream) -> Reply:
        try:
            body = await upstream.get(address)
            served = await self._checked(body, there, asked, upstream.base)
        except NotFetched as fault:
            why, status, reply = fault.why, fault.status, replies.outcome(fault.reply, fault.sentence)
        except NotServed as fault:
            if fault.why in (SHUT, ELSEWHERE):
                unopened = _shut(there) if fault.why == SHUT else compartment.OTHER_ENCOUNTER
                return await self._refused(there, unopened, self._clock())
            why, status = fault.why, 200
            reply = replies.outcome(502, OUTSIDE if why == "outside" else UNREADABLE)
        else:
            if served.binaries:
                self._tell((there.token, there.scope), served.binaries)
            return Reply(200, served.body)
        said = {"why": why, "status": status, "interaction": asked.interaction}
        await self._writing.written(_draft(there, "gateway.record_failed", said, self._clock()))
        return reply

    async def _checked(self, body: bytes, there: Standing, asked: Asked, base: str) -> Served:
        ours = f"{self._ours}/fhir/{there.subject['assignment']}"
        expected = Expected(
            there.patient, asked.kind, asked.identity, there.within, compartment.own(asked), there.scope
        )
        if len(body) < (LARGE if expected.opens_wholly else LARGE // 8):
            try:
                return checked(body, expected, base, ours, _later)
            except _Later:  # it has a link to be sealed, which takes the database
                pass
        return await self._in_thread(checked, body, expected, base, ours, partial(_page, there, asked.kind, ours))

    def _tell(self, by: tuple[UUID, Policy], binaries: tuple[str, ...]) -> None:
        """What a document named may be read by the same token, while the policy that opened the document holds."""
        if by not in self._told and len(self._told) >= MOST_TOKENS:
            self._told.pop(next(iter(self._told)))
        self._told.setdefault(by, set()).update(binaries)

    async def _in_thread(self, do: Callable[..., T], *given: Any) -> T:
        def run() -> T:
            close_old_connections()
            return do(*given)

        return await asyncio.get_running_loop().run_in_executor(self._pool, run)


class _Later(Exception):
    """Not here and now."""


def _opened(asked: Asked | NotAsked, there: Standing) -> Asked | NotAsked:
    """The same, or why not, where the policy opens no class that a resource of this type could be of."""
    if isinstance(asked, NotAsked) or asked.kind == BINARY or can_be(asked.kind) & there.scope.classes:
        return asked
    return _shut(there)


def _shut(there: Standing) -> NotAsked:
    return NotAsked(403, SHUT, f"{not_opened(there.scope)} Ask the privacy officer.")


def _later(_: str) -> str:
    raise _Later


def _address(scope: Scope, proxied: bool) -> str:
    """Where a request comes from: what the proxy before us says last, or who is connected."""
    if proxied:
        said = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        return said[-1].decode("latin-1").rpartition(",")[2].strip() if said else ""
    return str((scope.get("client") or ("",))[0])


def _token(scope: Scope) -> str:
    found = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, text = (found[0] if len(found) == 1 else b"").decode("latin-1").partition(" ")
    return text.strip()[:200] if scheme.lower() == "bearer" else ""


def _looked(clinic: UUID, entries: int) -> tuple[int, int, int]:
    """As ``looked``, and how many clinics there are."""
    with across_clinics():
        return *looked(clinic, entries), len(clinics())


def _draft(there: Standing, kind: str, facts: Mapping[str, Any], at: datetime) -> Draft:
    return Draft(there.clinic, kind, there.actor, at, there.subject, facts)


def _page(there: Standing, kind: str, ours: str, behind: str) -> str:
    """Our address of a further page of the EHR's: sealed, so that it names no patient and nobody makes up another."""
    with acting_in(there.clinic):
        sealed = seal(there.clinic, PAGE_PURPOSE, msgspec.json.encode((kind, behind)), there.assignment.bytes)
    return f"{ours}/{PAGE}{urlsafe_b64encode(sealed).decode().rstrip('=')}"


def _unsealed(there: Standing, text: str, query: str) -> tuple[str, str] | NotAsked:
    if query or len(text) > MOST_PAGE or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        return compartment.ADDRESS
    try:
        with acting_in(there.clinic):
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            opened = unseal(there.clinic, PAGE_PURPOSE, sealed, there.assignment.bytes)
        return msgspec.json.decode(opened, type=tuple[str, str])
    except (SealBroken, ValueError):
        return compartment.ADDRESS
