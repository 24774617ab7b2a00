"""The tree against published vectors, the RFC's recursive definitions, and a second way of verifying."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    extends,
    includes,
    inclusion_proof,
    leaf_hash,
    levels,
    nodes_of,
    root,
)

# The reference tree of the Certificate Transparency project.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (index counted from 1, size): audit path
    (1, 1): [],
    (1, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
    (6, 8): ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    (3, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (2, 5): ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
}  # fmt: skip
STEPS = {  # (old, new): consistency proof
    (1, 1): [],
    (1, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
             "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"],
    (6, 8): ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
             "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
             "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
    (2, 5): ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
             "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
}  # fmt: skip
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def mth(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it stands there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, as it stands there."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """RFC 6962, 2.1.2, as it stands there."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = largest_power_below(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def largest_power_below(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def climbs(leaf: bytes, m: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """A second verifier: rebuild the head by the RFC's recursion, taking what is not known from the proof's end."""
    if size == 1:
        return leaf if not proof else None
    if not proof:
        return None
    k = largest_power_below(size)
    *rest, other = proof
    inner = climbs(leaf, m, k, rest) if m < k else climbs(leaf, m - k, size - k, rest)
    if inner is None:
        return None
    return sha256(b"\x01" + (inner + other if m < k else other + inner)).digest()


def test_the_reference_tree_has_its_published_roots() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root([]) == EMPTY_ROOT
    assert [root(HASHES[:size]).hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_the_reference_tree_has_its_published_paths(index: int, size: int) -> None:
    proof = inclusion_proof(index - 1, size, nodes_of(levels(HASHES[:size])))
    assert [step.hex() for step in proof] == PATHS[index, size]
    assert includes(HASHES[index - 1], index - 1, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_the_reference_tree_has_its_published_steps(old: int, new: int) -> None:
    proof = consistency_proof(old, new, nodes_of(levels(HASHES[:new])))
    assert [step.hex() for step in proof] == STEPS[old, new]
    assert extends(old, bytes.fromhex(ROOTS[old - 1]), new, bytes.fromhex(ROOTS[new - 1]), proof)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=4), max_size=70), st.data())
def test_as_the_rfc_defines_it(leaves: list[bytes], data: st.DataObject) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert root(hashes) == mth(leaves)
    if not leaves:
        return
    nodes, size = nodes_of(levels(hashes)), len(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes)
    assert proof == path(index, leaves)
    assert includes(hashes[index], index, size, proof, mth(leaves))
    assert climbs(hashes[index], index, size, proof) == mth(leaves)
    old = data.draw(st.integers(1, size))
    steps = consistency_proof(old, size, nodes)
    assert steps == subproof(old, leaves, True)
    assert extends(old, mth(leaves[:old]), size, mth(leaves), steps)


@settings(deadline=None)
@given(st.integers(1, 40), st.data())
def test_a_proof_that_was_changed_is_refused(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(bytes([at])) for at in range(size)]
    nodes, head = nodes_of(levels(hashes)), root(hashes)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    proof, steps = inclusion_proof(index, size, nodes), consistency_proof(old, size, nodes)
    before = root(hashes[:old])
    assert not includes(leaf_hash(b"other"), index, size, proof, head)
    assert not includes(hashes[index], index, size, [*proof, head], head)
    assert not includes(hashes[index], size, size, proof, head)
    assert not extends(old, leaf_hash(b"other"), size, head, steps)
    assert not extends(old, before, size, head, [*steps, head])
    assert not extends(0, before, size, head, steps)
    for changed in range(len(proof)):
        assert not includes(hashes[index], index, size, [*proof[:changed], head, *proof[changed + 1 :]], head)
    for changed in range(len(steps)):
        assert not extends(old, before, size, head, [*steps[:changed], before[::-1], *steps[changed + 1 :]])
        assert not extends(old, before, size, head, steps[:changed] + steps[changed + 1 :])


@settings(deadline=None)
@given(st.integers(0, 600), st.integers(0, 600))
def test_a_frontier_goes_on_where_it_was_kept(first: int, more: int) -> None:
    hashes = [leaf_hash(at.to_bytes(2, "big")) for at in range(first + more)]
    frontier = Frontier()
    for one in hashes[:first]:
        frontier.push(one)
    kept = Frontier.of_bytes(first, frontier.to_bytes())
    for one in hashes[first:]:
        kept.push(one)
    assert kept.root() == root(hashes)
    assert kept.size == first + more


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="a tree of 3 has 2 subtrees; found 32 bytes"):
        Frontier.of_bytes(3, bytes(32))
    frontier = Frontier()
    frontier.push(bytes(32))
    with pytest.raises(ValueError, match="a subtree of 256 leaves can't stand at 1"):
        frontier.push_subtree(bytes(32), 8)


def test_no_proof_outside_the_tree() -> None:
    nodes = nodes_of(levels(HASHES))
    for index, size in ((-1, 8), (8, 8), (0, 0)):
        with pytest.raises(IndexError):
            inclusion_proof(index, size, nodes)
    for old, new in ((0, 8), (9, 8)):
        with pytest.raises(IndexError):
            consistency_proof(old, new, nodes)
