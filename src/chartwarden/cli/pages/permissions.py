"""The policy as a page: which role may do what, and which page asks for it.

The pages are those of the web application's own addresses, so Django is set up for it, with an empty data folder.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chartwarden.cli.pages.markdown import literal, page, table
from chartwarden.people.contracts import Permission

CLINIC = "c/<uuid:clinic>/"
API = "/api/v1"
INTRODUCTION = (
    "A person may do what their roles in force add up to, in each clinic apart, while an engagement is in force and "
    "they are not suspended. Nobody acts on their own record, whatever their role. This page is written from "
    "`people/roles.py` and from the tag of each page; a page without a tag is refused to everybody."
)


@dataclass(frozen=True)
class Address:
    """A page: its name, its route, and what it asks for (None: it guards itself)."""

    name: str
    route: str
    access: Any
    view: Any


def everywhere() -> list[Address]:
    """Every address of the web application, by route."""
    _set_up()
    from django.urls import get_resolver

    return sorted(_below(get_resolver().url_patterns, "", ""), key=lambda one: one.route)


def addresses() -> list[Address]:
    """Every page that lies below a clinic's address, by route."""
    return [one for one in everywhere() if one.route.startswith(CLINIC)]


def permissions_page() -> str:
    """Role × permission, role × page, and role × operation of the API."""
    _set_up()
    from chartwarden.people.queries import MUST_END, ROLES

    def mark(access: Any, role: str) -> str:
        return "yes" if not isinstance(access, Permission) or access in ROLES[role] else ""

    short = [role.replace("_", " ") for role in ROLES]
    policy = [(permission.value, *(mark(permission, role) for role in ROLES)) for permission in Permission]
    pages = [
        (literal(one.route.removeprefix(CLINIC) or "./"), _asks(one), *(mark(one.access, role) for role in ROLES))
        for one in addresses()
    ]
    timed = ", ".join(role.replace("_", " ") for role in sorted(MUST_END))
    return page(
        "Roles, permissions and pages",
        INTRODUCTION,
        f"A grant of these roles says when it ends: {timed}.",
        "## What each role may do",
        table(("may", *short), policy),
        "## Which pages each role sees",
        "Addresses are those below a clinic's. Somebody of another clinic finds none of them: each answers that there "
        "is no such page.",
        table(("page", "asks for", *short), pages),
        "## What each role's tokens may do by the API",
        "A token does no more than the scopes it was made with, whatever the role. Addresses are those below "
        f"{literal(API)}. To change an import, or to read its rows in quarantine, takes the right to import that kind "
        "of file as well, as on the pages.",
        table(("operation", "asks for", *short), _operations()),
    )


def described() -> dict[str, Any]:
    """The API's own description."""
    _set_up()
    from django.test import RequestFactory
    from django.urls import resolve

    request = RequestFactory().get(f"{API}/openapi.json")
    found: dict[str, Any] = json.loads(resolve(request.path).func(request).content)
    return found


def _operations() -> list[tuple[str, ...]]:
    """Operations of the API, from its own description."""
    from chartwarden.people.queries import ROLES

    rows = []
    for path, methods in sorted(described()["paths"].items()):
        for method, one in methods.items():
            access = Permission.__members__.get(one["x-permission"])
            asks = access.value if access else one["x-permission"]
            needed = {Permission.USE_API, access or Permission.USE_API}
            marks = ("yes" if needed <= ROLES[role] else "" for role in ROLES)
            rows.append((literal(f"{method.upper()} {path.removeprefix(API)}"), asks, *marks))
    return rows


def _asks(address: Address) -> str:
    return address.access.value if isinstance(address.access, Permission) else str(address.access or "its own check")


def _below(patterns: Any, route: str, namespace: str) -> Iterator[Address]:
    from django.urls import URLPattern

    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name or ''}"
            yield Address(name, here, getattr(pattern.callback, "access", None), pattern.callback)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _below(pattern.url_patterns, here, inner)


def _set_up() -> None:
    import django
    from django.apps import apps

    if apps.ready:
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chartwarden.web.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("CHARTWARDEN_DATA", folder)
        django.setup()
