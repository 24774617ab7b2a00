"""Tokens of the EHR by SMART Backend Services: a signed assertion (private_key_jwt) for an access token of minutes.

https://hl7.org/fhir/smart-app-launch/backend-services.html, RFC 7523. The EHR knows the public key; the private one
leaves this machine never.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chartwarden.kernel.errors import refuse

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "system/*.rs"
LIFE = timedelta(minutes=4)
"""Of an assertion; the standard allows five minutes."""
EARLY = 60.0
"""Seconds before its end at which a token is renewed."""
MOST_BYTES = 64 << 10
TIMES = aiohttp.ClientTimeout(total=10, sock_connect=5)


class _Granted(msgspec.Struct):
    access_token: str
    token_type: str
    expires_in: float = 300


class Signer:
    """Signs assertions with a private key in PEM: P-384 (ES384) or RSA of 2048 bits or more (RS384)."""

    def __init__(self, pem: bytes, client: str, key_id: str) -> None:
        where = "CHARTWARDEN_FHIR_KEY"
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError):
            raise refuse(where, "a file with a private key in PEM, without a password", "something else") from None
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP384R1):
            self._sign, algorithm = _es384(key), "ES384"
        elif isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
            self._sign, algorithm = _rs384(key), "RS384"
        else:
            raise refuse(where, "a key on P-384, or RSA with 2048 bits or more", "another kind of key")
        self._client, self._head = client, {"typ": "JWT", "alg": algorithm, "kid": key_id}

    def assertion(self, audience: str, at: datetime) -> str:
        """A signed assertion for a token endpoint."""
        claims = {
            "iss": self._client,
            "sub": self._client,
            "aud": audience,
            "exp": int((at + LIFE).timestamp()),
            "iat": int(at.timestamp()),
            "jti": secrets.token_urlsafe(24),
        }
        signed = f"{_part(self._head)}.{_part(claims)}"
        return f"{signed}.{_text(self._sign(signed.encode()))}"


class BackendToken:
    """Gives the EHR's access token, and gets a new one in time. One request at a time asks; the others wait."""

    def __init__(self, signer: Signer, endpoint: str, clock: Callable[[], datetime]) -> None:
        self._signer, self._endpoint, self._clock = signer, endpoint, clock
        self._lock = asyncio.Lock()
        self._token, self._until = "", 0.0

    async def __call__(self) -> str:
        """A token that is good now. Raises aiohttp.ClientError, TimeoutError or ValueError where there is none."""
        if time.monotonic() < self._until:
            return self._token
        async with self._lock:
            if time.monotonic() >= self._until:
                asked = time.monotonic()
                granted = await self._ask()
                self._token = granted.access_token
                self._until = asked + max(granted.expires_in - EARLY, min(granted.expires_in / 2, EARLY))
        return self._token

    def refused(self, token: str) -> None:
        """The EHR has taken this token no more: the next request gets another."""
        if token == self._token:
            self._until = 0.0

    async def _ask(self) -> _Granted:
        form = {
            "grant_type": "client_credentials",
            "scope": SCOPE,
            "client_assertion_type": ASSERTION,
            "client_assertion": self._signer.assertion(self._endpoint, self._clock()),
        }
        async with (
            aiohttp.ClientSession(timeout=TIMES, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.post(self._endpoint, data=form, allow_redirects=False) as answer,
        ):
            body = b""
            async for part in answer.content.iter_any():
                body += part
                if len(body) > MOST_BYTES:
                    raise ValueError("the EHR's token endpoint answers without end")
            if answer.status != 200:
                raise ValueError(f"the EHR's token endpoint answered {answer.status}")
            granted = msgspec.json.decode(body, type=_Granted)
            if granted.token_type.lower() != "bearer" or not granted.access_token.isascii() or granted.expires_in <= 0:
                raise ValueError("the EHR's token endpoint gave no bearer token")
            return granted


def _es384(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    def sign(data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA384())))
        return r.to_bytes(48, "big") + s.to_bytes(48, "big")

    return sign


def _rs384(key: rsa.RSAPrivateKey) -> Callable[[bytes], bytes]:
    return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA384())


def _part(value: Mapping[str, Any]) -> str:
    return _text(msgspec.json.encode(value))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
