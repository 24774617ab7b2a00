"""Logs and feeds by program: begun, sent in pieces, finished; a broken-off one goes on where it was.

Thin over the services. What a token may do has been looked at before: ``request`` carries clinic, member and instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Router, Schema

from chartwarden.kernel.decisions import require
from chartwarden.logs import listing, receiving, rules
from chartwarden.logs.import_contracts import UploadState

router = Router(tags=["logs"])
BLOCK = 1 << 20


class Begin(Schema):
    """A file that is to be sent. ``kind`` is ``log`` or a feed's name; left out, it is recognised."""

    sha256: str
    size: int
    name: str
    kind: str = ""
    count: bool = False


class Upload(Schema):
    """How far it is: go on from byte ``offset``. ``again``: the same file is here already."""

    id: UUID
    state: str
    offset: int
    size: int
    kind: str
    again: bool


class Imported(Schema):
    """What became of it."""

    id: UUID
    kind: str
    state: str
    format: str
    rows: int
    read: int
    quarantined: int
    duplicates: int
    fraction: float


@router.post("/logs", response=Upload, summary="Begin to send a file, or go on with it")
def begin(request: HttpRequest, clinic: UUID, body: Begin) -> UploadState:
    """The same SHA-256 again tells how much is kept already."""
    if body.kind:
        require(rules.may_import(request.member.permissions, body.kind))
    return receiving.begin_upload(
        clinic=clinic,
        sha256=body.sha256,
        size=body.size,
        name=body.name,
        kind=body.kind,
        count=body.count,
        actor=request.member.actor,
        at=request.now,
    )


@router.put("/logs/{upload}/bytes", response=Upload, summary="Send a stretch of the file")
def send(request: HttpRequest, clinic: UUID, upload: UUID, offset: int) -> UploadState:
    """The body is the bytes from ``offset`` on; whole MiB of it are kept at once, the rest with the last."""
    return receiving.append_bytes(clinic=clinic, upload=upload, offset=offset, chunks=_chunks(request))


@router.post("/logs/{upload}/finish", response=Upload, summary="Say that all bytes were sent")
def finish(request: HttpRequest, clinic: UUID, upload: UUID) -> UploadState:
    """Refused, and nothing kept, where the whole has another SHA-256 than was said."""
    kinds = rules.importable(request.member.permissions)
    return receiving.finish_upload(
        clinic=clinic, upload=upload, kinds=kinds, actor=request.member.actor, at=request.now
    )


@router.get("/logs/{upload}", response=Imported, summary="Ask what became of it")
def state(request: HttpRequest, clinic: UUID, upload: UUID) -> object:  # noqa: ARG001  ninja's signature
    """States: receiving, received, reading, read, counted, discarded, refused."""
    found = listing.import_of(clinic, upload)
    if found is None:
        raise Http404
    return found


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    while block := request.read(BLOCK):
        yield block
