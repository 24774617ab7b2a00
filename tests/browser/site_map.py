"""Which pages there are to look at: every route of the program, with addresses found by following links.

A route with arguments has as many examples as its pages have shapes (a signed review, an open one), by the ids of what
is on them; a route that no link leads to is filled with arguments that other routes' addresses had.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.urls import Resolver404, resolve

from chartwarden.cli.pages.permissions import CLINIC, Address, addresses, everywhere
from chartwarden.people.contracts import Permission
from chartwarden.people.queries import ROLES

SHAPES, FETCHED = 2, 4
PERSONAL = {Permission.SEE_OWN_ACCESSES, Permission.ANSWER_QUESTIONS}
"""What shows one person's own: a coder has most of it."""

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
Fetch = Callable[[str, str], Any]
"""``fetch(role, address)``: the answer to a GET as that role, redirects not followed."""


@dataclass
class Found:
    """Pages by route. ``seen`` are examples, one a shape; ``arguments`` what stood in their addresses."""

    seen: dict[str, list[str]] = field(default_factory=dict)
    shapes: dict[str, set[frozenset[str]]] = field(default_factory=dict)
    arguments: dict[str, dict[str, None]] = field(default_factory=dict)
    fetched: dict[str, int] = field(default_factory=dict)


def sees_most(access: object) -> str:
    """The role to look at a page as: of those who may, the one that may most."""
    if access in PERSONAL:
        return "coder"
    may = [role for role, permissions in ROLES.items() if not isinstance(access, Permission) or access in permissions]
    return max(may, key=lambda role: (role == "privacy_officer", len(ROLES[role])))


def is_page(answer: Any) -> bool:
    """Whether an answer is a page to look at, not a download, nor a part of a page."""
    whole = "text/html" in answer.headers.get("content-type", "")
    return bool(answer.status == 200 and whole and "<html" in answer.text())


def outside() -> list[str]:
    """Addresses without arguments outside of clinics."""
    routes = ("/" + one.route for one in everywhere() if not one.route.startswith((CLINIC, "api/v1/clinics")))
    return sorted({route for route in routes if not re.search(r"[<^(]", route)})


def explore(fetch: Fetch, clinic: str) -> Found:
    """Follow links from each role's Today, then fill what no link led to, and look at what that leads to."""
    found = Found()
    names = {one.name: one for one in addresses()}
    waiting = deque((role, f"/c/{clinic}/") for role in sorted(ROLES, key=lambda role: -len(ROLES[role])))
    met: set[str] = set()
    while waiting:
        role, address = waiting.popleft()
        for link in _look(found, fetch, role, address):
            name = _name(link)
            if name in names and link not in met and found.fetched.get(name, 0) < FETCHED:
                met.add(link)
                found.fetched[name] = found.fetched.get(name, 0) + 1
                waiting.append((sees_most(names[name].access), link))
    for one in names.values():
        if one.name not in found.seen:
            for address in _filled(one, found.arguments, clinic):
                for link in _look(found, fetch, sees_most(one.access), address):
                    if (name := _name(link)) in names and name not in found.seen:
                        _look(found, fetch, sees_most(names[name].access), link)
    return found


def _look(found: Found, fetch: Fetch, role: str, address: str) -> Iterator[str]:
    answer = fetch(role, address)
    if not is_page(answer):
        return iter(())
    text, name = answer.text(), _name(address)
    shape = frozenset(re.findall(r' id="([a-z][a-z_-]*)"', text))
    shapes = found.shapes.setdefault(name, set())
    if shape not in shapes and len(shapes) < SHAPES:
        shapes.add(shape)
        found.seen.setdefault(name, []).append(address)
    for key, value in resolve(address).kwargs.items():
        found.arguments.setdefault(key, {})[str(value)] = None
    return iter(dict.fromkeys(re.findall(r'href="(/c/[0-9a-f-]{36}/[^"?#]*)"', text)))


def _name(address: str) -> str:
    try:
        return str(resolve(address).view_name)
    except Resolver404:
        return ""


def _filled(one: Address, arguments: dict[str, dict[str, None]], clinic: str) -> Iterable[str]:
    """Addresses of a route, from arguments that were met."""
    wanted = [name for name in ARGUMENT.findall(one.route) if name != "clinic"]
    for values in product(*(arguments.get(name, {}) for name in wanted)):
        given = {"clinic": clinic, **dict(zip(wanted, values, strict=True))}
        yield "/" + ARGUMENT.sub(lambda found, given=given: given[found[1]], one.route)
