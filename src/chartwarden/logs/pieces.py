"""A large log with a fault somewhere, read piece by piece: only the pieces that hold a fault need the careful way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SIZE = 16 << 20


@dataclass(frozen=True)
class Piece:
    """A part of a file as a file of its own. A line of the piece is line + ``offset`` of the whole."""

    path: Path
    offset: int


def pieces(path: Path, header_lines: int, stem: Path, size: int = SIZE) -> Iterator[Piece]:
    """Cut a file at line ends (LF) into files of about ``size`` bytes named after ``stem``, each with the header."""
    with path.open("rb") as file:
        header = b"".join(islice(file, header_lines))
        offset, number = 0, 0
        while block := file.read(size):
            block += file.readline()
            piece = stem.with_name(f"{stem.name}-{number:05}")
            piece.write_bytes(header + block)
            yield Piece(piece, offset)
            offset += block.count(b"\n")
            number += 1
