"""What is attached to a document: as it came along, or as a Binary of the EHR; and what of it is shown here. Pure."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

from chartwarden.gateway.chart import texts
from chartwarden.gateway.chart.contracts import Attachment
from chartwarden.gateway.chart.fhir import Resource, each, first, referred

ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
SHOWN = frozenset({*texts.MARKUP, *texts.PLAIN, *texts.MAGIC.values(), "image/webp", "image/jpg", ""})
"""Types that are laid out here; one that the EHR does not name may be."""


def attachments(resource: Resource) -> tuple[Attachment, ...]:
    """What is attached to a document, in its order."""
    found = []
    for one in _places(resource):
        kind, coded = first(one, "contentType"), one.get("data")
        named = referred(first(one, "url"), "Binary")
        binary = named if ID.fullmatch(named) and named not in (".", "..") else ""
        data = _decoded(coded) if isinstance(coded, str) else None
        found.append(Attachment(first(one, "title"), kind, data, "" if data is not None else binary))
    return tuple(found)


def binary(resource: Resource) -> tuple[str, bytes]:
    """Content type and bytes of a Binary; what can't be decoded is empty."""
    return first(resource, "contentType"), _decoded(first(resource, "data")) or b""


def is_closed(resource: Resource) -> bool:
    """Whether a document, or a part of it, can be opened in the EHR alone, as far as that shows before it is read."""
    return any(
        texts.kind_of(first(one, "contentType")) not in SHOWN
        or not (first(one, "data") or referred(first(one, "url"), "Binary"))
        for one in _places(resource)
    )


def _places(resource: Resource) -> list[Resource]:
    found = (*each(resource, "content.attachment"), *each(resource, "presentedForm"))
    return [one for one in found if isinstance(one, dict)]


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
