"""An export: a folder or a zip that holds a ledger whole, for whoever wants to check it without us.

``checkpoint`` is the signed head, ``keys`` the keys in force (``ENTRY VKEY``, one a line), ``tile/`` the tree and its
entries as C2SP tlog-tiles. Nothing else is in it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from chartwarden.kernel.errors import refuse
from chartwarden.ledger.merkle import leaf_hash, root
from chartwarden.ledger.rotation import KeyInForce
from chartwarden.ledger.tiles import WIDTH, Tile, bundle, hash_levels, level_tiles

CHECKPOINT, KEYS = "checkpoint", "keys"
ZIP = ".zip"
EXPECTED = "a folder or a zip that `chartwarden ledger export` wrote"

Put = Callable[[str, bytes], None]


class Source(Protocol):
    """An export to be read."""

    def names(self) -> list[str]:
        """Every file in it, as ``a/b/c``; one that is there twice, twice."""

    def read(self, name: str) -> bytes:
        """A file's bytes. Raises OSError where it is not there or can't be read."""


class Folder:
    """An export in a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        """Every file under the folder."""
        return [path.relative_to(self._path).as_posix() for path in self._path.rglob("*") if not path.is_dir()]

    def read(self, name: str) -> bytes:
        """A file's bytes."""
        return (self._path / name).read_bytes()


class Zip:
    """An export in a zip."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def names(self) -> list[str]:
        """Every member that is a file."""
        return [name for name in self._zip.namelist() if not name.endswith("/")]

    def read(self, name: str) -> bytes:
        """A member's bytes."""
        try:
            return self._zip.read(name)
        except KeyError:
            raise FileNotFoundError(name) from None
        except Exception as wrong:  # zlib.error, BadZipFile, NotImplementedError, EOFError: whatever a bent zip brings
            raise OSError(str(wrong)) from wrong


def open_source(path: Path) -> Source:
    """An export to be read. Raises InputRefused where the path is neither a folder nor a zip."""
    if path.is_dir():
        return Folder(path)
    try:
        return Zip(path)
    except OSError:
        raise refuse(str(path), EXPECTED, "nothing that can be read") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise refuse(str(path), EXPECTED, "a file that is no zip") from None


def write(out: Path, note: str, size: int, keys: Sequence[KeyInForce], leaves: Iterable[bytes]) -> None:
    """Write an export of the first ``size`` leaves to a new folder, or to a new zip where the name ends in .zip.

    Leaves are taken as they come, 256 at a time. Raises InputRefused where ``out`` is there already.
    """
    if out.exists() and (out.is_file() or any(out.iterdir())):
        raise refuse(str(out), "a new or empty folder, or a new zip", "one with something in it")
    if out.suffix.lower() == ZIP:
        with zipfile.ZipFile(out, "x") as archive:
            _write(lambda name, data: _add(archive, name, data), note, size, keys, leaves)
    else:
        out.mkdir(parents=True, exist_ok=True)
        _write(lambda name, data: _put(out / name, data), note, size, keys, leaves)


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # ZipInfo brings a fixed date


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write(put: Put, note: str, size: int, keys: Sequence[KeyInForce], leaves: Iterable[bytes]) -> None:
    above = list(_write_entries(put, size, iter(leaves)))
    for level in hash_levels(size)[1:]:
        full: list[bytes] = []
        for tile in level_tiles(level, size):
            hashes = above[tile.number * WIDTH : tile.number * WIDTH + tile.width]
            put(tile.path, b"".join(hashes))
            if tile.width == WIDTH:
                full.append(root(hashes))
        above = full
    put(KEYS, "".join(f"{key}\n" for key in keys).encode())
    put(CHECKPOINT, note.encode())


def _write_entries(put: Put, size: int, leaves: Iterator[bytes]) -> Iterator[bytes]:
    """Write the bundles and the tiles of level 0, and give the roots of the full ones."""
    for tile in level_tiles(None, size):
        entries = _take(leaves, tile)
        hashes = [leaf_hash(leaf) for leaf in entries]
        put(tile.path, bundle(entries))
        put(Tile(0, tile.number, tile.width).path, b"".join(hashes))
        if tile.width == WIDTH:
            yield root(hashes)


def _take(leaves: Iterator[bytes], tile: Tile) -> list[bytes]:
    taken = [leaf for _, leaf in zip(range(tile.width), leaves, strict=False)]
    if len(taken) != tile.width:
        raise ValueError(f"{tile.path}: {tile.width} entries; found {len(taken)}")
    return taken
