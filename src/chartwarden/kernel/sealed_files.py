"""Files sealed in chunks, so that 5 GB need no memory and a broken-off one can go on (STREAM construction).

Layout: magic ``CWSF``, version, random file id (16), key check (16), then chunks: nonce (12), ciphertext, tag (16).
Each chunk but the last holds 1 MiB of plaintext, the last less, or nothing. A file has a key of its own (HKDF of its
id); what each chunk authenticates is the header, its number, whether it is the last, and the caller's context. So a
file that is cut, put in another order, lengthened or joined from two does not open. (V. T. Hoang, R. Reyhanitabar,
P. Rogaway, D. Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015, section 7.)
Nonces are random rather than counted: a chunk that is written again after a crash must not meet its old nonce.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartwarden.kernel.durably import sync_folder
from chartwarden.kernel.locks import take
from chartwarden.kernel.seals import NONCE_BYTES, TAG_BYTES, SealBroken, opened, subkey

CHUNK = 1 << 20
SEALED_CHUNK = NONCE_BYTES + CHUNK + TAG_BYTES
MAGIC = b"CWSF\x01"
ID_BYTES = 16
HEADER = len(MAGIC) + ID_BYTES + 16
SYNC_EVERY = 64
"""Chunks after which what is written is made durable; as many are looked at when a file is opened to go on."""


class _Chunks:
    """What seals and opens one file's chunks."""

    def __init__(self, key: bytes, header: bytes, context: bytes) -> None:
        file_key = subkey(key, b"file/" + header[len(MAGIC) : len(MAGIC) + ID_BYTES])
        if header != _header(key, header[len(MAGIC) : len(MAGIC) + ID_BYTES]):
            raise SealBroken("not a sealed file of this key")
        self._cipher = AESGCM(file_key)
        self._bound = header + len(context).to_bytes(4, "big") + context

    def seal(self, number: int, data: bytes | bytearray | memoryview, last: bool) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, self._context(number, last))

    def open(self, number: int, sealed: bytes, last: bool) -> bytes:
        view = memoryview(sealed)
        return opened(self._cipher, sealed[:NONCE_BYTES], view[NONCE_BYTES:], self._context(number, last))

    def _context(self, number: int, last: bool) -> bytes:
        return self._bound + number.to_bytes(8, "big") + bytes([last])


def _header(key: bytes, file_id: bytes) -> bytes:
    start = MAGIC + file_id
    return start + hmac.digest(subkey(key, b"file-check"), start, hashlib.sha256)[:16]


class SealedWriter:
    """Seals what it is given into a new file, or goes on with one that was broken off. One writer a file.

    ``kept`` tells how many bytes of plaintext the file holds: go on from there. Whole chunks of 1 MiB are kept, so
    what was written after the last whole one is to be written again. ``finished`` tells that the file is whole
    already. Leaving the ``with`` without ``finish`` breaks it off. Raises SealBroken where the file is of another key
    or is no sealed file, and BlockingIOError where another writer has it open; it is left as it was.
    """

    def __init__(self, path: Path, key: bytes, context: bytes = b"") -> None:
        self._path = path
        is_new = not path.exists() or path.stat().st_size < HEADER
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b", 0)
        self.finished = False
        self._number = 0
        self._waiting = bytearray()
        try:
            take(self._file.fileno())
            if is_new:
                header = _header(key, secrets.token_bytes(ID_BYTES))
                self._file.truncate(0)
                self._file.write(header)
                self._sync()
                sync_folder(path.parent)
            else:
                header = self._file.read(HEADER)
            self._chunks = _Chunks(key, header, context)
            if not is_new:
                self._go_on()
        except BaseException:
            self._file.close()
            raise

    @property
    def kept(self) -> int:
        """Bytes of plaintext that the file holds."""
        return self._kept if self.finished else self._number * CHUNK

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append. Returns how many bytes were taken: all."""
        if self.finished:
            raise ValueError("the sealed file is finished")
        view = memoryview(data).cast("B")
        at = 0
        if self._waiting:
            at = min(CHUNK - len(self._waiting), len(view))
            self._waiting += view[:at]
            if len(self._waiting) < CHUNK:
                return len(view)
            self._put(self._waiting)
            self._waiting.clear()
        while len(view) - at >= CHUNK:
            self._put(view[at : at + CHUNK])
            at += CHUNK
        self._waiting += view[at:]
        return len(view)

    def finish(self) -> int:
        """Write the last chunk and have all of it on disk. Returns how many bytes of plaintext the file holds."""
        if not self.finished:
            self._kept = self._number * CHUNK + len(self._waiting)
            _write_all(self._file, self._chunks.seal(self._number, self._waiting, True))
            self._waiting.clear()
            self._sync()
            self.finished = True
        return self._kept

    def close(self) -> None:
        """Break off: whole chunks are made durable, the rest is let go. Nothing more where it is finished."""
        if not self._file.closed:
            if not self.finished:
                self._sync()
            self._file.close()

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def _put(self, chunk: bytes | bytearray | memoryview) -> None:
        _write_all(self._file, self._chunks.seal(self._number, chunk, False))
        self._number += 1
        if self._number % SYNC_EVERY == 0:
            self._sync()

    def _sync(self) -> None:
        os.fsync(self._file.fileno())

    def _go_on(self) -> None:
        """Find the end of what is sound. Only what was not yet durable at a crash can be unsound before it."""
        whole, rest = divmod(os.fstat(self._file.fileno()).st_size - HEADER, SEALED_CHUNK)
        if rest and self._is_last(whole, rest):
            self.finished, self._number = True, whole
            self._kept = whole * CHUNK + rest - NONCE_BYTES - TAG_BYTES
            return
        number = max(0, whole - SYNC_EVERY)
        self._file.seek(HEADER + number * SEALED_CHUNK)
        while number < whole:
            try:
                self._chunks.open(number, _read(self._file, SEALED_CHUNK), False)
            except SealBroken:
                break
            number += 1
        end = HEADER + number * SEALED_CHUNK
        self._file.truncate(end)
        self._file.seek(end)
        self._sync()
        self._number = number

    def _is_last(self, number: int, size: int) -> bool:
        self._file.seek(HEADER + number * SEALED_CHUNK)
        try:
            self._chunks.open(number, _read(self._file, size), True)
        except SealBroken:
            return False
        return True


class SealedReader(io.RawIOBase):
    """A sealed file's plaintext as a binary file that can be sought in; one chunk is in memory at a time.

    The last chunk is opened first, so a file that was cut or not finished raises SealBroken at once; a chunk that was
    changed does when it is come to. ``size`` is in bytes of plaintext.
    """

    def __init__(self, path: Path, key: bytes, context: bytes = b"") -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        try:
            self._chunks = _Chunks(key, _read(self._file, HEADER), context)
            self._whole, rest = divmod(os.fstat(self._file.fileno()).st_size - HEADER, SEALED_CHUNK)
            self._rest = rest
            self.size = self._whole * CHUNK + rest - NONCE_BYTES - TAG_BYTES
            self._at, self._held, self._chunk = 0, -1, b""
            self._fetch(self._whole)
        except BaseException:
            self._file.close()
            raise

    def chunks(self) -> Iterator[bytes]:
        """The plaintext from its beginning, in pieces of at most 1 MiB."""
        for number in range(self._whole + 1):
            if chunk := self._fetch(number):
                yield chunk

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The place of the next byte read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, and tell it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the file's beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer with what follows, from one chunk at most. Returns how many bytes; 0 at the end."""
        number, start = divmod(self._at, CHUNK)
        if self._at >= self.size:
            return 0
        part = memoryview(self._fetch(number))[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
            self._chunk = b""
        super().close()

    def _fetch(self, number: int) -> bytes:
        if number != self._held:
            last = number == self._whole
            self._file.seek(HEADER + number * SEALED_CHUNK)
            self._chunk = self._chunks.open(number, _read(self._file, self._rest if last else SEALED_CHUNK), last)
            self._held = number
        return self._chunk


def open_sealed_file(path: Path, key: bytes, context: bytes = b"") -> SealedReader:
    """Read a sealed file: as a file, or by ``chunks()``. Raises SealBroken, also later, and OSError."""
    return SealedReader(path, key, context)


def seal_file(source: Path, path: Path, key: bytes, context: bytes = b"") -> int:
    """Seal a file into ``path``, whole or not at all, durably. Returns its bytes of plaintext."""
    part = path.with_name(f"{path.name}.sealing")
    part.unlink(missing_ok=True)
    try:
        with source.open("rb", buffering=0) as plain, SealedWriter(part, key, context) as sealed:
            while data := plain.read(CHUNK):
                sealed.write(data)
            size = sealed.finish()
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return size


def unseal_file(path: Path, key: bytes, target: Path, context: bytes = b"") -> int:
    """Write a sealed file's plaintext to ``target`` (mode 0600), whole or not at all. Returns its bytes.

    It is a working copy: it is not forced to disk. Raises SealBroken.
    """
    part = target.with_name(f"{target.name}.unsealing")
    part.unlink(missing_ok=True)
    try:
        with open_sealed_file(path, key, context) as sealed:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(part, flags, 0o600), "wb", 0) as plain:
                for chunk in sealed.chunks():
                    _write_all(plain, chunk)
            size = sealed.size
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return size


def _read(file: io.RawIOBase, size: int) -> bytes:
    """So many bytes, or fewer at the end: an unbuffered file may give less than it was asked for."""
    data = file.read(size) or b""
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


def _write_all(file: io.RawIOBase, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) or 0 :]
