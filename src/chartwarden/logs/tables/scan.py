"""One quick look at every byte of a text file: what decides whether the fast way may read it, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chartwarden.logs.tables.records import ROW_LIMIT

BLOCK = ROW_LIMIT // 2


@dataclass(frozen=True)
class Scan:
    """What a text file holds.

    ``regular``: no NUL byte, no stray tab, every line ends alike, and none is longer than ROW_LIMIT.
    ``crlf``: its lines end with CR LF. ``quotes``: it holds double quotes. ``blanks``: a value may have blanks
    around it.
    """

    regular: bool
    crlf: bool
    quotes: bool
    blanks: bool


def scan(path: Path, delimiter: str) -> Scan:
    """Look at the file once, in blocks. A block without a line end may belong to a line longer than ROW_LIMIT."""
    irregular, quotes, blanks = False, False, False
    returns = newlines = pairs = 0
    edge = np.frombuffer(f'{delimiter}\n\r"'.encode(), dtype=np.uint8)
    before = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            irregular = irregular or b"\0" in block or (delimiter != "\t" and b"\t" in block)
            irregular = irregular or (b"\n" not in block and len(block) == BLOCK)
            if b"\r" in block:
                irregular = irregular or (returns == 0 and before != b"")
                returns += block.count(b"\r")
            if returns:
                newlines += block.count(b"\n")
                pairs += (before + block).count(b"\r\n")
            quotes = quotes or b'"' in block
            blanks = blanks or not block.isascii() or _blank_at_edge((before or b"\n") + block, edge)
            before = block[-1:]
    return Scan(not irregular and returns == newlines == pairs, returns > 0, quotes, blanks or before == b" ")


def _blank_at_edge(block: bytes, edge: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> bool:
    """Whether a blank stands beside a delimiter, a quote or a line end."""
    if b" " not in block:
        return False
    codes = np.frombuffer(block, dtype=np.uint8)
    at = np.flatnonzero(codes == ord(" "))
    after = codes[at[at < len(codes) - 1] + 1]
    ahead = codes[at[at > 0] - 1]
    return bool(np.isin(after, edge).any() or np.isin(ahead, edge).any())
