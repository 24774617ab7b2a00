"""What others may read of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chartwarden.ledger import keys, models, store
from chartwarden.ledger.checking import verify_stored
from chartwarden.ledger.contracts import Head, Proof, SignedHead, StoredEntry
from chartwarden.ledger.entry import Entry, commits_to
from chartwarden.ledger.merkle import Frontier, Nodes, consistency_proof, inclusion_proof
from chartwarden.ledger.tiles import nodes_from

__all__ = [
    "checkpoint",
    "checkpoints",
    "commits_to",
    "entries",
    "entry",
    "extension",
    "last_beside",
    "latest",
    "nodes",
    "proof",
    "signing_keys",
    "verify_stored",
]


def latest(clinic: UUID) -> Head:
    """The head as it is now; of no entries where the ledger is not open."""
    row = models.Head.objects.filter(clinic_id=clinic).first()
    frontier = Frontier.of_bytes(row.size, bytes(row.frontier)) if row else Frontier()
    return Head(frontier.size, frontier.root())


def last_beside(clinic: UUID, index: int, kinds: Sequence[str]) -> tuple[int, int]:
    """How many entries there are, and which is the last from ``index`` on that is of none of these kinds (-1: none).

    A change and its entry commit together: as long as there is none, nothing else of the clinic has changed. Quick
    enough to be asked before every request.
    """
    return store.last_beside(clinic, index, kinds)


def entry(clinic: UUID, index: int) -> StoredEntry | None:
    """One entry, or None."""
    return next(iter(entries(clinic, index, 1)), None)


def entries(
    clinic: UUID,
    from_: int = 0,
    limit: int = 100,
    kinds: Sequence[str] = (),
    subject: tuple[str, str] | None = None,
    newest_first: bool = False,
    without: Sequence[str] = (),
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> list[StoredEntry]:
    """Entries from index ``from_`` on (``newest_first``: from ``from_`` back), at most ``limit``.

    ``kinds`` keeps only those kinds, ``without`` leaves some out; ``subject`` keeps only entries about one thing, such
    as ``("case", "…")``; ``begins`` and ``ends`` only what happened from the one instant until, not at, the other.
    """
    # What lies beyond the head was never appended: somebody wrote it into the table.
    rows = models.Entry.objects.filter(clinic_id=clinic, index__lt=latest(clinic).size)
    rows = rows.filter(index__lte=from_) if newest_first else rows.filter(index__gte=from_)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if without:
        rows = rows.exclude(kind__in=without)
    if begins is not None:
        rows = rows.filter(at__gte=begins)
    if ends is not None:
        rows = rows.filter(at__lt=ends)
    if subject is not None:
        rows = rows.filter(body__contains=f'"{subject[0]}":"{subject[1]}"')
    found: list[StoredEntry] = []
    for row in rows.order_by("-index" if newest_first else "index").iterator(chunk_size=min(limit, 2000) or 1):
        one = _contract(row)
        if len(found) == limit:
            break
        if subject is None or one.subject.get(subject[0]) == subject[1]:
            found.append(one)
    return found


def _contract(row: models.Entry) -> StoredEntry:
    leaf = row.body.encode()
    said = Entry.parse(leaf)
    return StoredEntry(
        index=row.index,
        at=said.at,
        kind=said.kind,
        actor=said.actor,
        subject=said.subject,
        facts=said.facts,
        private=said.private,
        leaf=leaf,
        leaf_hash=bytes(row.leaf_hash),
    )


def nodes(clinic: UUID, size: int) -> Nodes:
    """The hashes of a clinic's tree of ``size``, read as they are needed and then remembered: for many proofs."""
    return nodes_from(lambda level, number: store.tile_hashes(clinic, level, number, size))


def proof(clinic: UUID, index: int, size: int | None = None, known: Nodes | None = None) -> Proof:
    """That an entry stands in the tree of ``size``, or of the present size. Raises IndexError where it does not.

    ``known`` are ``nodes`` of that tree, where several proofs are wanted.
    """
    count = latest(clinic).size if size is None else size
    tree = known or nodes(clinic, count)
    path = inclusion_proof(index, count, tree)
    return Proof(index, count, tree(0, index), tuple(path), root_at(tree, count))


def root_at(tree: Nodes, size: int) -> bytes:
    """The head of a tree by its nodes."""
    frontier, at = Frontier(), 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            frontier.push_subtree(tree(level, at >> level), level)
            at += 1 << level
    return frontier.root()


def extension(clinic: UUID, old: int, new: int) -> tuple[bytes, ...]:
    """The consistency proof from the tree of ``old`` to that of ``new``. Raises IndexError unless 0 < old <= new."""
    return tuple(consistency_proof(old, new, nodes(clinic, new)))


def checkpoint(clinic: UUID) -> SignedHead | None:
    """The last signed head."""
    return next(iter(checkpoints(clinic, 1)), None)


def checkpoints(clinic: UUID, limit: int = 100) -> list[SignedHead]:
    """Signed heads, the last first."""
    rows = models.Checkpoint.objects.filter(clinic_id=clinic).order_by("-size")[:limit]
    return [SignedHead(row.size, bytes(row.root), row.at, row.note) for row in rows]


def signing_keys(clinic: UUID) -> tuple[str, ...]:
    """The verifier keys of a clinic's ledger, the first first: what an auditor is given, by another way."""
    return tuple(str(one.key) for one in keys.in_force(clinic))
