"""The only way into the ledger: what is written here can't be unwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, refused
from chartwarden.ledger import keys, models, outside, store
from chartwarden.ledger.checkpoint import Checkpoint, NotSound, SigningKey
from chartwarden.ledger.committer import Committer
from chartwarden.ledger.contracts import Appended, Draft, SignedHead
from chartwarden.ledger.entry import KEY_ROTATED, OPENED
from chartwarden.ledger.exporting import export
from chartwarden.ledger.merkle import Frontier, consistency_proof, extends
from chartwarden.ledger.queries import nodes
from chartwarden.ledger.rotation import opening_facts, rotation_facts

__all__ = [
    "Committer",
    "append",
    "append_many",
    "export_signed",
    "keep_outside",
    "open_ledger",
    "rotate_key",
    "sign_checkpoint",
]

NOTHING: Mapping[str, Any] = {}
FORKED = (
    "Nothing was signed: the ledger in the database does not begin with what a checkpoint kept outside it has signed. "
    "History was rewritten, or an older copy put back."
)


def append(
    *,
    clinic: UUID,
    kind: str,
    actor: Actor,
    at: datetime,
    subject: Mapping[str, str],
    facts: Mapping[str, Any] = NOTHING,
    private: Mapping[str, str] = NOTHING,
) -> Appended:
    """Write one entry in the caller's transaction, which commits it together with the change that it tells of.

    ``kind`` is ``room.past_tense``; ``subject`` names opaque references, ``facts`` hold no PHI; of ``private`` only
    salted commitments are kept. Waits for other appends to the same clinic's ledger. Raises RuntimeError outside a
    transaction, NotAnEntry or NotCanonical for what can't be an entry, Refused where the ledger is not open.
    """
    return append_many(clinic, [Draft(clinic, kind, actor, at, subject, facts, private)])[0]


def append_many(clinic: UUID, drafts: Sequence[Draft]) -> list[Appended]:
    """Write entries of one clinic in the caller's transaction, in their order; else as ``append``."""
    store.in_transaction()
    if not drafts:
        return []
    prepared = store.prepare(drafts)
    if drafts[0].clinic != clinic:
        raise ValueError("expected drafts of this clinic; found another's")
    return store.write(clinic, store.lock(clinic), prepared)


def open_ledger(*, clinic: UUID, actor: Actor, at: datetime) -> str:
    """Begin a clinic's ledger with its first key, which this returns as a verifier key. Inside a transaction.

    Again is harmless: a ledger that is open stays as it is.
    """
    store.in_transaction()
    _, made = models.Head.objects.get_or_create(clinic_id=clinic, defaults={"size": 0, "frontier": b""})
    if made:
        origin = keys.origin(clinic)
        key = SigningKey.new(origin)
        keys.keep(clinic, 0, key)
        append(
            clinic=clinic,
            kind=OPENED,
            actor=actor,
            at=at,
            subject={"clinic": str(clinic)},
            facts=opening_facts(origin, key.verifier),
        )
    return str(keys.in_force(clinic)[0].key)


def rotate_key(*, clinic: UUID, actor: Actor, at: datetime) -> str:
    """Put a new key in the old one's place, vouched for by the old one in an entry; the new verifier key. Inside a
    transaction.
    """
    store.in_transaction()
    frontier = store.lock(clinic)
    old, new = keys.newest(clinic), SigningKey.new(keys.origin(clinic))
    facts = rotation_facts(old.name, frontier.size, new.verifier, old)
    keys.keep(clinic, frontier.size, new)
    draft = Draft(clinic, KEY_ROTATED, actor, at, {"clinic": str(clinic)}, facts)
    store.write(clinic, frontier, store.prepare([draft]))
    return str(new.verifier)


def sign_checkpoint(*, clinic: UUID, at: datetime) -> SignedHead:
    """Sign the head as it is now, unless that was done before. Inside a transaction.

    After the commit the note is kept outside the database too. Raises Refused where the ledger does not begin with
    what the newest one kept there has signed: then history was rewritten or rolled back, and nothing vouches for it.
    """
    store.in_transaction()
    frontier = store.lock(clinic)
    row = models.Checkpoint.objects.filter(clinic_id=clinic, size=frontier.size).first()
    _require_extension(clinic, frontier)
    if row is None:
        row = _sign(clinic, frontier, at)
        transaction.on_commit(partial(keep_outside, clinic=clinic), robust=True)  # the worker sees to what fails here
    return SignedHead(row.size, bytes(row.root), row.at, row.note)


def keep_outside(*, clinic: UUID) -> int:
    """Copy checkpoints that are in the database alone to the data folder, durably. Says how many; again is harmless.

    Raises OSError where they can't be written.
    """
    folder = keys.outside_folder(clinic)
    last = outside.newest(folder)
    rows = models.Checkpoint.objects.filter(clinic_id=clinic, size__gt=last[0] if last else -1).order_by("size")
    heads = [SignedHead(row.size, bytes(row.root), row.at, row.note) for row in rows.iterator()]
    outside.add(folder, heads)
    return len(heads)


def _require_extension(clinic: UUID, frontier: Frontier) -> None:
    last = outside.newest(keys.outside_folder(clinic))
    if last is None:
        return
    try:
        kept = Checkpoint.parse(last[1].rpartition("\n\n")[0] + "\n")
        proof = consistency_proof(kept.size, frontier.size, nodes(clinic, frontier.size)) if kept.size else []
    except (NotSound, IndexError):
        sound = False
    else:
        sound = not kept.size or extends(kept.size, kept.root, frontier.size, frontier.root(), proof)
    if not sound:
        raise Refused(refused(FORKED, "45 CFR 164.312(c)"))


def _sign(clinic: UUID, frontier: Frontier, at: datetime) -> models.Checkpoint:
    key = keys.newest(clinic)
    head = Checkpoint(key.name, frontier.size, frontier.root())
    note = key.sign(head.text)
    return models.Checkpoint.objects.create(clinic_id=clinic, size=head.size, at=at, root=head.root, note=note)


def export_signed(*, clinic: UUID, out: Path, at: datetime) -> SignedHead:
    """Sign a checkpoint and write the whole ledger up to it to a new folder, or a new zip where the name ends so.

    Outside a transaction nobody waits for it: what lies below the head never changes, so it is read piece by piece
    after the signature is committed. Raises InputRefused where ``out`` is there already.
    """
    with transaction.atomic():
        head = sign_checkpoint(clinic=clinic, at=at)
    export(clinic, head, out)
    return head
