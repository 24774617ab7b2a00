"""SMART Backend Services: what is signed, that a token is asked for once and renewed, and what happens without one."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from chartwarden.gateway.backend import ASSERTION, BackendToken, Signer
from chartwarden.kernel.errors import InputRefused

AT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
P384, RSA = ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)


def pem(key: Any) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("key", [P384, RSA], ids=["P-384", "RSA"])
def test_an_assertion_says_who_to_whom_and_until_when_and_is_signed(key: Any) -> None:
    head, claims, signature = (
        Signer(pem(key), "chartwarden-1", "k1").assertion("https://ehr.example/token", AT).split(".")
    )
    signed = f"{head}.{claims}".encode()
    if key is P384:
        r, s = (int.from_bytes(half) for half in (raw(signature)[:48], raw(signature)[48:]))
        P384.public_key().verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA384()))
    else:
        RSA.public_key().verify(raw(signature), signed, padding.PKCS1v15(), hashes.SHA384())
    assert json.loads(raw(head)) == {"typ": "JWT", "alg": "ES384" if key is P384 else "RS384", "kid": "k1"}
    told = json.loads(raw(claims))
    assert (told["iss"], told["sub"], told["aud"]) == ("chartwarden-1", "chartwarden-1", "https://ehr.example/token")
    assert told["iat"] == AT.timestamp()
    assert 0 < told["exp"] - told["iat"] <= 300


def test_an_assertion_is_never_the_same() -> None:
    signer = Signer(pem(P384), "c", "k")
    assert len({raw(signer.assertion("x", AT).split(".")[1]) for _ in range(10)}) == 10


WEAK = (
    ec.generate_private_key(ec.SECP256R1()),
    rsa.generate_private_key(65537, 1024),
    ed25519.Ed25519PrivateKey.generate(),
)


@pytest.mark.parametrize("given", [b"", b"x", *(pem(key) for key in WEAK)], ids=range(5))
def test_another_kind_of_key_is_refused(given: bytes) -> None:
    with pytest.raises(InputRefused, match="CHARTWARDEN_FHIR_KEY"):
        Signer(given, "c", "k")


def asked(
    *answers: web.Response, times: int = 1, at_once: bool = False, refuse: str = ""
) -> tuple[list[Any], list[dict[str, list[str]]]]:
    """What came of asking for a token so many times, and the forms that the token endpoint got."""
    forms: list[dict[str, list[str]]] = []

    async def endpoint(request: web.Request) -> web.Response:
        forms.append(parse_qs(await request.text()))
        given = answers[min(len(forms), len(answers)) - 1]
        return web.Response(status=given.status, body=given.body, content_type=given.content_type)

    async def run() -> list[Any]:
        app = web.Application()
        app.router.add_post("/token", endpoint)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        token = BackendToken(Signer(pem(P384), "c", "k"), f"http://127.0.0.1:{port}/token", lambda: AT)
        if at_once:
            found: list[Any] = list(await asyncio.gather(*(token() for _ in range(times)), return_exceptions=True))
        else:
            found = []
            for _ in range(times):
                found += await asyncio.gather(token(), return_exceptions=True)
                token.refused(refuse)
        await runner.cleanup()
        return found

    return asyncio.run(run()), forms


def granted(token: str, expires_in: float) -> web.Response:
    return web.json_response({"access_token": token, "token_type": "bearer", "expires_in": expires_in, "scope": "x"})


def test_many_who_need_a_token_ask_for_it_once() -> None:
    found, forms = asked(granted("t1", 300), times=20, at_once=True)
    assert found == ["t1"] * 20
    (form,) = forms
    assert form["grant_type"] == ["client_credentials"]
    assert form["client_assertion_type"] == [ASSERTION]
    assert form["scope"] == ["system/*.rs"]
    assert form["client_assertion"][0].count(".") == 2


def test_a_token_that_is_over_is_renewed() -> None:
    assert asked(granted("t1", 0.000001), granted("t2", 300), times=3)[0] == ["t1", "t2", "t2"]


def test_a_token_that_the_ehr_takes_no_more_is_asked_for_anew() -> None:
    found, forms = asked(granted("t1", 300), granted("t2", 300), times=3, refuse="t1")
    assert found == ["t1", "t2", "t2"]
    assert len(forms) == 2


@pytest.mark.parametrize(
    "wrong",
    [web.Response(status=400, text="{}"), web.Response(status=302), web.Response(text="<html>"),
     web.Response(text="{}"), web.json_response({"access_token": "t", "token_type": "mac"}), granted("t", -1),
     granted("é", 300)],
    ids=range(7),
)  # fmt: skip
def test_without_a_token_there_is_an_error_and_it_is_asked_again(wrong: web.Response) -> None:
    found, forms = asked(wrong, granted("t2", 300), times=2)
    assert isinstance(found[0], ValueError)
    assert found[1] == "t2"
    assert len(forms) == 2
