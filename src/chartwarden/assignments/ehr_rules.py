"""Where an EHR's tasks are read, and what its answers may be. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

from chartwarden.kernel.errors import refuse

EXPECTED = "an address such as https://ehr.example.org/fhir"
ON_A_PAGE = 100
OPEN = "requested,received,accepted,ready,in-progress,on-hold"
OVERLAP = timedelta(seconds=2)
"""What changed so shortly before the newest change that was seen is read again: clocks of a server's parts differ."""
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
"""How long to wait after each failure; the last holds from then on."""


class Trouble(Exception):
    """The EHR could not be read, or told; in a few words, without anything of a patient."""


def checked_base(text: str) -> str:
    """An EHR's FHIR R4 base without a slash at its end. Raises InputRefused for what is no https URL, or http beyond
    this machine."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refuse("base", EXPECTED, "no URL") from None
    if not host or port == 0 or len(text) > 500 or parts.username or parts.password or parts.query or parts.fragment:
        raise refuse("base", f"{EXPECTED}, without a name, a password, a query or a fragment", "something else")
    if any(ord(one) <= 32 or ord(one) > 126 for one in text.strip()):
        raise refuse("base", f"{EXPECTED}, in ASCII", "other characters")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")):
        raise refuse("base", "https (http only to this machine itself)", parts.scheme[:20] or "no scheme")
    return text.strip().rstrip("/")


def search(base: str, kind: str, since: datetime | None, **more: str) -> str:
    """The address of all of a kind that changed since, in the order in which it changed where the EHR does so."""
    asked = {**more, "_sort": "_lastUpdated", "_count": str(ON_A_PAGE)}
    if since is not None:
        asked["_lastUpdated"] = "ge" + (since - OVERLAP).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{base}/{kind}?{urlencode(asked)}"


def entries(bundle: object, kind: str) -> Iterator[Mapping[str, Any]]:
    """The resources of a kind in an answer to a search. Raises Trouble where it is none."""
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise Trouble("its answer is no Bundle")
    found = bundle.get("entry", [])
    if not isinstance(found, list):
        raise Trouble("its answer is no Bundle")
    for one in found:
        resource = one.get("resource") if isinstance(one, Mapping) else None
        if isinstance(resource, Mapping) and resource.get("resourceType") == kind:
            yield resource


def next_page(bundle: Mapping[str, Any], page: str, base: str) -> str:
    """The address of the next page of an answer; "" where there is none. Raises Trouble where it leads elsewhere."""
    links = bundle.get("link")
    named = [one for one in links if isinstance(one, Mapping)] if isinstance(links, list) else []
    url = next((one.get("url") for one in named if one.get("relation") == "next"), "")
    if not isinstance(url, str) or not url:
        return ""
    whole = urljoin(page, url)
    if _origin(urlsplit(whole)) != _origin(urlsplit(base)):
        raise Trouble("its next page is elsewhere")
    return whole


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port


def again_after(attempts: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    return STEPS[min(max(attempts, 1), len(STEPS)) - 1]
