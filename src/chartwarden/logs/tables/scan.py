"""One quick look at every byte of a text file: what decides whether the fast way may read it, and how.

It also counts the rows, so that what DuckDB read can be held against a count that DuckDB did not make.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chartwarden.logs.tables.records import ROW_LIMIT

BLOCK = ROW_LIMIT // 2
BOM = b"\xef\xbb\xbf"
NEWLINE, QUOTE, BLANK = (ord(mark) for mark in '\n" ')
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Scan:
    """What a text file holds.

    ``regular``: no NUL byte, no stray tab, every line ends alike, none is longer than ROW_LIMIT, and quotes stand
    around whole values or doubled within them (DuckDB is less strict). ``quotes``: it holds double quotes.
    ``blanks``: a value may have blanks around it. ``rows``: the rows of a regular file after its header, blank lines
    left out; it means nothing where the file is not regular. ``whole_lines``: no row goes over a line end, and lines
    end with LF.
    """

    regular: bool
    quotes: bool
    blanks: bool
    rows: int
    whole_lines: bool


def scan(path: Path, delimiter: str) -> Scan:
    """Look at the file once; what was seen of a file is remembered while the file stays as it is."""
    state = path.stat()
    return _scan(path, delimiter, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=8)
def _scan(path: Path, delimiter: str, size: int, changed: int) -> Scan:  # noqa: ARG001
    irregular, quotes, blanks = False, False, False
    returns = newlines = pairs = empty = 0
    edge = np.frombuffer(f'{delimiter}\n\r"'.encode(), dtype=np.uint8)
    before = b"\n"
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            codes = np.frombuffer(before + block, dtype=np.uint8)
            ends = codes == NEWLINE
            inside = int(np.count_nonzero(ends[1:]))
            newlines += inside
            empty += int(np.count_nonzero(ends[1:] & ends[:-1]))
            # A block without a line end may belong to a line longer than ROW_LIMIT.
            irregular = irregular or (inside == 0 and len(block) == BLOCK)
            irregular = irregular or b"\0" in block or (delimiter != "\t" and b"\t" in block)
            if b"\r" in block:
                returns += block.count(b"\r")
                pairs += (before + block).count(b"\r\n")
            elif before == b"\r":
                pairs += block.startswith(b"\n")
            quotes = quotes or b'"' in block
            blanks = blanks or not block.isascii() or _blank_at_edge(codes, edge)
            before = block[-1:]
    rows = newlines - empty + (before != b"\n") - 1
    if quotes or returns:
        rows, in_order = _walk(path, delimiter, 2 if returns else 1)
        irregular = irregular or not in_order
    regular = not irregular and (returns == 0 or returns == newlines == pairs)
    whole_lines = not quotes and returns in (0, pairs)
    return Scan(regular, quotes, blanks or before == b" ", rows, whole_lines)


def _blank_at_edge(codes: Codes, edge: Codes) -> bool:
    """Whether a blank stands beside a delimiter, a quote or a line end."""
    at = np.flatnonzero(codes == BLANK)
    if not len(at):
        return False
    after = codes[at[at < len(codes) - 1] + 1]
    ahead = codes[at[at > 0] - 1]
    return bool(np.isin(after, edge).any() or np.isin(ahead, edge).any())


def _walk(path: Path, delimiter: str, line_end: int) -> tuple[int, bool]:
    """The rows after the header, where a line end of that many bytes within quotes ends no row; and whether every quote
    is in order: the first, third … opens a value or follows another quote; the second, fourth … ends one or goes before
    another.
    """
    opens, closes = _marks(f'{delimiter}\n"'), _marks(f'{delimiter}\n\r"')
    rows, quotes, offset, last, in_order = -1, 0, 0, -1, True
    with path.open("rb") as file:
        before = b"\n"
        offset = len(BOM) if file.read(len(BOM)) == BOM else 0
        file.seek(offset)
        last = offset - 1
        while block := file.read(BLOCK):
            codes = np.frombuffer(before + block, dtype=np.uint8)
            marks = np.flatnonzero(codes == QUOTE)
            again = int(codes[0] == QUOTE)
            odd = (np.arange(len(marks)) + quotes - again) % 2 == 1
            first, second = marks[~odd & (marks > 0)], marks[odd & (marks < len(codes) - 1)]
            in_order = in_order and bool(opens[codes[first - 1]].all() and closes[codes[second + 1]].all())
            ends = np.flatnonzero(codes[1:] == NEWLINE)
            ends = ends[(quotes + np.searchsorted(marks[again:] - 1, ends)) % 2 == 0] + offset
            rows += int(np.count_nonzero(np.diff(ends, prepend=last) != line_end))
            last = int(ends[-1]) if len(ends) else last
            quotes += len(marks) - again
            offset += len(block)
            before = block[-1:]
    return rows + (offset > last + 1), in_order and quotes % 2 == 0


def _marks(characters: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(256, dtype=np.bool_)
    table[list(characters.encode())] = True
    return table
