"""How AuditEvents lie in a file: one a line (NDJSON), or a whole document: a resource, a Bundle, a JSON array.

A document is mapped into memory, not read into it. Where it is broken, its resources are cut out one by one up to the
break, and what is left is one row more, so that it is counted.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from chartwarden.logs.formats._fhir_mend import mend

TAIL = 64 * 1024  # what is kept of a broken end: enough to say what is wrong with it
FAULTS = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)

_BOM = b"\xef\xbb\xbf"
_ENTRY = re.compile(rb'"entry"\s*:\s*\[')
_SOMETHING = re.compile(rb"\S")
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class Envelope(Struct, gc=False):
    """The outside of a resource; ``entry`` where it is a Bundle."""

    resourceType: Any = None  # noqa: N815  (FHIR's own name)
    entry: list[Raw] | None = None


class Entry(Struct, gc=False):
    resource: Raw = Raw()


_envelope = msgspec.json.Decoder(Envelope)
_entry = msgspec.json.Decoder(Entry)
_array = msgspec.json.Decoder(list[Raw])


def rows(path: Path) -> Iterator[tuple[int, bytes]]:
    """Each resource as JSON text, with its line, or its position from 1 in a document."""
    if not is_lines(path):
        yield from enumerate(_document(path), start=1)
        return
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            if stripped := (text.removeprefix(_BOM) if line == 1 else text).strip():
                yield line, stripped


def is_lines(path: Path) -> bool:
    """Whether each line is a resource of its own. The first two lines that are not blank decide."""
    data, begin = _mapped(path)
    end = data.find(b"\n", begin)
    end = len(data) if end < 0 else end
    after = _SOMETHING.search(data, end)
    opens_again = after is not None and after[0] == b"{"
    try:
        return _envelope.decode(memoryview(data)[begin:end]).resourceType != "Bundle" or opens_again
    except FAULTS:
        return opens_again and not data[max(begin, end - TAIL) : end].rstrip().endswith((b"[", b"{", b",", b":"))


def _mapped(path: Path) -> tuple[mmap.mmap, int]:
    """The file's bytes, and where the first of them stands that is no byte-order mark and no space."""
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    first = _SOMETHING.search(data, len(_BOM) if data[: len(_BOM)] == _BOM else 0)
    return data, first.start() if first else len(data)


def _document(path: Path) -> Iterator[bytes]:
    data, begin = _mapped(path)
    is_array = data[begin : begin + 1] == b"["
    text = memoryview(data)[begin:]
    try:
        if is_array:
            elements: list[Raw] | None = _array.decode(text)
        else:
            envelope = _envelope.decode(text)
            elements = (envelope.entry or []) if envelope.resourceType == "Bundle" else None
    except FAULTS:
        entry = None if is_array else _ENTRY.search(data)
        pieces = _cut(data, entry.end() if entry else begin + is_array)
        yield from map(_resource, pieces) if entry else pieces
        return
    if elements is None:
        yield bytes(text)
    for element in elements or ():
        yield bytes(element) if is_array else _resource(bytes(element))


def _resource(entry: bytes) -> bytes:
    """The resource of a Bundle's entry; the entry itself where it holds none that can be found."""
    try:
        return bytes(_entry.decode(entry).resource) or entry
    except FAULTS:
        pass
    try:
        return bytes(_entry.decode(mend(entry)).resource) or entry
    except FAULTS:
        return entry


def _cut(data: mmap.mmap, begin: int) -> Iterator[bytes]:
    """The objects that follow each other from ``begin``, up to the end of their array; then what is left of a break."""
    depth, start = 0, begin
    for token in _TOKEN.finditer(data, begin):
        if data[token.start()] in b"[{":
            start = token.start() if depth == 0 else start
            depth += 1
        elif data[token.start()] in b"]}":
            depth -= 1
            if depth == 0:
                yield data[start : token.end()]
            elif depth < 0:
                return
    if depth > 0:
        yield data[start : start + TAIL]
