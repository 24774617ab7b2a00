"""The ledger for programs: its entries, its checkpoints, and proofs that an entry stands in it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.offered import Column, Row, Table
from chartwarden.ledger import queries
from chartwarden.ledger.contracts import StoredEntry
from chartwarden.people.contracts import Member, Permission, page
from chartwarden.web.ledger_pages import export as export_page
from chartwarden.web.verifying import verify_all

router = Router()
MOST = 2**53 - 1
ZIP = {"responses": {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}}


class Head(BaseModel):
    """The last signed head of the clinic's tree."""

    size: int = Field(description="How many entries it covers.")
    root: str = Field(description="The root hash, in base64.")
    at: str = Field(description="When it was signed (UTC).")
    keys: list[str] = Field(description="The verifier keys, the first first; compare them by another way.")
    note: str = Field(description="The checkpoint as a C2SP note, to be checked with the clinic's key.")


class FaultFound(BaseModel):
    """Something that is wrong in the ledger."""

    where: str
    expected: str
    found: str


class Checked(BaseModel):
    """What a check of the whole ledger found."""

    sound: bool
    size: int = Field(description="How many entries were read.")
    root: str = Field(description="The root hash, in base64.")
    keys: list[str] = Field(description="The verifier keys.")
    faults: list[FaultFound]


class InclusionProof(BaseModel):
    """That an entry stands in the tree (RFC 6962): hashes in base64, from the leaf up."""

    index: int
    size: int
    leaf_hash: str
    path: list[str]
    root: str


def _entries(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    begin = int(after) + 1 if after else 0
    return [_row(one) for one in queries.entries(clinic.id, begin, limit)]


def _row(one: StoredEntry) -> dict[str, Any]:
    return {
        "index": one.index,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "actor": one.actor,
        "subject": dict(one.subject),
        "facts": dict(one.facts),
        "private": dict(one.private),
        "leaf_hash": base64.b64encode(one.leaf_hash).decode(),
    }


TABLES = (
    Table(
        name="ledger_entries",
        title="Entries of the ledger",
        permission=Permission.SEE_LEDGER,
        key="index",
        columns=(
            Column("index", int, "Its place, counted from 0."),
            Column("at", str, "When it was written (UTC)."),
            Column("kind", str, "What happened, as `room.past_tense`."),
            Column("actor", str, "Who did it, as an opaque reference."),
            Column("subject", dict[str, str], "What it is about, as opaque references."),
            Column("facts", dict[str, Any], "Counts, digests, states; no patient and no name."),
            Column("private", dict[str, str], "Commitments to texts that are kept elsewhere, sealed."),
            Column("leaf_hash", str, "The hash of its leaf (RFC 6962), in base64."),
        ),
        read=_entries,
    ),
)


@router.get("/ledger/checkpoint", response=Head, summary="The last checkpoint")
@page(Permission.SEE_LEDGER)
def ledger_checkpoint(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """The last signed head. 404 while nothing was signed."""
    found = queries.checkpoint(clinic)
    if found is None:
        raise Http404
    root = base64.b64encode(found.root).decode()
    return {"size": found.size, "root": root, "at": found.at.isoformat(), "note": found.note,
            "keys": list(queries.signing_keys(clinic))}  # fmt: skip


@router.post("/ledger/verify", response=Checked, summary="Read and check the whole ledger")
@page(Permission.SEE_LEDGER)
def ledger_verify(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Entries, hashes, tiles, head, keys, every checkpoint ever signed, and what the desk keeps against its entries."""
    found, _ = verify_all(clinic)
    return {
        "sound": found.sound,
        "size": found.size,
        "root": base64.b64encode(found.root).decode(),
        "keys": list(found.keys),
        "faults": [{"where": one.where, "expected": one.expected, "found": one.found} for one in found.faults],
    }


@router.post("/ledger/export", openapi_extra=ZIP, summary="The whole ledger as a zip")
@page(Permission.SEE_LEDGER)
def ledger_export(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Signs a checkpoint, and hands out all up to it: what `chartwarden ledger verify` reads without a server."""
    return export_page(request, clinic)


@router.get("/ledger/entries/{index}/proof", response=InclusionProof, summary="Proof that an entry stands")
@page(Permission.SEE_LEDGER)
def ledger_proof(
    request: HttpRequest,
    clinic: Path[UUID],
    index: int = Path(..., ge=0, le=MOST),
    size: int | None = Query(None, ge=1, le=MOST, description="Of the tree of that many entries; now, without it."),
) -> Any:
    """The audit path of an entry. 404 for an entry that is not there."""
    count = queries.latest(clinic).size
    if index >= count:
        raise Http404
    if size is not None and not index < size <= count:
        raise refuse("query/size", f"more than {index} and at most {count}", str(size))
    proof = queries.proof(clinic, index, size)
    return {
        "index": proof.index,
        "size": proof.size,
        "leaf_hash": base64.b64encode(proof.leaf_hash).decode(),
        "path": [base64.b64encode(one).decode() for one in proof.path],
        "root": base64.b64encode(proof.root).decode(),
    }
