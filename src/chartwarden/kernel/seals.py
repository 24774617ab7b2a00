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
VERSION = b"\x01"


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


def seal(key: bytes, data: bytes, context: bytes) -> bytes:
    """Version byte, random 96-bit nonce, ciphertext and tag. Opens only with the same ``context``.

    One key seals at most 2**32 values (SP 800-38D, 8.3).
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(subkey(key, b"seal")).encrypt(nonce, data, VERSION + context)


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What ``seal`` was given. Raises SealBroken."""
    if sealed[:1] != VERSION:
        raise SealBroken("expected sealed data of version 1; found something else")
    cipher = AESGCM(subkey(key, b"seal"))
    return opened(cipher, sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], VERSION + context)


def opened(cipher: AESGCM, nonce: bytes, sealed: bytes | memoryview, context: bytes) -> bytes:
    """Decrypt. Raises SealBroken where anything is not as it was sealed."""
    if len(nonce) == NONCE_BYTES and len(sealed) >= TAG_BYTES:
        try:
            return cipher.decrypt(nonce, sealed, context)
        except InvalidTag:
            pass
    raise SealBroken("sealed data can't be opened: it was changed, or the key or the context is another")


def blind_index(key: bytes, text: str, context: bytes) -> bytes:
    """16 bytes by which an exact ``text`` is found again without keeping it (HMAC-SHA256, cut to 128 bits).

    The caller brings the text into one form first (trimmed, case-folded). Equal texts of two contexts differ.
    """
    framed = len(context).to_bytes(4, "big") + context + text.encode()
    return hmac.digest(subkey(key, b"blind-index"), framed, hashlib.sha256)[:INDEX_BYTES]
