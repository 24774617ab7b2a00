"""The Merkle tree of RFC 6962, section 2.1: hashes, an appendable frontier, proofs, and their verification.

Hashes are 32 bytes of SHA-256. ``Nodes`` answers with the hash of a complete subtree: level 0 is leaves, and node
``i`` of level ``l`` covers leaves ``i * 2**l`` to ``(i + 1) * 2**l``. Where the hashes are kept is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

Nodes = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Complete subtrees of some leaf hashes, level by level, until a level has fewer than two."""
    found = [list(hashes)]
    while len(found[-1]) > 1:
        below = found[-1]
        joined = [b"\x01" + below[at] + below[at + 1] for at in range(0, len(below) - 1, 2)]
        found.append([sha256(both).digest() for both in joined])
    return found


def nodes_of(built: Sequence[Sequence[bytes]]) -> Nodes:
    """Nodes of a tree whose ``levels`` are at hand."""
    return lambda level, index: built[level][index]


@dataclass
class Frontier:
    """What must be kept to append: the roots of the complete subtrees, the largest first; one a bit of ``size``."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def push(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        hashes, bits = self.hashes, self.size
        while bits & 1:
            leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
            bits >>= 1
        hashes.append(leaf)
        self.size += 1

    def push_subtree(self, root: bytes, level: int) -> None:
        """Append a complete subtree of ``2**level`` leaves; ``size`` must be a multiple of that."""
        if self.size & ((1 << level) - 1):
            raise ValueError(f"a subtree of {1 << level} leaves can't stand at {self.size}")
        bits = self.size >> level
        while bits & 1:
            root = node_hash(self.hashes.pop(), root)
            bits >>= 1
        self.hashes.append(root)
        self.size += 1 << level

    def root(self) -> bytes:
        """The tree head at this size."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, found = self.hashes
        for left in reversed(rest):
            found = node_hash(left, found)
        return found

    def to_bytes(self) -> bytes:
        """The hashes one after the other, for a place that keeps ``size`` beside them."""
        return b"".join(self.hashes)

    @staticmethod
    def of_bytes(size: int, data: bytes) -> Frontier:
        """The frontier again. Raises ValueError where the bytes are not a frontier of that size."""
        if len(data) != HASH_SIZE * size.bit_count():
            raise ValueError(f"a tree of {size} has {size.bit_count()} subtrees; found {len(data)} bytes")
        return Frontier(size, [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)])


def root(hashes: Iterable[bytes]) -> bytes:
    """The tree head over leaf hashes."""
    frontier = Frontier()
    for one in hashes:
        frontier.push(one)
    return frontier.root()


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of leaf ``index`` in the tree of ``size``, from the leaf up. Raises IndexError outside it."""
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} has no entry {index}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_head(middle, end, nodes))
            end = middle
        else:
            path.append(_head(begin, middle, nodes))
            begin = middle
    return path[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Hashes that show the tree of ``new`` to begin with that of ``old``. Raises IndexError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise IndexError(f"a tree of {new} has no earlier tree of {old}")
    proof: list[bytes] = []
    begin, end, whole = 0, new, True
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_head(middle, end, nodes))
            end = middle
        else:
            proof.append(_head(begin, middle, nodes))
            begin, whole = middle, False
    if not whole:
        proof.append(_head(begin, end, nodes))
    return proof[::-1]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], head: bytes) -> bool:
    """Whether the path leads from the leaf hash at ``index`` to the head of a tree of ``size`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == head


def extends(old: int, old_head: bytes, new: int, new_head: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``new`` begins with the tree of ``old``, by a consistency proof (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_head == new_head
    steps = [old_head, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, step)
        at, last = at >> 1, last >> 1
    return last == 0 and was == old_head and now == new_head


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _head(begin: int, end: int, nodes: Nodes) -> bytes:
    """The tree head over leaves ``begin`` to ``end``, which begin where a subtree does."""
    parts: list[bytes] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        parts.append(nodes(level, begin >> level))
        begin += 1 << level
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found
