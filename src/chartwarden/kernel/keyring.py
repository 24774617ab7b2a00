"""The master keys of an installation: the newest seals, all of them open.

They wrap data keys, and nothing else. They come from a file with one base64 key a line, or from the environment
variable CHARTWARDEN_KEYS, newest first. A key in a comment line or a log would be a leak: nothing here repeats one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chartwarden.kernel.durably import sync_folder
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.seals import KEY_BYTES, NONCE_BYTES, VERSION, SealBroken, new_data_key, opened, subkey

VARIABLE = "CHARTWARDEN_KEYS"
ID_BYTES = 4
EXPECTED = f"keys of {KEY_BYTES} bytes in base64, newest first"
FOR_OTHERS = stat.S_IWGRP | stat.S_IRWXO


class Keyring:
    """Master keys, newest first. Raises ValueError where there is none, one is no 32 bytes, or two are alike."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[bytes]) -> None:
        given = list(keys)
        if not given or any(len(key) != KEY_BYTES for key in given):
            raise ValueError(f"expected at least one key, each of {KEY_BYTES} bytes")
        self._keys = {key_id(key): key for key in given}
        if len(self._keys) < len(given):
            raise ValueError("expected keys that differ; found two alike")

    def __repr__(self) -> str:
        return f"Keyring({', '.join(found.hex() for found in self._keys)})"

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The keys' ids, newest first: the first 4 bytes of each key's SHA-256."""
        return tuple(self._keys)

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """A data key sealed by the newest master key: version, key id, nonce, ciphertext and tag."""
        found, key = next(iter(self._keys.items()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        start = VERSION + found
        return start + nonce + AESGCM(subkey(key, b"wrap")).encrypt(nonce, data_key, start + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key that ``wrap`` was given. Raises SealBroken."""
        start, rest = wrapped[: 1 + ID_BYTES], wrapped[1 + ID_BYTES :]
        if start[:1] != VERSION:
            raise SealBroken("expected a wrapped key of version 1; found something else")
        key = self._keys.get(start[1:])
        if key is None:
            raise SealBroken(f"wrapped by a master key that is not here: {start[1:].hex()}")
        return opened(AESGCM(subkey(key, b"wrap")), rest[:NONCE_BYTES], rest[NONCE_BYTES:], start + context)

    def is_newest(self, wrapped: bytes) -> bool:
        """Whether the newest master key wrapped it; if not, unwrap and wrap it again to finish a rotation."""
        return wrapped[1 : 1 + ID_BYTES] == self.ids[0]


def key_id(key: bytes) -> bytes:
    """The first 4 bytes of the key's SHA-256."""
    return hashlib.sha256(key).digest()[:ID_BYTES]


def load_keyring(path: Path, environment: Mapping[str, str]) -> Keyring:
    """The keys of CHARTWARDEN_KEYS where it is set, else of the file. Raises InputRefused."""
    given = environment.get(VARIABLE, "").replace(",", " ").split()
    return _keyring(given, VARIABLE) if given else keyring_of_file(path)


def current_keyring(path: Path, environment: Mapping[str, str]) -> Keyring:
    """As ``load_keyring``, read anew only when the file or the variable was changed: so that a process which runs on
    wraps by a new key from the moment it is there. Raises InputRefused.
    """
    given = environment.get(VARIABLE, "")
    return _loaded(path, given, () if given.strip() else stamp(path))


def stamp(path: Path) -> tuple[int, ...]:
    """What tells that a file was changed or put in another's place; nothing of one that is not there."""
    try:
        there = path.stat()
    except OSError:
        return ()
    return there.st_mtime_ns, there.st_size, there.st_ino


@lru_cache(maxsize=4)
def _loaded(path: Path, given: str, changed: tuple[int, ...]) -> Keyring:  # noqa: ARG001  a key of the cache
    return load_keyring(path, {VARIABLE: given})


def keyring_of_file(path: Path) -> Keyring:
    """The keys of a file. Raises InputRefused, also where other accounts could read it (POSIX)."""
    try:
        with path.open(encoding="ascii") as file:
            if os.name == "posix" and (mode := stat.S_IMODE(os.fstat(file.fileno()).st_mode)) & FOR_OTHERS:
                raise refuse(path.name, "a key file that only its owner can read (chmod 600)", f"mode {mode:04o}")
            lines = file.read().splitlines()
    except OSError as fault:
        raise refuse(path.name, "a key file that can be read", fault.strerror or str(fault)) from None
    except UnicodeDecodeError:
        raise refuse(path.name, EXPECTED, "something else") from None
    return _keyring([line.strip() for line in lines if line.strip()], path.name)


def create_key_file(path: Path) -> Keyring:
    """A new file, mode 0600, with one new key, durably. Raises FileExistsError where there is one: it is never lost."""
    return _write([new_data_key()], path, path)


def add_key(path: Path) -> Keyring:
    """Put a new key before those of the file, all or nothing. Raises InputRefused."""
    old = keyring_of_file(path)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    return _write([new_data_key(), *old._keys.values()], new, path)


def _write(keys: list[bytes], path: Path, target: Path) -> Keyring:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.writelines(base64.b64encode(key) + b"\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    path.replace(target)
    sync_folder(target.parent)
    return Keyring(keys)


def _keyring(texts: list[str], where: str) -> Keyring:
    try:
        return Keyring([base64.b64decode(text, validate=True) for text in texts])
    except (ValueError, binascii.Error):
        raise refuse(where, EXPECTED, "none, two alike, or something else") from None
