"""Logs and feeds by program: begun, sent in pieces, finished; a broken-off one goes on where it was.

Thin over the services. What a token may do has been looked at before: ``request`` carries clinic, member and instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from chartwarden.kernel.decisions import require
from chartwarden.kernel.offered import Body
from chartwarden.logs import listing, receiving, rules
from chartwarden.logs.import_contracts import UploadState
from chartwarden.people.contracts import Permission, page

router = Router(tags=["logs"])
BLOCK = 1 << 20


class Begin(Body):
    """A file that is to be sent. ``kind`` is ``log`` or a feed's name; left out, it is recognised."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, le=2**53 - 1)
    name: str = Field(min_length=1, max_length=255)
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
    """What became of it. ``held``: why it waits for a person, though it was to count by itself."""

    id: UUID
    kind: str
    state: str
    format: str
    rows: int
    read: int
    quarantined: int
    duplicates: int
    fraction: float
    held: str


@router.post("/logs", response=Upload, summary="Begin to send a file, or go on with it")
@page(Permission.SEE_IMPORTS)
def begin(request: HttpRequest, clinic: Path[UUID], body: Begin) -> UploadState:
    """The same SHA-256 again tells how much is kept already."""
    require(rules.may_import(request.member.permissions, body.kind or rules.LOG))
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
@page(Permission.SEE_IMPORTS)
def send(
    request: HttpRequest,
    clinic: Path[UUID],
    upload: UUID,
    offset: int = Query(..., ge=0, le=2**53 - 1),
) -> UploadState:
    """The body is the bytes from ``offset`` on; whole MiB of it are kept at once, the rest with the last."""
    return receiving.append_bytes(clinic=clinic, upload=upload, offset=offset, chunks=_chunks(request))


@router.post("/logs/{upload}/finish", response=Upload, summary="Say that all bytes were sent")
@page(Permission.SEE_IMPORTS)
def finish(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> UploadState:
    """Refused, and nothing kept, where the whole has another SHA-256 than was said."""
    kinds = rules.importable(request.member.permissions)
    return receiving.finish_upload(
        clinic=clinic, upload=upload, kinds=kinds, actor=request.member.actor, at=request.now
    )


@router.get("/logs/{upload}", response=Imported, summary="Ask what became of it")
@page(Permission.SEE_IMPORTS)
def state(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> object:
    """States: receiving, received, reading, read, counted, discarded, refused."""
    found = listing.import_of(clinic, upload)
    if found is None:
        raise Http404
    return found


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    while block := request.read(BLOCK):
        yield block
