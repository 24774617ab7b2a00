"""By what a device shows itself: certificates as a proxy hands them on, registered, and asked for."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.devices import certificates, queries, services
from chartwarden.devices.contracts import Shown
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.web.configuration import addresses, certificate_header
from tests.support.clinic import AT, House

DAY = timedelta(days=1)
LATER = AT + 20 * DAY
PROXY = ("127.0.0.1", "::1")
SOUND = {"owner": "clinic", "encrypted": True, "managed": True, "antivirus": True}


@cache
def made(begins: datetime = AT - DAY, ends: datetime = AT + 60 * DAY) -> x509.Certificate:
    """A certificate of a laptop's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "LT-1")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, begins, ends)
    return builder.sign(key, SHA256())


def der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def pem(one: x509.Certificate) -> str:
    return one.public_bytes(Encoding.PEM).decode()


def digest(one: x509.Certificate) -> str:
    return sha256(der(one)).hexdigest()


@pytest.mark.parametrize(
    "said",
    [pem, lambda one: quote(pem(one)), lambda one: b64encode(der(one)).decode(),
     lambda one: f":{b64encode(der(one)).decode()}:", lambda one: pem(one).replace("\n", " ")],
    ids=["PEM", "PEM in percent", "base64", "RFC 9440", "PEM in one line"],
)  # fmt: skip
def test_a_certificate_is_known_however_it_is_handed_on(said: Any) -> None:
    assert certificates.shown("127.0.0.1", PROXY, [said(made())], AT) == digest(made())


@pytest.mark.parametrize(
    ("peer", "values", "at"),
    [
        ("10.0.0.5", ["good"], AT),
        ("", ["good"], AT),
        ("unix", ["good"], AT),
        ("127.0.0.1", [], AT),
        ("127.0.0.1", ["good", "good"], AT),
        ("127.0.0.1", ["good,good"], AT),
        ("127.0.0.1", [""], AT),
        ("127.0.0.1", ["a" * 64], AT),
        ("127.0.0.1", ["good"], AT + 61 * DAY),
        ("127.0.0.1", ["good"], AT - 2 * DAY),
    ],
)
def test_what_shows_no_device(peer: str, values: list[str], at: datetime) -> None:
    said = [value.replace("good", b64encode(der(made())).decode()) for value in values]
    assert certificates.shown(peer, PROXY, said, at) == ""


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda one: b64encode(one).decode()))
def test_no_text_is_a_certificate_by_chance(text: str) -> None:
    assert certificates.shown("127.0.0.1", PROXY, [text], AT) == ""


@pytest.mark.parametrize("dress", ["{}", " {} ", "SHA256 Fingerprint={}", "sha256:{}", "SHA-256={}"])
def test_a_fingerprint_is_read_as_programs_print_it(dress: str) -> None:
    digits = digest(made())
    pairs = ":".join(digits[at : at + 2] for at in range(0, 64, 2)).upper()
    assert certificates.fingerprint(dress.format(digits)) == digits
    assert certificates.fingerprint(dress.format(pairs)) == digits
    assert certificates.fingerprint(pem(made())) == digits


@pytest.mark.parametrize(
    "text", ["", "ab" * 31, "gh" * 32, "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(InputRefused, match="one certificate in PEM"):
        certificates.fingerprint(text)
    with pytest.raises(InputRefused):
        certificates.fingerprint(pem(made()) * 2)


@pytest.mark.parametrize(
    ("name", "proxied", "taken"),
    [
        ("", False, ""), ("ClientCertificate", True, "clientcertificate"), (" x ", True, "x"),
        ("ClientCertificate", False, None), ("Client-Cert", True, None), ("client_cert", True, None), ("é", True, None),
    ],
)  # fmt: skip
def test_a_header_that_no_client_can_imitate(name: str, proxied: bool, taken: str | None) -> None:
    if taken is None:
        with pytest.raises(InputRefused, match="CHARTWARDEN_CERTIFICATE_HEADER"):
            certificate_header(name, proxied)
    else:
        assert certificate_header(name, proxied) == taken


def test_proxies_are_named_by_their_addresses() -> None:
    assert addresses("127.0.0.1, ::1 10.0.0.2", "x") == ("127.0.0.1", "::1", "10.0.0.2")
    with pytest.raises(InputRefused):
        addresses("proxy.example", "x")


def laptop(house: House, name: str = "LT-1", person: str = "coder", approve: bool = True) -> UUID:
    officer = {"actor": house.actor("security_officer"), "at": AT}
    device = services.register_device(
        clinic=house.id, name=name, mdm="", person=house.people[person], **SOUND, **officer
    )
    if approve:
        return services.approve_device(
            clinic=house.clinic, device=device, revision=0, actor=house.actor("owner"), at=AT
        )  # fmt: skip
    return device


def proven(house: House, device: UUID, certificate: str, by: str = "security_officer") -> UUID:
    return services.add_proof(
        clinic=house.id, device=device, certificate=certificate, actor=house.actor(by), at=AT
    )  # fmt: skip


def test_a_certificate_shows_its_device_until_it_is_taken_away(house: House, other_house: House) -> None:
    device = laptop(house)
    proof = proven(house, device, pem(made()))
    assert queries.device_shown(house.id, digest(made())) == Shown("LT-1", proof)
    assert [one.fingerprint for one in queries.proofs(house.id, device)] == [digest(made())]
    assert queries.device_shown(house.id, "") == queries.device_shown(house.id, "ab" * 32) == Shown()
    assert queries.device_shown(other_house.id, digest(made())) == Shown()
    with pytest.raises(InputRefused, match="shows no device yet"):
        proven(house, laptop(house, "LT-2", approve=False), digest(made()))
    services.withdraw_proof(clinic=house.id, proof=proof, actor=house.actor("security_officer"), at=AT)
    assert queries.device_shown(house.id, digest(made())) == Shown()
    with pytest.raises(Refused):
        services.withdraw_proof(clinic=house.id, proof=proof, actor=house.actor("security_officer"), at=AT)
    proven(house, device, digest(made()))
    kinds = [one.kind for one in entries(house.id) if "proof" in one.kind]
    assert sorted(kinds) == ["devices.proof_added", "devices.proof_added", "devices.proof_withdrawn"]


def test_nobody_says_what_their_own_device_shows(house: House) -> None:
    with pytest.raises(Refused, match="your own device"):
        proven(house, laptop(house, person="security_officer"), digest(made()))


def test_devices_that_must_be_shown(house: House, settings: Any) -> None:
    asked = {
        "clinic": house.id, "kind": "device", "asked": True, "grace_days": 0, "shown": True,
        "actor": house.actor("security_officer"), "at": AT,
    }  # fmt: skip
    settings.CERTIFICATE_HEADER = ""
    with pytest.raises(Refused, match="hands no certificates on"):
        services.set_precondition(**asked)
    settings.CERTIFICATE_HEADER = "clientcertificate"
    services.set_precondition(**asked)
    proven(house, laptop(house), digest(made()))
    proven(house, laptop(house, "LT-2", "qa_auditor"), "ab" * 32)
    laptop(house, "LT-3", approve=False)

    def approved(certificate: str) -> bool:
        name = queries.device_shown(house.id, certificate).name
        return queries.standing(house.clinic, house.people["coder"], name, "", LATER).device_approved

    assert approved(digest(made()))
    assert not approved("")
    assert not approved("ab" * 32)
    services.set_precondition(**{**asked, "shown": False})
    assert approved("")
    assert not approved("ab" * 32)


def test_a_page_takes_the_certificate_from_the_proxy_alone(house: House, signed_in: Any, settings: Any) -> None:
    settings.CERTIFICATE_HEADER, settings.CERTIFICATE_FROM = "clientcertificate", PROXY
    valid = made(datetime.now(UTC) - DAY, datetime.now(UTC) + DAY)
    proven(house, laptop(house), pem(valid))
    client, page = signed_in("coder"), f"/c/{house.id}/my-workplace/"
    told = 'shows itself as <span class="code">LT-1</span>'
    given = {"HTTP_CLIENTCERTIFICATE": quote(pem(valid))}
    assert told in client.get(page, **given).text
    assert "shows no certificate of the register" in client.get(page).text
    assert told not in client.get(page, **given, REMOTE_ADDR="10.0.0.5").text
    settings.CERTIFICATE_HEADER = ""
    assert "certificate" not in client.get(page, **given).text


def test_the_officer_adds_a_certificate_and_takes_it_away(house: House, signed_in: Any) -> None:
    device = laptop(house)
    client, there = signed_in("security_officer"), f"/c/{house.id}/devices/{device}/"
    assert client.post(f"{there}proofs/add/", {"certificate": "x"}).status_code == 422
    shown = client.post(f"{there}proofs/add/", {"certificate": pem(made())}, follow=True).text
    assert digest(made())[:2] in shown
    assert "CHARTWARDEN_CERTIFICATE_HEADER" in shown
    (proof,) = queries.proofs(house.id, device)
    said = client.post(f"{there}proofs/{proof.id}/withdraw/", follow=True).text
    assert "shows no device any more" in said
    assert client.post(f"{there}proofs/{proof.id}/withdraw/").status_code == 404
