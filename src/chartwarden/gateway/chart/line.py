"""The pages' own line to the EHR: they wait for answers, so an event loop in a thread does the asking.

One line a process, so that connections and the EHR's token last from page to page.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings

from chartwarden.gateway import compartment
from chartwarden.gateway.compartment import Asked
from chartwarden.gateway.connecting import upstream
from chartwarden.gateway.exact import NotServed
from chartwarden.gateway.fetching import NotFetched, Upstream
from chartwarden.gateway.serving import Expected, checked

MOST_PAGES = 20
"""Pages of one search that are followed; what lies behind is said to be left out."""
WITHIN = 60.0
"""Seconds for a search with all its pages."""
SLOW = "The EHR did not answer in time. Try again in a while."
OUTSIDE = "The EHR's answer held something that is not this patient's, so none of it is shown. Tell your supervisor."
UNREADABLE = "The EHR's answer can't be read, so it is not shown."


@dataclass(frozen=True, slots=True)
class Got:
    """What came of one read or search. Without ``why``: the ``resources``, each checked to be this patient's, the
    Binaries that they name, and whether there are more than were followed (``cut``). ``why`` is a word for the ledger,
    ``status`` what the EHR said (0: nothing), ``sentence`` for the person."""

    asked: Asked
    resources: tuple[dict[str, Any], ...] = ()
    binaries: frozenset[str] = frozenset()
    cut: bool = False
    why: str = ""
    status: int = 0
    sentence: str = ""


class Line:
    """An EHR, and the loop on which it is asked."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        found = upstream(lambda: self.now)
        if found is None:
            raise LookupError("no EHR is set up")
        self._upstream: Upstream = found
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="record pages", daemon=True).start()

    def get(self, patient: str, asked: Sequence[Asked], now: datetime) -> list[Got]:
        """What was asked for of a patient (the EHR's id), all at once. ``now`` is the time in UTC."""
        self.now = now
        return asyncio.run_coroutine_threadsafe(self._all(patient, asked), self._loop).result()

    async def _all(self, patient: str, asked: Sequence[Asked]) -> list[Got]:
        return list(await asyncio.gather(*(_in_time(self._upstream, patient, one) for one in asked)))

    def close(self) -> None:
        """Close its connections and end the loop."""
        if self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._upstream.close(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)


async def _in_time(ehr: Upstream, patient: str, asked: Asked) -> Got:
    try:
        return await asyncio.wait_for(_whole(ehr, patient, asked), WITHIN)
    except TimeoutError:
        return Got(asked, why="slow", sentence=SLOW)
    except NotFetched as fault:
        return Got(asked, why=fault.why, status=fault.status, sentence=fault.sentence)
    except NotServed as fault:
        return Got(asked, why=fault.why, status=200, sentence=OUTSIDE if fault.why == "outside" else UNREADABLE)


async def _whole(ehr: Upstream, patient: str, asked: Asked) -> Got:
    """A read, or a search with its further pages. Raises NotFetched, NotServed."""
    expected = Expected(patient, asked.kind, asked.identity)
    address, seen = f"/{compartment.upstream(asked, patient)}", 0
    resources: list[dict[str, Any]] = []
    binaries: set[str] = set()
    while address and seen < MOST_PAGES:
        served = checked(await ehr.get(address), expected, ehr.base, "", lambda behind: behind)
        body = msgspec.json.decode(served.body)
        binaries.update(served.binaries)
        seen += 1
        if asked.identity:
            return Got(asked, (body,), frozenset(binaries))
        resources += [entry["resource"] for entry in body.get("entry") or () if _is_of(entry, asked.kind)]
        address = next((link["url"] for link in body.get("link") or () if link["relation"] == "next"), "")
    return Got(asked, tuple(resources), frozenset(binaries), bool(address))


def _is_of(entry: dict[str, Any], kind: str) -> bool:
    """Not what a server says about the search itself."""
    return bool(entry["resource"].get("resourceType") == kind)


_lock = threading.Lock()
_lines: dict[tuple[object, ...], Line] = {}


def line(now: datetime) -> Line:
    """The line of this process to the EHR that is set up. Raises LookupError where none is, InputRefused where its key
    can't be used."""
    key = (
        os.getpid(), settings.FHIR_BASE, settings.FHIR_TOKEN, settings.FHIR_KEY, settings.FHIR_CLIENT,
        settings.FHIR_TOKEN_URL,
    )  # fmt: skip
    with _lock:
        if key not in _lines:
            _hang_up()
            _lines[key] = Line(now)
        return _lines[key]


def _hang_up() -> None:
    for key in list(_lines):
        there = _lines.pop(key)
        if key[0] == os.getpid():
            there.close()


atexit.register(_hang_up)
