"""Receiving files: sealed as they stream in, resumable by their digest, never in clear on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import PurePosixPath
from types import TracebackType
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from chartwarden.clinics.services import blind_index, data_key, newest_data_key, seal
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.kernel.sealing import SealBroken, SealedWriter, open_sealed_file
from chartwarden.ledger.services import append
from chartwarden.logs import models, room, rules, vault
from chartwarden.logs.catalogue import FEEDS
from chartwarden.logs.import_contracts import UploadState
from chartwarden.logs.opening import START
from chartwarden.logs.previews import Faults, name_of, sealed_faults

LONGEST_NAME = 160
STEP = 16 << 20
"""Each time so many bytes have come, it is looked whether the disk has room for more."""


class Incoming:
    """One file on its way in, by a page or a folder: given in pieces, sealed and hashed as they come.

    Leaving the ``with`` without ``finish`` destroys what was kept. ``size`` is about how many bytes will come, where
    that is known. Raises InputRefused where the disk has no room for them, or is full.
    """

    def __init__(
        self,
        *,
        clinic: UUID,
        name: str,
        source: str,
        actor: Actor,
        at: datetime,
        kind: str = "",
        counts_when_read: bool = False,
        size: int = 0,
    ) -> None:
        room.require_room(clinic, actor, size)
        self._row = _begin(clinic, name, source, actor, at, kind, counts_when_read)
        self._actor, self._at = actor, at
        self._digest, self._size, self._closed = hashlib.sha256(), 0, False
        try:
            self._writer = _writer(self._row)
        except OSError as fault:
            self.abandon()
            raise vault.told_plainly(fault) from None

    def write(self, data: bytes) -> None:
        """Take the next piece."""
        if (self._size + len(data)) // STEP > self._size // STEP:
            try:
                room.require_free(len(data))
            except InputRefused:
                self.abandon()
                raise
        try:
            self._writer.write(data)
        except OSError as fault:
            self.abandon()
            raise vault.told_plainly(fault) from None
        self._digest.update(data)
        self._size += len(data)

    def finish(self, kinds: Collection[str] | None = None) -> UploadState:
        """Keep the file. Raises Refused where it is none of the ``kinds`` that its sender may import."""
        try:
            self._writer.finish()
        except OSError as fault:
            self.abandon()
            raise vault.told_plainly(fault) from None
        self._writer.close()
        self._closed = True
        self._row.size = self._size
        return _received(self._row, self._digest.hexdigest(), kinds, self._actor, self._at)

    def abandon(self) -> None:
        """Destroy what was kept, and forget that it began. Once it is finished, nothing."""
        if not self._closed:
            self._closed = True
            if hasattr(self, "_writer"):
                self._writer.close()
            _forget(self._row)

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.abandon()


def begin_upload(
    *,
    clinic: UUID,
    sha256: str,
    size: int,
    name: str,
    actor: Actor,
    at: datetime,
    kind: str = "",
    count: bool = False,
    source: str = "api",
) -> UploadState:
    """Begin to send a file, or go on with it: the answer says from which byte. ``kind`` may be left to be recognised.

    ``count``: it counts as soon as it is read. Only who began it goes on with it; somebody else begins their own.
    Raises InputRefused for a digest or size that can't be one, and where there is no room for so much.
    """
    digest = sha256.strip().lower()
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise refuse("sha256", "64 hexadecimal digits", f"{len(sha256)} characters")
    if size <= 0:
        raise refuse("size", "a number of bytes above 0", str(size))
    if kind and kind not in rules.NEEDS:
        raise refuse("kind", "one of " + ", ".join(rules.NEEDS), "another word")
    row = _alike(clinic, _index(clinic, digest))
    if row is not None and row.state != rules.RECEIVING:
        return _state(row, again=True)
    index = _begun_index(clinic, digest, actor)
    row = _alike(clinic, index)
    if row is None:
        room.require_room(clinic, actor, size)
        try:
            with transaction.atomic():
                row = _begin(clinic, name, source, actor, at, kind, count, index, size)
        except IntegrityError:  # somebody began to send the same file in the same moment
            row = _alike(clinic, index)
            if row is None:
                raise
    if row.state != rules.RECEIVING:
        return _state(row, again=True)
    if row.size != size:
        raise refuse("size", f"{row.size}, as when this file was begun", str(size))
    try:
        with _writer(row) as writer:
            row.received_bytes = writer.kept
    except OSError as fault:
        raise vault.told_plainly(fault) from None
    row.save(update_fields=["received_bytes"])
    return _state(row)


def append_bytes(*, clinic: UUID, upload: UUID, offset: int, chunks: Iterable[bytes], actor: Actor) -> UploadState:
    """Take a stretch of the file from ``offset`` on. Whole MiB are kept, and all of it when the last byte has come.

    The answer tells what is kept, also where ``chunks`` broke off. Raises InputRefused for another offset than the
    one kept, for more bytes than the file has, for a file that somebody else began, and where the disk is full; what
    was kept before stays.
    """
    row = _receiving(clinic, upload, actor)
    room.require_free(0)
    try:
        with _writer(row) as writer:
            if not writer.finished:
                if offset != writer.kept:
                    raise refuse("offset", str(writer.kept), str(offset))
                _append(row, writer, chunks)
            kept = writer.kept
    except OSError as fault:
        raise vault.told_plainly(fault) from None
    row.received_bytes = kept
    row.save(update_fields=["received_bytes"])
    return _state(row)


def finish_upload(
    *, clinic: UUID, upload: UUID, actor: Actor, at: datetime, kinds: Collection[str] | None = None
) -> UploadState:
    """Close an upload all of whose bytes have come. Raises InputRefused where some are missing (they may still be
    sent), or where the whole has another SHA-256 than was said: then nothing of it is kept."""
    row = _upload(clinic, upload, actor)
    if row.state != rules.RECEIVING:
        return _state(row, again=True)
    try:
        with _writer(row) as writer:
            if not writer.finished:
                raise refuse("bytes", f"{row.size:,}", f"{writer.kept:,}")
    except OSError as fault:
        raise vault.told_plainly(fault) from None
    digest = _digest(row)
    if bytes(row.digest_index) not in (_begun_index(clinic, digest, actor), _index(clinic, digest)):
        told = refuse("the file", "the SHA-256 that was said when it was begun", "another: send it again")
        _refuse(row, told, actor, at)
        raise told
    return _received(row, digest, kinds, actor, at)


def _digest(row: models.LogImport) -> str:
    """The SHA-256 of the kept bytes, in hexadecimal; nothing where they were changed on the disk."""
    digest = hashlib.sha256()
    path, bound = vault.raw(row.clinic_id, row.id), vault.context(row.id, "raw")
    try:
        with open_sealed_file(path, _key(row), bound) as sealed:
            for chunk in sealed.chunks():
                digest.update(chunk)
    except SealBroken:
        return ""
    return digest.hexdigest()


def _append(row: models.LogImport, writer: SealedWriter, chunks: Iterable[bytes]) -> None:
    come = writer.kept
    for chunk in chunks:
        come += len(chunk)
        if come > row.size:
            raise refuse("bytes", f"{row.size:,}, as said when it was begun", "more")
        writer.write(chunk)
    if come == row.size:
        writer.finish()


def _begin(
    clinic: UUID,
    name: str,
    source: str,
    actor: Actor,
    at: datetime,
    kind: str,
    counts: bool,
    index: bytes | None = None,
    size: int = 0,
) -> models.LogImport:
    identity, _ = newest_data_key(clinic, vault.PURPOSE)
    row: models.LogImport = models.LogImport.objects.create(
        id=uuid4(),
        clinic_id=clinic,
        kind=kind,
        source=source,
        state=rules.RECEIVING,
        name=seal(clinic, vault.PURPOSE, plain_name(name).encode()),
        key=identity,
        digest_index=index,
        size=size,
        uploaded_by_id=actor.person,
        actor=actor.ref,
        begun_at=at,
        counts_when_read=counts,
    )
    return row


def plain_name(name: str) -> str:
    """A file's name without folders, control characters or undue length (in bytes: a letter may take four); its ending
    stays."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(mark for mark in last if mark.isprintable()).strip(". ") or "file"
    whole = clean.encode()
    if len(whole) <= LONGEST_NAME:
        return clean
    begin, end = whole[: LONGEST_NAME - 43], whole[-40:]
    return begin.decode(errors="ignore") + "…" + end.decode(errors="ignore")


def _received(
    row: models.LogImport, digest: str, kinds: Collection[str] | None, actor: Actor, at: datetime
) -> UploadState:
    """The bytes are whole and on the disk: note what they are. The same file again leaves no second trace."""
    index = _index(row.clinic_id, digest)
    there = _alike(row.clinic_id, index)
    if there is not None and there.id != row.id:
        _forget(row)
        return _state(there, again=True)
    row.kind = row.kind or rules.kind_of(name_of(row), _head(row), FEEDS)
    if kinds is not None and row.kind not in kinds:
        _forget(row)
        raise Refused(rules.may_import((), row.kind))
    if not row.size:
        _forget(row)
        raise refuse("the file", "a file with something in it", "an empty one")
    row.state = rules.IMPORT.after(row.state, rules.RECEIVED)
    row.digest_index, row.received_bytes, row.received_at = index, row.size, at
    row.facts = seal(row.clinic_id, vault.PURPOSE, digest.encode())
    try:
        with transaction.atomic():
            now = models.LogImport.objects.select_for_update().filter(clinic_id=row.clinic_id, id=row.id).first()
            if now is None or now.state != rules.RECEIVING:
                return _state(now or row, again=True)
            row.save(update_fields=["kind", "state", "digest_index", "size", "received_bytes", "received_at", "facts"])
            append(
                clinic=row.clinic_id,
                kind="logs.received",
                actor=actor,
                at=at,
                subject={"import": str(row.id)},
                facts={"kind": row.kind, "sha256": digest, "bytes": row.size, "source": row.source},
            )
    except IntegrityError:
        # Somebody sent the same file in the same moment, and theirs is kept.
        there = _alike(row.clinic_id, index)
        if there is None:
            raise
        _forget(row)
        return _state(there, again=True)
    return _state(row)


def _refuse(row: models.LogImport, told: InputRefused, actor: Actor, at: datetime) -> None:
    row.state = rules.IMPORT.after(row.state, rules.REFUSED)
    row.preview = sealed_faults(row.clinic_id, Faults.of(told))
    row.decided_at = at
    with transaction.atomic():
        row.save()
        append(
            clinic=row.clinic_id,
            kind="logs.refused",
            actor=actor,
            at=at,
            subject={"import": str(row.id)},
            facts={"kind": row.kind, "why": "other digest"},
        )
    vault.destroy(row.clinic_id, row.id)


def _forget(row: models.LogImport) -> None:
    vault.destroy(row.clinic_id, row.id)
    models.LogImport.objects.filter(id=row.id, clinic_id=row.clinic_id, state=rules.RECEIVING).delete()


def _alike(clinic: UUID, index: bytes) -> models.LogImport | None:
    rows = models.LogImport.objects.filter(clinic_id=clinic, digest_index=index)
    found: models.LogImport | None = rows.exclude(state__in=rules.GONE).first()
    return found


def _upload(clinic: UUID, upload: UUID, actor: Actor) -> models.LogImport:
    row: models.LogImport | None = models.LogImport.objects.filter(clinic_id=clinic, id=upload).first()
    if row is None:
        raise refuse("upload", "one that was begun here", "none of that id")
    if not room.is_owner(row, actor):
        raise refuse("upload", "one that you began", "somebody else's: begin your own")
    return row


def _receiving(clinic: UUID, upload: UUID, actor: Actor) -> models.LogImport:
    row = _upload(clinic, upload, actor)
    if row.state != rules.RECEIVING:
        raise refuse("upload", "one that is still being received", f"one that is {row.state}")
    return row


def _writer(row: models.LogImport) -> SealedWriter:
    path = vault.prepared(vault.raw(row.clinic_id, row.id))
    return SealedWriter(path, _key(row), vault.context(row.id, "raw"))


def _key(row: models.LogImport) -> bytes:
    return data_key(row.clinic_id, vault.PURPOSE, row.key)


def _head(row: models.LogImport) -> bytes:
    path, bound = vault.raw(row.clinic_id, row.id), vault.context(row.id, "raw")
    with open_sealed_file(path, _key(row), bound) as sealed:
        return sealed.read(START) or b""


def _index(clinic: UUID, digest: str) -> bytes:
    return blind_index(clinic, "import", digest)


def _begun_index(clinic: UUID, digest: str, actor: Actor) -> bytes:
    """By which a sender finds the file again that they have begun to send."""
    return blind_index(clinic, "import", f"{digest} {room.owner(actor)}")


def _state(row: models.LogImport, again: bool = False) -> UploadState:
    return UploadState(row.id, row.state, row.received_bytes, row.size, row.kind, again)
