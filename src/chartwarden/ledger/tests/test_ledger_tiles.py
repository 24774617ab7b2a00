"""Tiles, bundles and their paths as C2SP tlog-tiles has them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.ledger.merkle import consistency_proof, inclusion_proof, leaf_hash, levels, nodes_of, root
from chartwarden.ledger.tiles import (
    WIDTH,
    Tile,
    all_tiles,
    bundle,
    entries_in,
    hashes_in,
    is_whole,
    level_tiles,
    nodes_from,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(None, 1234067), "tile/entries/x001/x234/067"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(1, 1000, 1), "tile/1/x001/000.p/1"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_the_specifications_example_of_70_000_entries() -> None:
    widths = {level: [tile.width for tile in level_tiles(level, 70_000)] for level in (0, 1, 2, 3)}
    assert widths == {0: [WIDTH] * 273 + [112], 1: [WIDTH, 17], 2: [1], 3: []}
    assert [tile.path for tile in all_tiles(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles(entries: list[bytes]) -> None:
    data = bundle(entries)
    assert entries_in(data) == entries
    assert is_whole(data)
    if entries and entries[-1]:
        assert not is_whole(data[:-1])


def test_an_entry_that_is_too_long_is_refused() -> None:
    assert entries_in(bundle([bytes(65535)])) == [bytes(65535)]
    with pytest.raises(ValueError, match="at most 65535 bytes; found 65536"):
        bundle([bytes(65536)])


def test_a_broken_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="a multiple of 32 bytes; found 33"):
        hashes_in(bytes(33))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 70_000), st.data())
def test_proofs_from_tiles_are_those_of_the_tree(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(at.to_bytes(3, "big")) for at in range(size)]
    by_level = [hashes]
    while len(by_level[-1]) >= WIDTH:
        below = by_level[-1]
        by_level.append([root(below[at : at + WIDTH]) for at in range(0, len(below) - WIDTH + 1, WIDTH)])
    tiles = nodes_from(lambda level, number: by_level[level][number * WIDTH : (number + 1) * WIDTH], kept=4)
    tree = nodes_of(levels(hashes))
    for _ in range(5):
        index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
        assert inclusion_proof(index, size, tiles) == inclusion_proof(index, size, tree)
        assert consistency_proof(old, size, tiles) == consistency_proof(old, size, tree)
