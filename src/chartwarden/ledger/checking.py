"""Check a ledger where it lies: every row of the database against every other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from chartwarden.kernel.errors import Fault
from chartwarden.ledger import keys, models, outside
from chartwarden.ledger.checkpoint import Checkpoint, NotSound, opened
from chartwarden.ledger.contracts import Verified
from chartwarden.ledger.entry import Entry
from chartwarden.ledger.merkle import Frontier, leaf_hash, root
from chartwarden.ledger.rotation import KeyInForce, keys_of
from chartwarden.ledger.tiles import WIDTH

LEDGER = "the ledger"
OUTSIDE = "the checkpoint kept outside the database"


def verify_stored(clinic: UUID) -> Verified:
    """Read a clinic's whole ledger and check it: entries, hashes, tiles, head, keys, every checkpoint ever signed,
    in the database and kept outside.
    """
    row = models.Head.objects.filter(clinic_id=clinic).first()
    size = row.size if row else 0
    origin = keys.origin(clinic)
    faults: list[Fault] = []
    own: list[tuple[str, int, Entry]] = []
    frontier, roots = Frontier(), {0: Frontier().root()}
    signed = {found.size: found for found in models.Checkpoint.objects.filter(clinic_id=clinic)}
    kept, unread = _kept_outside(clinic)
    faults += unread
    sizes = signed.keys() | {head.size for head, _ in kept}
    level: list[bytes] = []
    heads: list[bytes] = []
    for index, found in enumerate(_rows(clinic, size)):
        hashed = leaf_hash(found.body.encode())
        faults += _entry_faults(clinic, index, found, hashed, own)
        frontier.push(hashed)
        level.append(hashed)
        if len(level) == WIDTH:
            heads += _tile(clinic, 0, index // WIDTH, level, faults)
            level = []
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root()
        if found.index != index:
            break
    roots[frontier.size] = frontier.root()
    _upper(clinic, heads, faults)
    if row is not None and (frontier.size != size or frontier.to_bytes() != bytes(row.frontier)):
        faults.append(Fault(f"{LEDGER}, head", f"the head of its {frontier.size} entries", "another"))
    faults += _strangers(clinic, size)
    chain, wrong = keys_of(own, origin)
    faults += wrong
    if [str(one) for one in chain] != _written_keys(clinic):
        faults.append(Fault(f"{LEDGER}, keys", "the keys that its entries name", "others"))
    for count, note in sorted(signed.items()):
        faults += _checkpoint_faults(note, chain, origin, roots.get(count))
    faults += _outside_faults(kept, signed, chain, origin, roots)
    names = tuple(str(one.key) for one in chain)
    return Verified(
        origin, frontier.size, frontier.root(), names, tuple(faults), checkpoints=len(signed), outside=len(kept)
    )


def _kept_outside(clinic: UUID) -> tuple[list[tuple[Checkpoint, str]], list[Fault]]:
    """The checkpoints kept outside the database, by size, each once; and a fault for each that is none."""
    found: list[tuple[Checkpoint, str]] = []
    faults: list[Fault] = []
    for note in dict.fromkeys(outside.notes(keys.outside_folder(clinic))):
        try:
            found.append((Checkpoint.parse(note.rpartition("\n\n")[0] + "\n"), note))
        except NotSound:
            faults.append(Fault(OUTSIDE, "a signed checkpoint: origin, size, root, signature", "something else"))
    return sorted(found, key=lambda one: one[0].size), faults


def _outside_faults(
    kept: list[tuple[Checkpoint, str]],
    signed: Mapping[int, models.Checkpoint],
    chain: list[KeyInForce],
    origin: str,
    roots: Mapping[int, bytes],
) -> Iterator[Fault]:
    """Where the ledger is not the one whose heads were signed and kept: rolled back, rewritten, or stripped of them."""
    if kept and kept[-1][0].size not in roots:
        expected = f"at least {kept[-1][0].size} entries, which a checkpoint outside the database has signed"
        yield Fault(f"{LEDGER}, head", expected, f"{max(roots)}: entries are gone, or an older copy was put back")
    public = [one.key for one in chain]
    for head, note in kept:
        row = signed.get(head.size)
        if row is not None and row.note == note:
            continue  # looked at with the database's own
        where = f"{OUTSIDE}, of {head.size} entries"
        try:
            opened(note, public)
        except NotSound:
            yield Fault(where, "a note signed by a key of this ledger", "another note, or the keys were changed")
        if head.origin != origin:
            yield Fault(where, f"the ledger {origin}", head.origin)
        elif head.size in roots and roots[head.size] != head.root:
            yield Fault(where, "the root over these entries", "another root: history was rewritten")
        elif head.size in roots:
            found = "none: it was taken out" if row is None else "another"
            yield Fault(f"{LEDGER}, checkpoint of {head.size} entries", "the one kept outside the database", found)


def _strangers(clinic: UUID, size: int) -> Iterator[Fault]:
    """Rows that no append has written: entries and tiles beyond the head."""
    beyond = models.Entry.objects.filter(clinic_id=clinic, index__gte=size).order_by("index").first()
    if beyond is not None:
        yield Fault(f"{LEDGER}, entry {beyond.index}", f"none beyond the head of {size} entries", "one")
    tiles = models.Tile.objects.filter(clinic_id=clinic).values_list("level", "number").order_by("level", "number")
    for level, number in tiles.iterator():
        if (number + 1) * WIDTH ** (level + 1) > size:
            yield Fault(f"{LEDGER}, tile {number} of level {level}", f"none beyond the head of {size} entries", "one")
            return


def _written_keys(clinic: UUID) -> list[str]:
    rows = models.SigningKey.objects.filter(clinic_id=clinic).order_by("since")
    return [f"{row.since} {row.verifier}" for row in rows]


def _rows(clinic: UUID, size: int) -> Iterator[models.Entry]:
    rows = models.Entry.objects.filter(clinic_id=clinic, index__lt=size).order_by("index")
    yield from rows.iterator(chunk_size=2000)


def _entry_faults(
    clinic: UUID, index: int, row: models.Entry, hashed: bytes, own: list[tuple[str, int, Entry]]
) -> Iterator[Fault]:
    where = f"{LEDGER}, entry {index}"
    if row.index != index:
        yield Fault(where, "an entry", f"none; the next is {row.index}")
        return
    if hashed != bytes(row.leaf_hash):
        yield Fault(where, "the entry whose hash was kept", "another")
    try:
        said = Entry.parse(row.body.encode())
    except ValueError:
        yield Fault(where, "a canonical entry", "something else")
        return
    if (said.clinic, said.kind, said.at) != (clinic, row.kind, row.at):
        yield Fault(where, "the clinic, kind and instant that the entry says", "others in its row")
    if said.kind.startswith("ledger."):
        own.append((LEDGER, index, said))


def _tile(clinic: UUID, level: int, number: int, hashes: list[bytes], faults: list[Fault]) -> list[bytes]:
    head = root(hashes)
    row = models.Tile.objects.filter(clinic_id=clinic, level=level, number=number).first()
    if row is None or bytes(row.hashes) != b"".join(hashes) or bytes(row.root) != head:
        found = "none" if row is None else "another"
        faults.append(Fault(f"{LEDGER}, tile {number} of level {level}", "the tile over what is below it", found))
    return [head]


def _upper(clinic: UUID, heads: list[bytes], faults: list[Fault]) -> None:
    level = 1
    while len(heads) >= WIDTH:
        above: list[bytes] = []
        for number in range(len(heads) // WIDTH):
            above += _tile(clinic, level, number, heads[number * WIDTH : (number + 1) * WIDTH], faults)
        heads, level = above, level + 1


def _checkpoint_faults(
    row: models.Checkpoint, chain: list[KeyInForce], origin: str, made: bytes | None
) -> Iterator[Fault]:
    where = f"{LEDGER}, checkpoint of {row.size} entries"
    signer = [one.key for one in chain if one.since < row.size][-1:]
    try:
        head = Checkpoint.parse(opened(row.note, signer)[0])
    except NotSound:
        yield Fault(where, "a note signed by the key in force", "another note")
        return
    if head != Checkpoint(origin, row.size, bytes(row.root)) or head.root != made:
        yield Fault(where, "the root over these entries", "another root: history was rewritten")
