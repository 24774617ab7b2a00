"""The EHR's FHIR API as the queue needs it: search page by page, read one, write one over a known version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from django.conf import settings

from chartwarden.assignments import ehr_rules
from chartwarden.assignments.ehr_rules import Trouble
from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import Reply, across_clinics, exchange

MOST_BYTES = 16 << 20
LONGEST = 30.0
MOST_PAGES = 2_000
FHIR_JSON = "application/fhir+json"


class Ehr:
    """One EHR, with the token that it wants; ``inside``: it may be in the own network. Every method raises Trouble
    where it does not answer as it should."""

    def __init__(self, base: str, token: str, inside: bool) -> None:
        self._base, self._inside = base, inside
        self._headers = {"Accept": FHIR_JSON, "User-Agent": "Chartwarden-Queue/1"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def pages(self, address: str, kind: str) -> Iterator[list[Mapping[str, Any]]]:
        """The resources of a kind that a search finds, a page at a time."""
        seen = set()
        for _ in range(MOST_PAGES):
            bundle = self._json(self._ask("GET", address), 200)
            yield list(ehr_rules.entries(bundle, kind))
            seen.add(address)
            address = ehr_rules.next_page(bundle, address, self._base)
            if not address:
                return
            if address in seen:
                raise Trouble("its pages go in a circle")
        raise Trouble("its answer has no end")

    def read(self, kind: str, identity: str) -> Mapping[str, Any] | None:
        """One resource; None where it is gone."""
        reply = self._ask("GET", f"{self._base}/{kind}/{identity}")
        if reply.status in (404, 410):
            return None
        found = self._json(reply, 200)
        if found.get("resourceType") != kind or found.get("id") != identity:
            raise Trouble("it answered with something else")
        return found

    def write(self, resource: Mapping[str, Any], version: str) -> str | None:
        """Put a resource in the place of the version that was read. Returns the new version ("" where the EHR does not
        say), None where it was changed meanwhile. Raises Declined where the EHR does not take it."""
        address = f"{self._base}/{resource['resourceType']}/{resource['id']}"
        known = {"If-Match": f'W/"{version}"'} if version else {}
        reply = self._ask("PUT", address, msgspec.json.encode(resource), {"Content-Type": FHIR_JSON, **known})
        if reply.status in (409, 412):
            return None
        if reply.status in (400, 403, 404, 405, 410, 422):
            raise Declined(f"it answered {reply.status}")
        if reply.status not in (200, 201):
            raise Trouble(f"it answered {reply.status}")
        meta = self._json(reply, reply.status).get("meta") if reply.body else None
        told = meta.get("versionId") if isinstance(meta, Mapping) else None
        return str(told or reply.headers.get("etag", "").removeprefix("W/").strip('"'))[:64]

    def _ask(
        self, method: str, address: str, content: bytes | None = None, more: Mapping[str, str] | None = None
    ) -> Reply:
        headers = {**self._headers, **(more or {})}
        reply = exchange(method, urlsplit(address), content, headers, self._inside, MOST_BYTES, LONGEST)
        if reply.trouble:
            raise Trouble(reply.trouble)
        return reply

    def _json(self, reply: Reply, status: int) -> dict[str, Any]:
        if reply.status != status:
            raise Trouble(f"it answered {reply.status}")
        try:
            found = msgspec.json.decode(reply.body)
        except msgspec.DecodeError:
            raise Trouble("its answer can't be read") from None
        if not isinstance(found, dict):
            raise Trouble("its answer can't be read")
        return found


def is_the_operators(clinic: UUID, base: str) -> bool:
    """Whether this is the EHR that the operator named, and this clinic's: only that may be in the own network, since
    what a clinic's people name may be another clinic's."""
    if not settings.FHIR_BASE or settings.FHIR_BASE.rstrip("/") != base:
        return False
    if settings.FHIR_CLINIC:
        return bool(str(clinic) == settings.FHIR_CLINIC)
    with across_clinics():
        return len(clinics()) == 1


class Declined(Trouble):
    """The EHR does not take what it was told, and would not take it another time."""
