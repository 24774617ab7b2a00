"""Where a tree that does not add up is wrong: entries, hashes between, or the head; by what agrees with what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from chartwarden.kernel.errors import Fault
from chartwarden.ledger.checkpoint import Checkpoint
from chartwarden.ledger.export import CHECKPOINT, Source
from chartwarden.ledger.group_faults import Trust, group_faults
from chartwarden.ledger.groups import Group, heads
from chartwarden.ledger.merkle import HASH_SIZE, Frontier, root
from chartwarden.ledger.tiles import HEIGHT, WIDTH, Tile, hash_levels, hashes_in, level_tiles

SIDES = (Trust.ENTRIES, Trust.TILE)
MOST_TRIED = 6


@dataclass
class Located:
    """The root that is most likely the entries', and the faults. ``entries_in_doubt``: some entry is not what was
    signed, so what entries say is not to be held against anything else.
    """

    root: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    entries_in_doubt: bool = False


def locate(
    source: Source, size: int, groups: Sequence[Group], signed: bytes | None, earlier: Sequence[Checkpoint]
) -> Located:
    """Compare all there is. ``signed`` is the root of a checkpoint whose signature holds, else None."""
    found = Located()
    upper = _upper_tiles(source, size, found.faults)
    trust = _trust(groups, signed, upper.get(1, []))
    best = [_best(group, whom) for group, whom in zip(groups, trust, strict=True)]
    for group, whom in zip(groups, trust, strict=True):
        found.faults += group_faults(group, whom)
        found.entries_in_doubt |= whom in (Trust.TILE, Trust.NEITHER)
    made = _root(best)
    found.root = made or b""
    if signed is not None and made is not None and made != signed:
        found.faults += _rewritten(groups, best, signed, upper.get(1, []))
        found.entries_in_doubt = True
    else:
        found.faults += _upper_faults(size, best, upper)
    if earlier and not found.faults:
        roots = _roots_at(source, groups, sorted({one.size for one in earlier}))
        for one in sorted(earlier, key=lambda one: one.size):
            if roots[one.size] != one.root:
                expected = f"a ledger that begins with the {one.size} entries of the earlier checkpoint"
                found.faults.append(Fault(CHECKPOINT, expected, "other entries: history was rewritten"))
                break
    return found


def _usable(group: Group, hashes: list[bytes]) -> list[bytes] | None:
    return group.head or (heads(hashes) if len(hashes) == group.width else None)


def _root(parts: Sequence[list[bytes] | None]) -> bytes | None:
    """The head over all groups; None where one can't be had."""
    frontier = Frontier()
    for part in parts:
        if part is None:
            return None
        if len(part) == 1:  # a full group; or a last one of one entry, for which only what stands before matters
            frontier.push_subtree(part[0], HEIGHT)
        else:
            for one in part:
                frontier.push(one)
    return frontier.root()


def _trust(groups: Sequence[Group], signed: bytes | None, above: Sequence[bytes]) -> list[Trust]:
    """Which of each group's two files is right: what the tiles above say, and what makes the signed root."""
    found = [_vote(group, above) for group in groups]
    open_ones = [at for at, whom in enumerate(found) if whom is Trust.NEITHER]
    differing = [at for at, group in enumerate(groups) if not group.head]
    choices = [dict.fromkeys(differing, whom) for whom in (Trust.ENTRIES, Trust.TILE)]
    if len(open_ones) <= MOST_TRIED:
        choices += [dict(zip(open_ones, way, strict=True)) for way in product(SIDES, repeat=len(open_ones))]
    if signed is None or not differing:
        return found
    for choice in choices:
        tried = [choice.get(at, whom) for at, whom in enumerate(found)]
        if _root([_best(group, whom) for group, whom in zip(groups, tried, strict=True)]) == signed:
            return tried
    return found


def _vote(group: Group, above: Sequence[bytes]) -> Trust:
    if group.head:
        return Trust.BOTH
    if group.width == WIDTH:
        said = [above[group.number]]
        if said == _usable(group, group.by_entries):
            return Trust.ENTRIES
        if said == _usable(group, group.by_tile):
            return Trust.TILE
    return Trust.NEITHER


def _best(group: Group, whom: Trust) -> list[bytes] | None:
    if whom is Trust.BOTH:
        return group.head
    if whom is Trust.NEITHER:
        return None
    return _usable(group, group.by_entries if whom is Trust.ENTRIES else group.by_tile)


def _upper_tiles(source: Source, size: int, faults: list[Fault]) -> dict[int, list[bytes]]:
    """The hashes of each level above 0 as they are stored; zeros where a tile can't be used, and a fault for it."""
    found: dict[int, list[bytes]] = {}
    for level in hash_levels(size)[1:]:
        found[level] = []
        for tile in level_tiles(level, size):
            try:
                hashes = hashes_in(source.read(tile.path))
            except OSError:
                faults.append(Fault(tile.path, f"a tile of {tile.width} hashes", "no such file"))
                hashes = []
            except ValueError as wrong:
                faults.append(Fault(tile.path, f"{tile.width * HASH_SIZE} bytes", str(wrong).rpartition("; found ")[2]))
                hashes = []
            else:
                if len(hashes) != tile.width:
                    faults.append(Fault(tile.path, f"{tile.width} hashes", str(len(hashes))))
                    hashes = []
            found[level] += hashes or [b""] * tile.width
    return found


def _upper_faults(size: int, best: Sequence[list[bytes] | None], upper: dict[int, list[bytes]]) -> Iterator[Fault]:
    """Stored hashes above level 0 that are not the roots of the tiles below them."""
    full = size >> HEIGHT
    above: list[bytes | None] = [part[0] if part else None for part in best[:full]]
    for level in hash_levels(size)[1:]:
        stored = upper[level]
        for tile in level_tiles(level, size):
            begin = tile.number * WIDTH
            wrong = [
                at
                for at in range(begin, begin + tile.width)
                if stored[at] and above[at] is not None and stored[at] != above[at]
            ]
            if wrong:
                below = Tile(level - 1, wrong[0]).path
                yield Fault(f"{tile.path}, hash {wrong[0] - begin}", f"the root of {below}", _another(len(wrong)))
        rows = [above[at : at + WIDTH] for at in range(0, len(above) - WIDTH + 1, WIDTH)]
        above = [_root_or_none(row) for row in rows]


def _root_or_none(row: Sequence[bytes | None]) -> bytes | None:
    known = [one for one in row if one is not None]
    return root(known) if len(known) == len(row) else None


def _another(count: int) -> str:
    return "another" if count == 1 else f"another, as for {count - 1} more in this file"


def _rewritten(
    groups: Sequence[Group], best: Sequence[list[bytes] | None], signed: bytes, above: Sequence[bytes]
) -> Iterator[Fault]:
    """Entries and tiles agree with each other but not with the signature: name the groups, if the tiles above can."""
    said = [[above[group.number]] if group.width == WIDTH else part for group, part in zip(groups, best, strict=True)]
    if _root(said) != signed:
        yield Fault(CHECKPOINT, "the root over these entries", "the signed root of another tree")
        return
    for group, part, told in zip(groups, best, said, strict=True):
        if part != told:
            bundle, tile = Tile(None, group.number).path, Tile(0, group.number).path
            first, last = group.number * WIDTH, (group.number + 1) * WIDTH - 1
            yield Fault(f"{bundle} and {tile}, entries {first} to {last}", "what was signed", "something else")


def _roots_at(source: Source, groups: Sequence[Group], sizes: Sequence[int]) -> dict[int, bytes]:
    """The heads of the first so many entries of a sound export, for sizes in ascending order."""
    frontier, roots, done = Frontier(), {}, 0
    for size in sizes:
        full, rest = divmod(size, WIDTH)
        for group in groups[done:full]:
            frontier.push_subtree(group.head[0], HEIGHT)
        done = full
        begun = Frontier(frontier.size, list(frontier.hashes))
        if rest:
            for one in hashes_in(source.read(Tile(0, full, groups[full].width).path))[:rest]:
                begun.push(one)
        roots[size] = begun.root()
    return roots
