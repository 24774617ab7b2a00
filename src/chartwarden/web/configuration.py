"""Settings that take some working out from the environment. Raises InputRefused with what was expected."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url

from chartwarden.kernel.errors import refuse

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's database settings: PostgreSQL by its URL, or SQLite in the data folder, each durable at every commit."""
    if url:
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
        if "postgresql" not in found["ENGINE"]:
            raise refuse("DATABASE_URL", "postgresql://user:password@host:port/name", url.split(":", 1)[0])
        return found
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data / "chartwarden.sqlite3",
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456",
        },
    }


def secret_key(key_file: Path) -> str:
    """Django's secret, derived from the newest master key, or a passing one while there is none yet."""
    given = os.environ.get("CHARTWARDEN_KEYS", "")
    text = given or (key_file.read_text(encoding="ascii") if key_file.is_file() else secrets.token_hex())
    newest = (text.split() or [secrets.token_hex()])[0]
    return hashlib.sha256(b"chartwarden django secret\x00" + newest.encode()).hexdigest()


def hosts(given: str) -> list[str]:
    """The names the pages answer to: loopback, and those given, separated by commas."""
    return [*LOOPBACK, *(name.strip() for name in given.split(",") if name.strip())]


def fhir_base(url: str, where: str = "CHARTWARDEN_FHIR_BASE") -> str:
    """An address of the EHR, without a slash at its end. Encrypted, unless it is on this machine (45 CFR
    164.312(e)(1))."""
    parts = urlsplit(url.strip())
    there = parts.hostname or ""
    safe = parts.scheme == "https" or (parts.scheme == "http" and there in ("localhost", "127.0.0.1", "::1"))
    if url and (not safe or not there or parts.username or parts.query or parts.fragment):
        raise refuse(where, "https://host/path, without a user and a query", parts.scheme or "no URL")
    return url.strip().rstrip("/")


def atna(url: str) -> str:
    """Where openings are pushed: a syslog collector by TLS, or a FHIR base. Never in clear."""
    parts = urlsplit(url.strip())
    if parts.scheme != "syslog+tls":
        return fhir_base(url, "CHARTWARDEN_ATNA")
    if not parts.hostname or parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise refuse("CHARTWARDEN_ATNA", "syslog+tls://host:port or https://host/fhir", "something more or less")
    return url.strip().rstrip("/")


def certificate_header(name: str, proxied: bool) -> str:
    """The header that a proxy puts a client's certificate into, in lower case; "": none.

    Letters and digits alone, since a hyphen and an underscore are one to WSGI: a client's own ``client_cert`` could
    pass for the proxy's ``client-cert``.
    """
    name = name.strip().lower()
    if name and not (name.isascii() and name.isalnum()):
        raise refuse("CHARTWARDEN_CERTIFICATE_HEADER", "a header's name of letters and digits alone", "another sign")
    if name and not proxied:
        raise refuse("CHARTWARDEN_CERTIFICATE_HEADER", "CHARTWARDEN_PROXY=1 beside it", "none")
    return name


def addresses(given: str, where: str) -> tuple[str, ...]:
    """IP addresses, separated by commas or spaces."""
    found = given.replace(",", " ").split()
    try:
        return tuple(str(ip_address(one)) for one in found)
    except ValueError:
        raise refuse(where, "IP addresses, separated by commas", "something else") from None


def mail(url: str) -> dict[str, Any]:
    """Django's mail settings from smtp://user:password@host:port; smtp+starttls:// for a connection that becomes TLS
    before anything is said, smtps:// for TLS from the start."""
    if not url:
        return {"EMAIL_HOST": ""}
    parts = urlsplit(url)
    ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname:
        raise refuse("CHARTWARDEN_MAIL", "smtp[+starttls]://user:password@host:port", parts.scheme or "no address")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }


def provider(environment: Mapping[str, str]) -> dict[str, Any]:
    """The single sign-on provider (OIDC) for the library of sign-in; empty where none is named.

    Some providers don't say whether an address is verified: those of ``CHARTWARDEN_OIDC_DOMAINS`` are taken to be.
    """
    issuer = environment.get("CHARTWARDEN_OIDC_ISSUER", "")
    if not issuer:
        return {}
    names = ("CHARTWARDEN_OIDC_CLIENT_ID", "CHARTWARDEN_OIDC_CLIENT_SECRET")
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise refuse("CHARTWARDEN_OIDC_ISSUER", " and ".join(missing) + " beside it", "none")
    domains = environment.get("CHARTWARDEN_OIDC_DOMAINS", "").replace(",", " ").split()
    app = {
        "provider_id": "sso",
        "name": environment.get("CHARTWARDEN_OIDC_NAME", "single sign-on"),
        "client_id": environment[names[0]],
        "secret": environment[names[1]],
        "settings": {
            "server_url": issuer.rstrip("/"),
            "token_auth_method": "client_secret_basic",
            "verified_email": domains,
        },
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
