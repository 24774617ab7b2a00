"""Signed heads of the tree: C2SP tlog-checkpoint on signed-note, with Ed25519 (RFC 8032).

A note is text, an empty line, and signature lines: em dash, key name, base64 of key id and signature. A verifier key
is written ``NAME+KEYID+BASE64``. What is read must be written exactly as it would be written here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chartwarden.ledger.merkle import HASH_SIZE

ED25519 = b"\x01"
_KEY_NAME = re.compile(r"[^\s+\x00-\x1f]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NotSound(ValueError):
    """A note, checkpoint or key that is malformed or not signed as it must be. Says what was expected and found."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key under a name. ``public`` is 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.public)}"

    @staticmethod
    def parse(text: str) -> VerifierKey:
        """Read a verifier key. Raises NotSound."""
        name, _, rest = text.partition("+")
        _, _, material = rest.partition("+")
        raw = _unbase64(material)
        if raw is None or len(raw) != 33 or raw[:1] != ED25519 or not _KEY_NAME.fullmatch(name):
            raise NotSound("expected a verifier key, NAME+KEYID+BASE64, for Ed25519; found something else")
        key = VerifierKey(name, raw[1:])
        if str(key) != text:
            raise NotSound("expected a verifier key whose key id fits its name and key; found another id")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the signature over the text is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """A private key under a name. ``private`` is the 32 bytes of RFC 8032; it is never shown."""

    name: str
    private: bytes

    def __repr__(self) -> str:
        return f"SigningKey({self.name})"

    @staticmethod
    def new(name: str) -> SigningKey:
        """A key made now. Raises NotSound for a name with a space or a plus sign."""
        if not _KEY_NAME.fullmatch(name):
            raise NotSound("expected a key name without spaces and plus signs; found another")
        return SigningKey(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> VerifierKey:
        """Its public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()
        return VerifierKey(self.name, public)

    def sign(self, text: str) -> str:
        """The text as a note with this key's signature."""
        signature = Ed25519PrivateKey.from_private_bytes(self.private).sign(text.encode())
        return f"{text}\n— {self.name} {_base64(self.verifier.id + signature)}\n"


@dataclass(frozen=True)
class Checkpoint:
    """The head of a tree: whose, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @staticmethod
    def parse(text: str) -> Checkpoint:
        """Read what was signed. Extension lines are refused. Raises NotSound."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise NotSound("expected three lines: origin, size, root; found something else")
        root = _unbase64(lines[2])
        if not _SIZE.fullmatch(lines[1]) or root is None or len(root) != HASH_SIZE:
            raise NotSound("expected a size in decimal and a root of 32 bytes in base64; found something else")
        return Checkpoint(lines[0], int(lines[1]), root)


def opened(note: str, keys: Iterable[VerifierKey]) -> tuple[str, Sequence[VerifierKey]]:
    """A note's text and the keys, of those given, that signed it. Signatures of other keys are passed over.

    Raises NotSound where the note is malformed, a known key's signature is wrong, or none of the keys signed.
    """
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or not text or lines[-1] or len(lines) < 2 or any(ord(sign) < 32 and sign != "\n" for sign in note):
        raise NotSound("expected a text, an empty line and signature lines; found something else")
    known = {(key.name, key.id): key for key in keys}
    signed: list[VerifierKey] = []
    for line in lines[:-1]:
        name, raw = _signature(line)
        key = known.get((name, raw[:4]))
        if key is not None:
            if not key.verifies(text + "\n", raw[4:]):
                raise NotSound(f"expected a signature by the key {key.id.hex()} over this text; found another")
            signed.append(key)
    if not signed:
        wanted = ", ".join(key.id.hex() for key in known.values()) or "none"
        raise NotSound(f"expected a signature by a known key ({wanted}); found none")
    return text + "\n", signed


def _signature(line: str) -> tuple[str, bytes]:
    mark, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    raw = _unbase64(encoded)
    if mark != "—" or not _KEY_NAME.fullmatch(name) or raw is None or len(raw) < 5:
        raise NotSound("expected signature lines: a dash, a key name, base64; found something else")
    return name, raw


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes | None:
    """The bytes of strict base64, or None: nothing but the one way to write them is taken."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if _base64(data) == text else None
