"""What to say of a group of entries whose two files do not agree, or are not whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from chartwarden.kernel.errors import Fault
from chartwarden.ledger.groups import Group
from chartwarden.ledger.merkle import HASH_SIZE
from chartwarden.ledger.tiles import WIDTH, Tile


class Trust(Enum):
    """Which of a group's files is right."""

    BOTH = "both"
    ENTRIES = "entries"
    TILE = "tile"
    NEITHER = "neither"


def group_faults(group: Group, whom: Trust) -> Iterator[Fault]:
    """The faults of one group. What is missing is one too, whoever is right."""
    bundle, tile = Tile(None, group.number, group.width).path, Tile(0, group.number, group.width).path
    first = group.number * WIDTH
    for name in group.missing:
        yield Fault(name, f"entries {first} to {first + group.width - 1}", "no such file, or one that can't be read")
    if whom in (Trust.TILE, Trust.NEITHER) and bundle not in group.missing:
        yield from _entry_faults(group, bundle, first)
    if whom in (Trust.ENTRIES, Trust.NEITHER) and tile not in group.missing:
        yield from _tile_faults(group, tile, first)
    if whom in (Trust.BOTH, Trust.ENTRIES) and group.foreign is not None:
        yield Fault(f"{bundle}, entry {group.foreign}", "an entry of the clinic whose ledger this is", "another's")


def _entry_faults(group: Group, bundle: str, first: int) -> Iterator[Fault]:
    there, wanted = group.by_entries, group.by_tile
    wrong = _differing(there, wanted, group.width)
    if not wrong:
        yield Fault(bundle, f"{group.width} whole entries", _counted(group))
        return
    at = wrong[0]
    found = "none" if at >= len(there) else "another"
    if at < len(there) and there[at] in wanted:
        found = f"entry {first + wanted.index(there[at])}"
    if len(there) != group.width or group.ragged:
        comma = "," if group.ragged else ""
        found += f", and {_counted(group)}{comma} in all where {group.width} belong"
    more = f", as for {len(wrong) - 1} more in this file" if len(wrong) > 1 else ""
    yield Fault(f"{bundle}, entry {first + at}", "the entry that was signed", found + more)


def _tile_faults(group: Group, tile: str, first: int) -> Iterator[Fault]:
    there, wanted = group.by_tile, group.by_entries
    size = sum(map(len, there))
    wrong = _differing(there, wanted, group.width)
    if size != group.width * HASH_SIZE:
        yield Fault(tile, f"{group.width * HASH_SIZE} bytes", str(size))
    elif wrong:
        more = f", as for {len(wrong) - 1} more in this file" if len(wrong) > 1 else ""
        where = f"{tile}, hash {wrong[0]} (entry {first + wrong[0]})"
        yield Fault(where, "the hash of that entry", f"another{more}")


def _differing(there: Sequence[bytes], wanted: Sequence[bytes], width: int) -> list[int]:
    """Places up to ``width`` where the two differ; none to name where ``wanted`` is not whole itself."""
    if len(wanted) != width:
        return []
    return [at for at in range(width) if at >= len(there) or there[at] != wanted[at]]


def _counted(group: Group) -> str:
    return f"{len(group.by_entries)} entries" + (", the last of them broken off" if group.ragged else "")
