"""An input file as plain bytes on disk: gzip is taken off, and what can't be an input at all is refused."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from chartwarden.kernel.errors import refuse

START = 65_536
EXPECTED = "text in UTF-8, or Parquet"
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
# Logs shrink to a tenth or a fiftieth. What grows more than this, beyond the free amount, is made to fill a disk.
GROWTH_LIMIT = 200
FREE_AMOUNT = 64 << 20
MOST_UNPACKED = 64 << 30
"""Whatever its growth: a log of a thousand million accesses is smaller."""
BLOCK = 1 << 20

_OTHER_FILES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"%PDF", "a PDF"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"BZh", "a bzip2 archive"),
    (GZIP, "a gzip file within another"),
    (b"SQLite format 3", "an SQLite database"),
)
_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def open_input(path: Path, scratch: Path) -> Path:
    """Where the file's plain bytes are: the file itself, or its unpacked copy in ``scratch``.

    Raises InputRefused where the file can't be read, is empty, or is neither text in UTF-8 nor Parquet.
    """
    plain = path
    try:
        start = _start(path)
        if start.startswith(GZIP):
            plain = _unpacked(path, scratch)
            start = _start(plain)
    except OSError as fault:
        raise refuse(path.name, "a file that can be read", fault.strerror or str(fault)) from None
    found = other_than_text(start)
    if found:
        raise refuse(path.name, EXPECTED, found)
    return plain


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(START)


def other_than_text(start: bytes) -> str | None:
    """What the start of a file shows it to be, in words, where that is neither text in UTF-8 nor Parquet."""
    if not start:
        return "an empty file"
    if start.startswith(PARQUET):
        return None
    if start.startswith(b"PK\x03\x04") and (b"xl/" in start or b"[Content_Types]" in start):
        return "an Excel workbook"
    for mark, what in (*_OTHER_FILES, *_BOMS):
        if start.startswith(mark):
            return what
    if start.count(b"\0") > len(start) // 4:
        return "UTF-16 or UTF-32" if _looks_wide(start) else "binary data"
    header = start.partition(b"\n")[0]
    if any(code < 32 and code not in b"\t\r\n\f" for code in header):
        return "binary data"
    return None


def _looks_wide(start: bytes) -> bool:
    """Text in UTF-16 or UTF-32 holds a NUL at every other place."""
    return any(set(start[at::2]) == {0} for at in (0, 1))


def _unpacked(path: Path, scratch: Path) -> Path:
    packed = path.stat().st_size
    written = 0
    # Files of one name from two folders must not meet here.
    with NamedTemporaryFile(dir=scratch, prefix=f"{path.name}-", delete=False) as out:
        target = Path(out.name)
        try:
            for block in _gzip_blocks(path):
                written += len(block)
                if written > FREE_AMOUNT + GROWTH_LIMIT * packed:
                    raise refuse(path.name, f"gzip of at most {GROWTH_LIMIT} times its size", "more: a gzip bomb")
                if written > MOST_UNPACKED:
                    raise refuse(
                        path.name, f"at most {MOST_UNPACKED >> 30} GiB once unpacked: send it in parts", "more"
                    )
                out.write(block)
        except BaseException:
            out.close()
            target.unlink()
            raise
    return target


def _gzip_blocks(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as file:
            while block := file.read(BLOCK):
                yield block
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise refuse(path.name, "a whole gzip file", "a damaged one") from None
