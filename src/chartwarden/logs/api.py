"""Logs and feeds by program: begun, sent in pieces, finished; looked at before they count; counted or discarded.

Thin over the services. Whoever sees imports may ask what became of one; every change, and the rows in quarantine, take
the right to import that kind of file, as on the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.offered import Body, Column, Row, Table
from chartwarden.logs import listing, receiving, rules
from chartwarden.logs.deciding import count_import, discard_import, read_again
from chartwarden.logs.import_contracts import Import, UploadState
from chartwarden.logs.quarantine import quarantine_csv
from chartwarden.people.contracts import Member, Permission, page

router = Router(tags=["logs"])
BLOCK = 1 << 20
MOST = 2**53 - 1
Kind: Any = Literal[tuple(rules.NEEDS)]
State: Any = Literal[rules.RECEIVING, rules.RECEIVED, rules.READING, rules.READ, rules.COUNTED, rules.DISCARDED,
                     rules.REFUSED]  # fmt: skip
CSV = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


class Begin(Body):
    """A file that is to be sent. ``kind`` is ``log`` or a feed's name; left out, it is recognised."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="The file's SHA-256, in hexadecimal.")
    size: int = Field(ge=0, le=MOST, description="Its size in bytes.")
    name: str = Field(min_length=1, max_length=255, description="Its name. Kept sealed.")
    kind: str = Field("", description="What it is; empty: it is recognised by its name and columns.")
    count: bool = Field(False, description="Whether it counts as soon as it is read.")


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


class Count(Schema):
    """One input: rows = read + quarantined + duplicates."""

    sha256: str
    format: str
    rows: int
    read: int
    quarantined: int
    duplicates: int
    notes: list[str]


class Fault(Schema):
    """Why it can't be read. Where and what was found are told to who may import such a file; to others empty."""

    where: str
    expected: str
    found: str


class Previewed(Schema):
    """What was read, before it counts."""

    title: str
    counts: list[Count]
    faults: list[Fault]
    days: list[str] = Field(description="Local days with accesses.")
    missing: list[str] = Field(description="Days between them without any.")
    not_accesses: dict[str, int] = Field(description="Rows that are no accesses, by their action.")
    guessed: int = Field(description="Local times that exist twice, or not at all.")
    silences: list[list[str]] = Field(description="Long stretches without a row (UTC).")
    jumps: list[str] = Field(description="Where the clock went back (UTC).")
    recorded_early: int
    present: list[str] = Field(description="The columns that are there.")
    known_logins: int
    unknown_logins: list[str] = Field(
        description="Logins that are nobody's here; none for who may not import such a file."
    )
    foreign: str = Field(description="Why it looks like another clinic's log; empty where it does not.")


def _imports(
    clinic: Clinic,
    member: Member,
    at: datetime,
    after: str,
    limit: int,
    state: str | None = None,
    kind: str | None = None,
) -> Sequence[Row]:
    found = listing.imports_behind(clinic.id, after, limit, state, kind)
    return [_row(one, bool(rules.may_import(member.permissions, one.kind))) for one in found]


def _row(one: Import, named: bool) -> dict[str, Any]:
    plain = ("kind", "source", "state", "size", "received_bytes", "format", "rows", "read", "quarantined", "duplicates",
             "stage", "fraction", "counts_when_read", "held", "revision")  # fmt: skip
    instants = ("begun_at", "received_at", "read_at", "decided_at", "first_at", "last_at")
    return {
        "id": str(one.id),
        "name": one.name if named else None,
        "by": str(one.by) if one.by else None,
        **{name: getattr(one, name) for name in plain},
        **{name: _stamp(getattr(one, name)) for name in instants},
    }


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _instant(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).isoformat()


TABLES = (
    Table(
        name="imports",
        title="What was imported",
        permission=Permission.SEE_IMPORTS,
        key="id",
        columns=(
            Column("id", str, "Its id."),
            Column("kind", str, "log, or the feed's name; empty until it is recognised."),
            Column("state", str, "receiving, received, reading, read, counted, discarded or refused."),
            Column("name", str | None, "The file's name; null for who may not import such a file."),
            Column("source", str, "How it came: page, folder or api."),
            Column("size", int, "Bytes."),
            Column("received_bytes", int, "How many of them are here."),
            Column("by", str | None, "The person who sent it; null where none did."),
            Column("begun_at", str, "When it was begun (UTC)."),
            Column("received_at", str | None, "When it was here (UTC)."),
            Column("read_at", str | None, "When it was read (UTC)."),
            Column("decided_at", str | None, "When it was counted, discarded or refused (UTC)."),
            Column("format", str, "The log format, by id."),
            Column("first_at", str | None, "The first access (UTC)."),
            Column("last_at", str | None, "The last access (UTC)."),
            Column("rows", int, "Rows in it."),
            Column("read", int, "Rows that were read."),
            Column("quarantined", int, "Rows that could not be."),
            Column("duplicates", int, "Rows that were there twice."),
            Column("stage", str, "What the reading is at."),
            Column("fraction", float, "How far it is, from 0 to 1."),
            Column("counts_when_read", bool, "Whether it counts as soon as it is read."),
            Column("held", str, "Why it waits for a person, though it was to count by itself."),
            Column("revision", int | None, "The clinic's revision when it was counted."),
        ),
        read=_imports,
        filters=(
            Column("state", State | None, "Only those in this state."),
            Column("kind", Kind | None, "Only those of this kind."),
        ),
    ),
)


@router.post("/logs", response=Upload, summary="Begin to send a file, or go on with it")
@page(Permission.SEE_IMPORTS)
def begin(request: HttpRequest, clinic: Path[UUID], body: Begin) -> UploadState:
    """The same SHA-256 again tells how much is kept already. Takes the right to import that kind of file."""
    _may_send(request, body.kind)
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
    offset: int = Query(..., ge=0, le=MOST, description="Where in the file the stretch begins: what is kept so far."),
) -> UploadState:
    """The body is the bytes from ``offset`` on, with a Content-Length. Whole MiB of it are kept at once, the rest with
    the last, so a stretch that breaks off is not lost. Takes the right to import that kind of file.
    """
    _may_send(request, _found(clinic, upload).kind)
    if not request.headers.get("Content-Length", "").isdigit():
        raise refuse("header/Content-Length", "how many bytes the body has", "nothing")
    return receiving.append_bytes(
        clinic=clinic, upload=upload, offset=offset, chunks=_chunks(request), actor=request.member.actor
    )


@router.post("/logs/{upload}/finish", response=Upload, summary="Say that all bytes were sent")
@page(Permission.SEE_IMPORTS)
def finish(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> UploadState:
    """Refused, and nothing kept, where the whole has another SHA-256 than was said, or is a kind of file that the
    person may not import.
    """
    _may_send(request, _found(clinic, upload).kind)
    kinds = rules.importable(request.member.permissions)
    return receiving.finish_upload(
        clinic=clinic, upload=upload, kinds=kinds, actor=request.member.actor, at=request.now
    )


@router.get("/logs/{upload}", response=Imported, summary="Ask what became of it")
@page(Permission.SEE_IMPORTS)
def state(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> object:
    """States: receiving, received, reading, read, counted, discarded, refused."""
    return _found(clinic, upload)


@router.get("/logs/{upload}/preview", response=Previewed, summary="What was read of it")
@page(Permission.SEE_IMPORTS)
def preview(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> Any:
    """Before it counts: how many rows, which days, what is odd, whose logins are unknown. Empty until it was read.
    What the page keeps from who may not import such a file is empty here too.
    """
    named = bool(rules.may_import(request.member.permissions, _found(clinic, upload).kind))
    found = listing.preview(clinic, upload)
    known = listing.acquaintance(clinic, found)
    return {
        "title": found.title,
        "counts": [asdict(count) | {"notes": list(count.notes)} for count in found.counts],
        "faults": [
            {"where": where if named else "", "expected": expected, "found": told if named else ""}
            for where, expected, told in found.faults
        ],
        "days": [str(day) for day in found.days],
        "missing": [str(day) for day in found.missing],
        "not_accesses": dict(found.not_accesses),
        "guessed": found.guessed,
        "silences": [[_instant(begins), _instant(ends)] for begins, ends in found.silences],
        "jumps": [_instant(jump) for jump in found.jumps],
        "recorded_early": found.recorded_early,
        "present": list(found.present),
        "known_logins": known.known,
        "unknown_logins": list(known.unknown) if named else [],
        "foreign": known.sentence,
    }


@router.get("/logs/{upload}/quarantine", openapi_extra=CSV, summary="Its rows in quarantine, as CSV")
@page(Permission.SEE_IMPORTS)
def quarantine(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> HttpResponse:
    """Where each row is and why it could not be read. Takes the right to import that kind of file."""
    _may_change(request, clinic, upload)
    content = quarantine_csv(listing.quarantine(clinic, upload))
    headers = {"Content-Disposition": 'attachment; filename="quarantine.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@router.post("/logs/{upload}/count", response={204: None}, summary="Have it count")
@page(Permission.SEE_IMPORTS)
def count(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> Any:
    """What was read of it becomes part of the clinic's record. Takes the right to import that kind of file."""
    return _decided(request, clinic, upload, count_import)


@router.post("/logs/{upload}/discard", response={204: None}, summary="Discard it")
@page(Permission.SEE_IMPORTS)
def discard(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> Any:
    """Destroy a file that does not count. Again changes nothing. Takes the right to import that kind of file."""
    return _decided(request, clinic, upload, discard_import)


@router.post("/logs/{upload}/again", response={204: None}, summary="Read it once more")
@page(Permission.SEE_IMPORTS)
def again(request: HttpRequest, clinic: Path[UUID], upload: UUID) -> Any:
    """As when the workforce has become known meanwhile. Takes the right to import that kind of file."""
    return _decided(request, clinic, upload, read_again)


def _decided(request: HttpRequest, clinic: UUID, upload: UUID, verb: Callable[..., None]) -> Any:
    _may_change(request, clinic, upload)
    verb(clinic=clinic, upload=upload, actor=request.member.actor, at=request.now)
    return Status(204, None)


def _found(clinic: UUID, upload: UUID) -> Import:
    found = listing.import_of(clinic, upload)
    if found is None:
        raise Http404
    return found


def _may_change(request: HttpRequest, clinic: UUID, upload: UUID) -> None:
    require(rules.may_import(request.member.permissions, _found(clinic, upload).kind))


def _may_send(request: HttpRequest, kind: str) -> None:
    """A file whose kind is still to be recognised may be sent by whoever may import any; the finish judges it."""
    if kind or not rules.importable(request.member.permissions):
        require(rules.may_import(request.member.permissions, kind or rules.LOG))


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    """The body as it comes; where it breaks off, what came until then."""
    try:
        while block := request.read(BLOCK):
            yield block
    except UnreadablePostError:
        return
