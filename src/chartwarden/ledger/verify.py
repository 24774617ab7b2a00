"""Check an export with nothing but itself and a key that one trusts, and say where it is wrong.

Every entry is hashed and compared with the tree, every tile with the entries, the root with the signed checkpoint,
the checkpoint with the keys, the keys with the entries that brought them. The same truth stands in an export more
than once, so one thing that was changed is outvoted by the rest, and the fault names it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from chartwarden.kernel.errors import Fault, refuse
from chartwarden.ledger import outside
from chartwarden.ledger.checkpoint import Checkpoint, NotSound, VerifierKey, opened
from chartwarden.ledger.contracts import Verified
from chartwarden.ledger.entry import Entry
from chartwarden.ledger.export import CHECKPOINT, KEYS, Source, open_source
from chartwarden.ledger.groups import scan
from chartwarden.ledger.locating import locate
from chartwarden.ledger.outside import FOLDER
from chartwarden.ledger.outside import read as read_checkpoints
from chartwarden.ledger.rotation import KeyInForce, keys_of
from chartwarden.ledger.tiles import WIDTH, Tile, all_tiles

__all__ = ["kept_beside", "read_checkpoints", "verify"]

ENTRIES = "tile/entries/"


@dataclass
class _Claims:
    """What an export says of itself before anything is checked."""

    note: str = ""
    head: Checkpoint | None = None
    keys: list[KeyInForce] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def verify(path: Path, trusted: str, earlier: Sequence[str] = ()) -> Verified:
    """Check the export at ``path`` against a verifier key, and the notes of earlier checkpoints that were kept.

    Raises InputRefused where the path holds no export at all, or ``trusted`` is no verifier key.
    """
    try:
        key = VerifierKey.parse(trusted)
    except NotSound:
        raise refuse("--key", "a verifier key, NAME+KEYID+BASE64", "something else") from None
    source = open_source(path)
    names = source.names()
    claims = _claims(source, names)
    size = claims.head.size if claims.head else _size_by_names(names)
    origin = claims.head.origin if claims.head else key.name
    watched = _earlier(dict.fromkeys(earlier), claims, key)

    mark = f'"clinic":"{origin.rpartition("/")[2]}"'.encode()
    groups = list(scan(path, source, size, mark))
    own, unread = _own([entry for group in groups for entry in group.own], size)
    chain, chain_faults = keys_of(own, origin)
    signature = _signature(claims, chain, key)
    expected_root = claims.head.root if claims.head and not signature else None
    found = locate(source, size, groups, expected_root, watched)
    faults = [
        *claims.faults,
        *signature,
        *_names(names, size),
        *found.faults,
        *([] if found.entries_in_doubt else [*unread, *chain_faults]),
        *_keys(claims, chain, key, found.entries_in_doubt),
    ]
    written = tuple(str(one.key) for one in chain)
    return Verified(
        origin,
        size,
        found.root,
        written,
        tuple(dict.fromkeys(faults)),
        checkpoints=len(watched) + (claims.head is not None),
        outside=len(watched),
    )


def kept_beside(path: Path, data: Path) -> tuple[list[str], int]:
    """The notes that a data folder holds of an export's ledger, up to its size; and the size of a larger one, or 0."""
    claims = _claims(open_source(path), ())
    head = claims.head
    try:
        clinic = str(UUID(head.origin.rpartition("/")[2])) if head else ""
    except ValueError:
        clinic = ""
    if head is None or not clinic:
        return [], 0
    folder = data / FOLDER / clinic
    sizes = {note: size for size, note in outside.sized(folder)}
    beyond = max(sizes.values(), default=0)
    return [note for note, size in sizes.items() if size <= head.size], beyond if beyond > head.size else 0


def _claims(source: Source, names: Sequence[str]) -> _Claims:
    claims = _Claims()
    try:
        claims.note = source.read(CHECKPOINT).decode()
        claims.head = Checkpoint.parse(claims.note.rpartition("\n\n")[0] + "\n")
    except OSError:
        claims.faults.append(Fault(CHECKPOINT, "a signed checkpoint", _absent(CHECKPOINT, names)))
    except (UnicodeDecodeError, NotSound):
        claims.faults.append(Fault(CHECKPOINT, "a signed checkpoint: origin, size, root, signature", "something else"))
    try:
        text = source.read(KEYS).decode()
    except (OSError, UnicodeDecodeError):
        claims.faults.append(Fault(KEYS, "lines of entry number and verifier key", _absent(KEYS, names)))
        return claims
    for number, line in enumerate(text.split("\n")[:-1], 1):
        since, _, written = line.partition(" ")
        try:
            claims.keys.append(KeyInForce(int(since), VerifierKey.parse(written)))
        except ValueError:
            claims.faults.append(_bad_line(number))
    if "".join(f"{one}\n" for one in claims.keys) != text and not any(
        bad.where.startswith(KEYS) for bad in claims.faults
    ):
        claims.faults.append(_bad_line(text.count("\n") + 1))
    return claims


def _absent(name: str, names: Sequence[str]) -> str:
    return "a file that can't be read" if name in names else "no such file"


def _bad_line(number: int) -> Fault:
    return Fault(f"{KEYS}, line {number}", "an entry number, a space and a verifier key", "something else")


def _own(found: Sequence[tuple[int, bytes]], size: int) -> tuple[list[tuple[str, int, Entry]], list[Fault]]:
    """The ledger's entries about itself, read."""
    entries: list[tuple[str, int, Entry]] = []
    faults: list[Fault] = []
    for index, leaf in found:
        where = _bundle_of(index, size)
        try:
            entries.append((where, index, Entry.parse(leaf)))
        except ValueError:
            faults.append(Fault(f"{where}, entry {index}", "a canonical entry", "something else"))
    return entries, faults


def _bundle_of(index: int, size: int) -> str:
    number = index // WIDTH
    return Tile(None, number, min(WIDTH, size - number * WIDTH)).path


def _signature(claims: _Claims, chain: Sequence[KeyInForce], trusted: VerifierKey) -> list[Fault]:
    """What is wrong with the checkpoint's signature by the last key: of the entries, or of the file if those differ.

    Where they differ a fault says so; here a wrong entry must not make the checkpoint look wrong too.
    """
    if claims.head is None:
        return []
    last = [keys[-1].key for keys in (chain, claims.keys) if keys] or [trusted]
    faults: list[Fault] = []
    for key in last:
        try:
            opened(claims.note, [key])
        except NotSound as wrong:
            expected, _, found = str(wrong).removeprefix("expected ").partition("; found ")
            faults.append(Fault(CHECKPOINT, expected, found))
        else:
            return []
    return faults[:1]


def _earlier(notes: Iterable[str], claims: _Claims, trusted: VerifierKey) -> list[Checkpoint]:
    """The earlier checkpoints that one of the keys signed; a fault for others, and for more than the export holds."""
    found: list[Checkpoint] = []
    public = [trusted, *(one.key for one in claims.keys)]
    for note in notes:
        try:
            found.append(Checkpoint.parse(opened(note, public)[0]))
        except NotSound as wrong:
            expected, _, met = str(wrong).removeprefix("expected ").partition("; found ")
            claims.faults.append(Fault("the earlier checkpoint", expected, met))
    if claims.head is None:
        return found
    strange = [one for one in found if one.origin != claims.head.origin or one.size > claims.head.size]
    if strange:
        most = max(strange, key=lambda one: one.size)
        claims.faults.append(
            Fault(
                CHECKPOINT,
                f"the ledger {most.origin} with at least {most.size} entries, as an earlier checkpoint has it",
                f"{claims.head.origin} with {claims.head.size}",
            )
        )
    return [one for one in found if one not in strange]


def _names(names: Sequence[str], size: int) -> list[Fault]:
    """Files that should not be there, or are there twice. What is missing is noticed where it is read."""
    wanted = {CHECKPOINT, KEYS, *(tile.path for tile in all_tiles(size))}
    return [
        Fault(name, f"no such file in a ledger of {size} entries", "one" if count == 1 else f"{count} of that name")
        for name, count in sorted(Counter(names).items())
        if name not in wanted or count > 1
    ]


def _size_by_names(names: Sequence[str]) -> int:
    """The size that the bundles there are make up, for when the checkpoint can't tell it."""
    there = set(names)
    full = 0
    while Tile(None, full).path in there:
        full += 1
    rest = next((width for width in range(WIDTH - 1, 0, -1) if Tile(None, full, width).path in there), 0)
    return full * WIDTH + rest


def _keys(claims: _Claims, chain: Sequence[KeyInForce], trusted: VerifierKey, doubt: bool) -> list[Fault]:
    """What is wrong with the keys: those of the file against those of the entries, and the trusted one among them."""
    faults: list[Fault] = []
    known = list(chain)
    if doubt or not chain:  # what the entries say of keys is not to be held against the file
        known = claims.keys
        if not chain and not doubt and claims.head is not None and claims.head.size:
            faults.append(
                Fault(
                    f"{_bundle_of(0, claims.head.size)}, entry 0",
                    "an entry ledger.opened, which names the key",
                    "another",
                )
            )
    elif not any(fault.where.startswith(KEYS) for fault in claims.faults):
        for number in range(1, max(len(chain), len(claims.keys)) + 1):
            ours, theirs = chain[number - 1 : number], claims.keys[number - 1 : number]
            if ours != theirs:
                expected = f"the key that entry {ours[0].since} brought" if ours else "no further key"
                faults.append(Fault(f"{KEYS}, line {number}", expected, "another key" if theirs else "no such line"))
    if trusted not in [one.key for one in known]:
        faults.append(Fault(KEYS, f"the trusted key {trusted.name}+{trusted.id.hex()}", "only other keys"))
    return faults
