"""The tree and its entries as files: C2SP tlog-tiles, tiles of height 8, bundles of entries.

A tile holds 256 hashes; those of level 0 are leaves, each of a level above is the root of a full tile below. The
last tile of a level may be partial: its path ends in ``.p/WIDTH``. A bundle holds the entries of a tile of level 0,
each behind its length in two bytes, so no entry is longer than 65,535 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from chartwarden.ledger.merkle import HASH_SIZE, Nodes, levels

HEIGHT = 8
WIDTH = 1 << HEIGHT
LONGEST_ENTRY = 2**16 - 1


@dataclass(frozen=True)
class Tile:
    """Where a tile stands: ``level`` 0 to 63, or None for a bundle; ``width`` hashes or entries, 1 to 256."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """``tile/0/x001/067.p/12``."""
        digits = f"{self.number:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        folder = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        kind = "entries" if self.level is None else self.level
        return f"tile/{kind}/{folder}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def first(self) -> int:
        """The index of its first entry."""
        return self.number << (HEIGHT * ((self.level or 0) + 1))


def level_tiles(level: int | None, size: int) -> Iterator[Tile]:
    """The tiles of one level of a tree of ``size``: full ones, then the partial one."""
    full, rest = divmod(size >> (HEIGHT * (level or 0)), WIDTH)
    yield from (Tile(level, number) for number in range(full))
    if rest:
        yield Tile(level, full, rest)


def hash_levels(size: int) -> range:
    """The levels that hold a tile in a tree of ``size``."""
    count = 0
    while size >> (HEIGHT * count):
        count += 1
    return range(count)


def all_tiles(size: int) -> Iterator[Tile]:
    """Every file of a tree of ``size``: bundles, then tiles from level 0 up."""
    yield from level_tiles(None, size)
    for level in hash_levels(size):
        yield from level_tiles(level, size)


def hashes_in(data: bytes) -> list[bytes]:
    """The hashes of a tile's bytes. Raises ValueError where they are no whole number of hashes."""
    if len(data) % HASH_SIZE:
        raise ValueError(f"a multiple of {HASH_SIZE} bytes; found {len(data)}")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle's bytes. Raises ValueError for an entry that is too long."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise ValueError(f"an entry of at most {LONGEST_ENTRY} bytes; found {len(entry)}")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def entries_in(data: bytes) -> list[bytes]:
    """The entries of a bundle's bytes, as far as they go. What is left over is the last, whatever its length."""
    found: list[bytes] = []
    at, end = 0, len(data)
    while at + 2 <= end:
        begin = at + 2
        at = begin + (data[at] << 8 | data[at + 1])
        found.append(data[begin:at])
    if at < end:
        found.append(data[at:])
    return found


def is_whole(data: bytes) -> bool:
    """Whether a bundle's last entry ends where the bytes end."""
    at = 0
    while at + 2 <= len(data):
        at += 2 + (data[at] << 8 | data[at + 1])
    return at == len(data)


def nodes_from(read: Callable[[int, int], Sequence[bytes]], kept: int = 64) -> Nodes:
    """Nodes of a tree kept as tiles. ``read`` answers (level, number) with the hashes of a tile, full or partial.

    The last ``kept`` tiles stay in memory with all hashes between theirs, so that a further proof from the same
    place costs a few look-ups.
    """

    @lru_cache(maxsize=kept)
    def opened(level: int, number: int) -> list[list[bytes]]:
        return levels(read(level, number))

    def node(level: int, index: int) -> bytes:
        tile_level, inside = divmod(level, HEIGHT)
        number, place = divmod(index << inside, WIDTH)
        return opened(tile_level, number)[inside][place >> inside]

    return node
