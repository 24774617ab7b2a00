"""Client certificates as a proxy hands them on, and the fingerprints that they are known by. Pure.

Whether the device holds the key is for TLS to say, so for the proxy; here it is only told which certificate that was.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import unquote

from cryptography import x509

from chartwarden.kernel.errors import refuse

MOST = 16_384
"""The longest certificate that is read, in characters."""
PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
HEX = re.compile(r"[0-9a-f]{64}")
EXPECTED = "one certificate in PEM, or its SHA-256 fingerprint of 64 hexadecimal digits"


def shown(peer: str, trusted: Sequence[str], values: Sequence[str], at: datetime) -> str:
    """The fingerprint of the certificate that a proxy says a client has shown, or "".

    ``peer`` is the address that is connected to us, ``trusted`` those of proxies that are believed, ``values`` what
    the agreed header holds. It must be there once, and hold a certificate that is valid at that instant.
    """
    if len(values) != 1 or not _is_among(peer, trusted):
        return ""
    found = _read(values[0])
    if found is None or not found[1] <= at <= found[2]:
        return ""
    return found[0]


def fingerprint(text: str) -> str:
    """The fingerprint that somebody gave, or that of the certificate which they gave. Raises InputRefused."""
    plain = text.strip()
    bare = re.sub(r"^(sha-?256)?\s*(fingerprint)?\s*[=:]?\s*", "", plain.lower())
    digits = re.sub(r"[\s:]", "", bare)
    if HEX.fullmatch(digits):
        return digits
    found = _read(plain) if len(PEM.findall(plain)) == 1 else None
    if found is None:
        raise refuse("certificate", EXPECTED, "something else")
    return found[0]


def _is_among(peer: str, trusted: Sequence[str]) -> bool:
    try:
        return ip_address(peer) in [ip_address(one) for one in trusted]
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[str, datetime, datetime] | None:
    """Fingerprint and the span of validity of a certificate: in PEM, as it is or percent-encoded, or the base64 of its
    DER, also between colons (RFC 9440). None for anything else."""
    if not text or len(text) > MOST:
        return None
    plain = unquote(text).strip()
    framed = PEM.search(plain)
    body = framed[1] if framed else plain.removeprefix(":").removesuffix(":")
    try:
        der = b64decode("".join(body.split()), validate=True)
        found = x509.load_der_x509_certificate(der)
    except ValueError:
        return None
    return sha256(der).hexdigest(), found.not_valid_before_utc, found.not_valid_after_utc
