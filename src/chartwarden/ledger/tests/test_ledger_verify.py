"""An export is checked by itself, and each thing that is wrong with it is found and named."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger import export
from chartwarden.ledger.checkpoint import SigningKey
from chartwarden.ledger.entry import KEY_ROTATED, Entry
from chartwarden.ledger.merkle import HASH_SIZE, leaf_hash
from chartwarden.ledger.rotation import KeyInForce, rotation_facts
from chartwarden.ledger.tests.ledger_made import ORIGIN, entry, exported, head_of, made, signing_key
from chartwarden.ledger.tiles import Tile, all_tiles, bundle, entries_in, level_tiles
from chartwarden.ledger.verify import verify

SIZE, ROTATIONS = 1100, (300, 1050)
SIZES = [1, 2, 255, 256, 257, 511, 512, 700]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return exported(tmp_path_factory.mktemp("whole") / "ledger", SIZE, ROTATIONS)


@pytest.fixture
def spoiled(whole: tuple[Path, str], tmp_path: Path) -> Path:
    """A copy to be spoiled."""
    return Path(shutil.copytree(whole[0], tmp_path / "ledger"))


def said(path: Path, key: str, earlier: str | None = None) -> list[str]:
    return [str(fault) for fault in verify(path, key, [earlier] if earlier else []).faults]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["ledger", "ledger.zip"])
def test_what_was_written_is_sound(tmp_path: Path, size: int, name: str) -> None:
    rotations = (size - 1,) if size > 1 else ()
    path, key = exported(tmp_path / name, size, rotations)
    found = verify(path, key)
    assert found.faults == ()
    assert (found.origin, found.size, len(found.keys)) == (ORIGIN, size, 1 + len(rotations))
    assert found.root == head_of(made(size, rotations)[0]).root


def test_the_files_are_those_of_the_specification(whole: tuple[Path, str]) -> None:
    names = {path.relative_to(whole[0]).as_posix() for path in whole[0].rglob("*") if path.is_file()}
    assert names == {"checkpoint", "keys", *(tile.path for tile in all_tiles(SIZE))}
    assert "tile/entries/004.p/76" in names


def test_any_key_of_the_chain_may_be_the_trusted_one(whole: tuple[Path, str]) -> None:
    for _, key in (line.split(" ") for line in (whole[0] / "keys").read_text().splitlines()):
        assert verify(whole[0], key).sound


def test_another_key_is_not_trusted(whole: tuple[Path, str]) -> None:
    other = SigningKey.new(ORIGIN).verifier
    assert said(whole[0], str(other)) == [
        f"keys: expected the trusted key {ORIGIN}+{other.id.hex()}; found only other keys"
    ]
    with pytest.raises(InputRefused, match="--key: expected a verifier key"):
        verify(whole[0], "no key")


def test_it_extends_an_earlier_checkpoint(whole: tuple[Path, str]) -> None:
    leaves, keys, _ = made(SIZE, ROTATIONS)
    for size in (1, 256, 299, 300, SIZE):
        assert said(*whole, earlier=signing_key(1).sign(head_of(leaves[:size]).text)) == []
    rewritten = [*leaves[:20], entry(20, facts={"cases": 0}).leaf()]
    assert said(*whole, earlier=signing_key(1).sign(head_of(rewritten).text)) == [
        "checkpoint: expected a ledger that begins with the 21 entries of the earlier checkpoint; "
        "found other entries: history was rewritten"
    ]
    longer = signing_key(1).sign(head_of([*leaves, b"x"]).text)
    assert said(*whole, earlier=longer) == [
        f"checkpoint: expected the ledger {ORIGIN} with at least 1101 entries, as an earlier checkpoint has it; "
        f"found {ORIGIN} with 1100"
    ]
    assert said(*whole, earlier=SigningKey.new(ORIGIN).sign(head_of(leaves).text))[0].startswith(
        "the earlier checkpoint: "
    )
    assert len(keys) == 3


def test_a_key_that_the_one_before_did_not_vouch_for(tmp_path: Path) -> None:
    leaves, keys, _ = made(9)
    thief = SigningKey.new(ORIGIN)
    facts = rotation_facts(ORIGIN, 9, thief.verifier, thief)
    leaves.append(entry(9, KEY_ROTATED, dict(facts)).leaf())
    keys.append(KeyInForce(9, thief.verifier))
    export.write(tmp_path / "out", thief.sign(head_of(leaves).text), 10, keys, leaves)
    assert said(tmp_path / "out", str(keys[0].key))[0].startswith(
        "tile/entries/000.p/10, entry 9: expected a signature by a known key"
    )


def test_a_ledger_that_does_not_begin_with_its_key(tmp_path: Path) -> None:
    leaves = [entry(0).leaf()]
    key = signing_key(1)
    export.write(tmp_path / "out", key.sign(head_of(leaves).text), 1, [KeyInForce(0, key.verifier)], leaves)
    assert said(tmp_path / "out", str(key.verifier)) == [
        "tile/entries/000.p/1, entry 0: expected an entry ledger.opened, which names the key; found another"
    ]


def test_an_entry_of_another_clinic(tmp_path: Path) -> None:
    leaves, keys, key = made(9)
    leaves[4] = leaves[4].replace(b"5f0c3a52", b"00000000")
    export.write(tmp_path / "out", key.sign(head_of(leaves).text), 9, keys, leaves)
    assert said(tmp_path / "out", str(keys[0].key)) == [
        "tile/entries/000.p/9, entry 4: expected an entry of the clinic whose ledger this is; found another's"
    ]


def test_a_history_rewritten_and_signed_again_by_the_key_holder_needs_the_earlier_checkpoint(tmp_path: Path) -> None:
    leaves, keys, key = made(300)
    kept = key.sign(head_of(leaves).text)
    leaves[7] = entry(7, facts={"cases": 0}).leaf()
    export.write(tmp_path / "out", key.sign(head_of(leaves).text), 300, keys, leaves)
    assert said(tmp_path / "out", str(keys[0].key)) == []
    assert "history was rewritten" in said(tmp_path / "out", str(keys[0].key), earlier=kept)[0]


def test_an_entry_changed_together_with_its_tile(spoiled: Path, whole: tuple[Path, str]) -> None:
    leaves, _, _ = made(SIZE, ROTATIONS)
    leaves[300] = entry(300).leaf()
    (spoiled / "tile/entries/001").write_bytes(bundle(leaves[256:512]))
    (spoiled / "tile/0/001").write_bytes(b"".join(map(leaf_hash, leaves[256:512])))
    assert said(spoiled, whole[1]) == [
        "tile/entries/001 and tile/0/001, entries 256 to 511: expected what was signed; found something else"
    ]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (
            lambda at: (at / "checkpoint").unlink(),
            "checkpoint: expected a signed checkpoint; found no such file",
        ),
        (
            lambda at: (at / "keys").unlink(),
            "keys: expected lines of entry number and verifier key; found no such file",
        ),
        (
            lambda at: _swap(at, "tile/entries/000", "tile/entries/002"),
            "tile/entries/000, entry 0: expected the entry that was signed; found another, "
            "as for 255 more in this file",
        ),
        (
            lambda at: _reorder(at, "tile/entries/001"),
            "tile/entries/001, entry 266: expected the entry that was signed; found entry 267, "
            "as for 1 more in this file",
        ),
        (
            lambda at: _cut(at, "tile/0/002", 100),
            "tile/0/002: expected 8192 bytes; found 8092",
        ),
        (
            lambda at: _cut(at, "tile/entries/004.p/76", 5),
            "tile/entries/004.p/76, entry 1099: expected the entry that was signed; found another, and 76 entries, "
            "the last of them broken off, in all where 76 belong",
        ),
        (
            lambda at: (at / "tile/1/000.p/4").unlink(),
            "tile/1/000.p/4: expected a tile of 4 hashes; found no such file",
        ),
        (
            lambda at: (at / "tile/0/003").unlink(),
            "tile/0/003: expected entries 768 to 1023; found no such file, or one that can't be read",
        ),
        (
            lambda at: (at / "notes.txt").write_text("x"),
            "notes.txt: expected no such file in a ledger of 1100 entries; found one",
        ),
        (
            lambda at: _flip(at, "keys", 3),
            "keys, line 1: expected the key that entry 0 brought; found another key",
        ),
        (
            lambda at: _flip(at, "tile/1/000.p/4", 8 * 33),
            "tile/1/000.p/4, hash 1: expected the root of tile/0/001; found another",
        ),
        (
            lambda at: _flip(at, "tile/0/001", 8 * 33),
            "tile/0/001, hash 1 (entry 257): expected the hash of that entry; found another",
        ),
    ],
    ids=range(12),
)
def test_what_is_wrong_is_said_in_plain_words(
    spoiled: Path, whole: tuple[Path, str], spoil: Callable[[Path], object], expected: str
) -> None:
    spoil(spoiled)
    assert expected in said(spoiled, whole[1])


def test_a_path_without_an_export_is_refused(tmp_path: Path) -> None:
    key = str(signing_key(1).verifier)
    (tmp_path / "text").write_text("no zip")
    for path in (tmp_path / "none", tmp_path / "text"):
        with pytest.raises(InputRefused):
            verify(path, key)
    (tmp_path / "empty").mkdir()
    assert said(tmp_path / "empty", key)[:2] == [
        "checkpoint: expected a signed checkpoint; found no such file",
        "keys: expected lines of entry number and verifier key; found no such file",
    ]


def test_nothing_is_written_over(whole: tuple[Path, str]) -> None:
    leaves, keys, key = made(3)
    with pytest.raises(InputRefused, match="a new or empty folder"):
        export.write(whole[0], key.sign(head_of(leaves).text), 3, keys, leaves)


# 1,000 corruptions, each found and located --------------------------------------------------------------------------


def _flip(at: Path, name: str, bit: int) -> set[str]:
    data = bytearray((at / name).read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    (at / name).write_bytes(data)
    return {name}


def _cut(at: Path, name: str, count: int) -> set[str]:
    data = (at / name).read_bytes()
    (at / name).write_bytes(data[: len(data) - count])
    return {name}


def _swap(at: Path, one: str, other: str) -> set[str]:
    first, second = (at / one).read_bytes(), (at / other).read_bytes()
    (at / one).write_bytes(second)
    (at / other).write_bytes(first)
    return {one, other}


def _reorder(at: Path, name: str, one: int = 10, other: int = 11) -> set[str]:
    data = (at / name).read_bytes()
    parts = entries_in(data) if "entries" in name else [data[i : i + HASH_SIZE] for i in range(0, len(data), HASH_SIZE)]
    parts[one], parts[other] = parts[other], parts[one]
    (at / name).write_bytes(bundle(parts) if "entries" in name else b"".join(parts))
    return {name}


def _corrupt(at: Path, chance: random.Random) -> tuple[set[str], set[int]]:
    """Spoil one thing, and say which files' contents are no longer right, and which entries where that is known."""
    names = sorted(path.relative_to(at).as_posix() for path in at.rglob("*") if path.is_file())
    name = chance.choice(names)
    data = (at / name).read_bytes()
    way = chance.choice(["flip", "flip", "flip", "cut", "grow", "remove", "add", "swap", "reorder", "drop"])
    if way == "flip":
        bit = chance.randrange(len(data) * 8)
        entries = entries_in(data) if "entries" in name else []
        where, index = 0, set()
        for number, one in enumerate(entries):
            if where + 2 <= bit // 8 < where + 2 + len(one):
                index = {number + 256 * int(Path(name).name if ".p" not in name else Path(name).parent.stem)}
            where += 2 + len(one)
        return _flip(at, name, bit), index
    if way == "cut":
        return _cut(at, name, chance.randint(1, len(data))), set()
    if way == "grow":
        (at / name).write_bytes(data + chance.randbytes(chance.randint(1, 50)))
        return {name}, set()
    if way == "remove":
        (at / name).unlink()
        return {name}, set()
    if way == "add":
        extra = chance.choice(["tile/entries/009", "tile/0/004", "tile/2/000.p/1", "checkpoint.old", "tile/0/001.p/7"])
        (at / extra).parent.mkdir(parents=True, exist_ok=True)
        (at / extra).write_bytes(data)
        return {extra}, set()
    if way == "swap":
        return _swap(at, name, chance.choice([other for other in names if (at / other).read_bytes() != data])), set()
    tile = chance.choice([tile for level in (None, 0, 1) for tile in level_tiles(level, SIZE) if tile.width > 3])
    if way == "reorder":
        one, other = chance.sample(range(tile.width), 2)
        return _reorder(at, tile.path, one, other), {tile.first + min(one, other)} if tile.level is None else set()
    bundle_tile = Tile(None, chance.randrange(4))
    entries = entries_in((at / bundle_tile.path).read_bytes())
    gone = chance.randrange(256)
    (at / bundle_tile.path).write_bytes(bundle(entries[:gone] + entries[gone + 1 :]))
    return {bundle_tile.path}, {bundle_tile.first + gone}


@pytest.mark.parametrize("part", range(20))
def test_each_of_a_thousand_corruptions_is_found_and_located(
    whole: tuple[Path, str], tmp_path: Path, part: int
) -> None:
    chance = random.Random(part)
    for number in range(50):
        at = Path(shutil.copytree(whole[0], tmp_path / f"{number}"))
        files, entries = _corrupt(at, chance)
        faults = verify(at, whole[1]).faults
        named = {fault.where.split(",")[0].split(" ")[0] for fault in faults}
        assert files <= named, (files, [str(fault) for fault in faults])
        for index in entries:
            assert any(fault.where.endswith(f"entry {index}") for fault in faults), (index, list(map(str, faults)))
        if not files & {"checkpoint", "keys"}:
            assert named <= files, (files, [str(fault) for fault in faults])
        shutil.rmtree(at)


def test_a_parsed_entry_of_an_export_is_the_entry(whole: tuple[Path, str]) -> None:
    leaf = entries_in((whole[0] / "tile/entries/002").read_bytes())[5]
    assert Entry.parse(leaf) == entry(517)
