"""Small values sealed with AES-256-GCM (NIST SP 800-38D), and blind indexes to look them up by. Pure.

A data key is 32 random bytes. What is done with it is done with a subkey of its own for each purpose (HKDF-Expand,
RFC 5869; the key is uniformly random, so section 3.3 lets the extract step go).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
INDEX_BYTES = 16
VERSION, BOUND = b"\x01", b"\x02"
"""What a sealed value begins with: the second where it is bound to a place of its own within its context."""


class SealBroken(Exception):
    """Sealed data that can't be opened: changed, cut, of another context, or of another key. Never tells contents."""


def new_data_key() -> bytes:
    """A new key of 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def subkey(key: bytes, purpose: bytes) -> bytes:
    """The 32-byte key for one purpose. Raises ValueError where ``key`` is not 32 bytes."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"expected a key of {KEY_BYTES} bytes; found {len(key)}")
    return hmac.digest(key, b"chartwarden/" + purpose + b"\x01", hashlib.sha256)


class Sealer:
    """Seals and opens values under one key and for one ``context``, set up once for many.

    What it seals is a version byte, a random 96-bit nonce, ciphertext and tag. One key seals at most 2**32 values
    (SP 800-38D, 8.3).
    """

    def __init__(self, key: bytes, context: bytes) -> None:
        self._cipher, self._context = AESGCM(subkey(key, b"seal")), VERSION + context
        self._frame = BOUND + len(context).to_bytes(4, "big") + context

    def seal(self, data: bytes, place: bytes = b"") -> bytes:
        """Seal a value; with a ``place`` it opens for that place alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        if place:
            return BOUND + nonce + self._cipher.encrypt(nonce, data, self._frame + place)
        return VERSION + nonce + self._cipher.encrypt(nonce, data, self._context)

    def open(self, sealed: bytes, place: bytes = b"") -> bytes:
        """What ``seal`` was given. Raises SealBroken. What was sealed without a place opens for any."""
        version = sealed[:1]
        if version not in (VERSION, BOUND):
            raise SealBroken("expected sealed data of version 1 or 2; found something else")
        context = self._frame + place if version == BOUND else self._context
        return opened(self._cipher, sealed[1:_BEGIN], sealed[_BEGIN:], context)


_BEGIN = 1 + NONCE_BYTES


def seal(key: bytes, data: bytes, context: bytes) -> bytes:
    """One value, sealed. Opens only with the same ``context``."""
    return Sealer(key, context).seal(data)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What ``seal`` was given. Raises SealBroken."""
    return Sealer(key, context).open(sealed)


def opened(cipher: AESGCM, nonce: bytes, sealed: bytes | memoryview, context: bytes) -> bytes:
    """Decrypt. Raises SealBroken where anything is not as it was sealed."""
    if len(nonce) == NONCE_BYTES and len(sealed) >= TAG_BYTES:
        try:
            return cipher.decrypt(nonce, sealed, context)
        except InvalidTag:
            pass
    raise SealBroken("sealed data can't be opened: it was changed, or the key or the context is another")


class Indexer:
    """Makes blind indexes under one key and for one ``context``, set up once for many: 16 bytes by which an exact text
    is found again without keeping it (HMAC-SHA256, cut to 128 bits).

    The caller brings the text into one form first (trimmed, case-folded). Equal texts of two contexts differ.
    """

    def __init__(self, key: bytes, context: bytes) -> None:
        self._key, self._frame = subkey(key, b"blind-index"), len(context).to_bytes(4, "big") + context

    def index(self, text: str) -> bytes:
        """The index of a text."""
        return hmac.digest(self._key, self._frame + text.encode(), hashlib.sha256)[:INDEX_BYTES]


def blind_index(key: bytes, text: str, context: bytes) -> bytes:
    """The index of one text."""
    return Indexer(key, context).index(text)
