"""An export's entries against its tiles of level 0, a group of 256 at a time: the part of the check that takes time.

Groups do not depend on each other, so a large export is spread over the machine's cores.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from chartwarden.ledger.export import Source, open_source
from chartwarden.ledger.merkle import HASH_SIZE, levels
from chartwarden.ledger.tiles import HEIGHT, WIDTH, Tile, entries_in, level_tiles

LEDGERS_OWN = b'"kind":"ledger.'
WORTH_A_POOL = 1024
AT_ONCE = 64


@dataclass
class Group:
    """What was found of one group. Where all is in order only ``head`` is filled; ``by_entries`` and ``by_tile`` are
    leaf hashes from the two files, empty where a file can't be used. ``own`` holds the ledger's entries about itself.
    """

    number: int
    width: int
    head: list[bytes]
    own: list[tuple[int, bytes]] = field(default_factory=list)
    by_entries: list[bytes] = field(default_factory=list)
    by_tile: list[bytes] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    ragged: bool = False
    foreign: int | None = None

    @property
    def sound(self) -> bool:
        """Whether entries and tile say the same, and every entry is this clinic's."""
        return bool(self.head) and self.foreign is None


def scan(path: Path, source: Source, size: int, mark: bytes) -> Iterator[Group]:
    """Every group in order. ``mark`` is what every entry's bytes hold: the clinic."""
    tiles = list(level_tiles(None, size))
    cores = os.cpu_count() or 1
    if len(tiles) < WORTH_A_POOL or cores < 2:
        yield from (_look(source, tile, mark) for tile in tiles)
        return
    parts = [tiles[at : at + AT_ONCE] for at in range(0, len(tiles), AT_ONCE)]
    with ProcessPoolExecutor(cores, initializer=_open, initargs=(path,)) as pool:
        for groups in pool.map(_look_at, parts, [mark] * len(parts)):
            yield from groups


_SOURCES: list[Source] = []  # a worker process's own opened export


def _open(path: Path) -> None:
    _SOURCES[:] = [open_source(path)]


def _look_at(tiles: Sequence[Tile], mark: bytes) -> list[Group]:
    return [_look(_SOURCES[0], tile, mark) for tile in tiles]


def _look(source: Source, tile: Tile, mark: bytes) -> Group:
    missing: list[str] = []
    data = _read(source, tile.path, missing)
    stored = _read(source, Tile(0, tile.number, tile.width).path, missing)
    group = Group(tile.number, tile.width, [], missing=tuple(missing))
    hashes, whole = _leaf_hashes(data)
    if LEDGERS_OWN in data or data.count(mark) != tile.width:
        entries = entries_in(data)
        group.own = [(tile.first + at, entry) for at, entry in enumerate(entries) if LEDGERS_OWN in entry]
        group.foreign = next((tile.first + at for at, entry in enumerate(entries) if mark not in entry), None)
    if whole and len(hashes) == tile.width and b"".join(hashes) == stored:
        group.head = heads(hashes)
        return group
    group.by_entries, group.ragged = hashes, not whole
    group.by_tile = [stored[at : at + HASH_SIZE] for at in range(0, len(stored), HASH_SIZE)]
    return group


def _leaf_hashes(data: bytes) -> tuple[list[bytes], bool]:
    """The leaf hashes of a bundle's entries, and whether the last ends where the bytes end: ``entries_in``,
    ``leaf_hash`` and ``is_whole`` in one go, for this is what takes the time.
    """
    hashes: list[bytes] = []
    add, digest = hashes.append, sha256
    at, end = 0, len(data)
    while at + 2 <= end:
        begin = at + 2
        at = begin + (data[at] << 8 | data[at + 1])
        add(digest(b"\x00" + data[begin:at]).digest())
    if at < end:
        add(digest(b"\x00" + data[at:]).digest())
    return hashes, at == end


def _read(source: Source, name: str, missing: list[str]) -> bytes:
    try:
        return source.read(name)
    except OSError:
        missing.append(name)
        return b""


def heads(hashes: list[bytes]) -> list[bytes]:
    """The root of a full group; the leaf hashes themselves of a partial one, to be pushed one by one."""
    return levels(hashes)[HEIGHT] if len(hashes) == WIDTH else hashes
