"""Every form of every page, as a browser would find them, and the values that nobody well-meaning would send."""

from __future__ import annotations

import hashlib
import importlib
import os
import pkgutil
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_from_bytes, urljoin
from uuid import UUID, uuid4

from django.apps import apps
from django.db import transaction

import tests.support.samples as samples
from chartwarden.cli.pages.permissions import Address, addresses
from chartwarden.people.contracts import Permission
from chartwarden.people.roles import ROLES
from tests.support.clinic import House

FULL = os.environ.get("CHARTWARDEN_FAULTS") == "full"
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
FILLED = {"int": "0", "day": "2026-03-02"}
WALKERS = ("owner", "privacy_officer", "coder", "human_resources")
"""Roles that together see every form."""
HOSTILE: Mapping[str, str] = {
    "nul": "a\x00b",
    "long": "x" * 100_000,
    "empty": "",
    "space": " \t\r\n",
    "formula": "=cmd|' /C calc'!A0",
    "markup": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "controls": "\x01\x1b[2J\x7f\u202e\u2028\ufeff",
    "surrogate": "\ud800",
    "template": "{{ 7|add:7 }}{% now 'Y' %}%s%n",
    "number": "99999999999999999999999999999",
    "negative": "-1",
    "not a number": "NaN",
    "no uuid": "00000000-0000-0000-0000-00000000000g",
    "nobody": "00000000-0000-4000-8000-000000000000",
    "date": "0000-00-00",
    "far date": "9999-12-31",
    "past date": "0001-01-01",
    "sql": "'; DROP TABLE review_review; --",
    "path": "../../../etc/passwd",
    "digits": "٣٤",
    "exponent": "1e400",
}
SHORT = ("nul", "long", "surrogate", "number")
"""Those that `make test` sends; `make faults` sends all."""


@dataclass
class Form:
    """A form as it stands on a page: where it leads, and what it would send as it is."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """The same form on several pages is one."""
        return self.action, tuple(sorted(self.values))


class Forms(HTMLParser):
    """Collects a page's forms."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base, self.found = base, []
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Forms and their fields."""
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(urljoin(self.base, has.get("action", "")), has.get("method", "get").lower()))
        if not self.found:
            return
        last, name = self.found[-1], has.get("name", "")
        if tag == "select":
            self._select = name
            last.values.setdefault(name, [])
        elif tag == "option" and self._select and ("selected" in has or not last.values[self._select]):
            last.values[self._select] = [has.get("value", "")]
        elif tag == "textarea" and name:
            self._area = name
            last.values[name] = [""]
        elif tag in ("input", "button") and name and has.get("type") == "file":
            last.files.add(name)
        elif tag in ("input", "button") and name and name != "csrfmiddlewaretoken":
            last.values.setdefault(name, []).append(has.get("value", "on"))

    def handle_data(self, data: str) -> None:
        """What stands in a text field."""
        if self._area:
            self.found[-1].values[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        """A field's end."""
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def read_to_the_end(answer: Any) -> None:
    """Read an answer that streams; that closes it the test client's way, which spares the database's connection."""
    if answer.streaming:
        deque(answer.streaming_content, maxlen=0)


def pages() -> list[Address]:
    """Pages of a clinic that the application itself guards."""
    return [one for one in addresses() if isinstance(one.access, Permission)]


def address(page: Address, clinic: UUID, given: Mapping[str, object]) -> str:
    """A page's address, with what is known for its arguments."""

    def fill(found: re.Match[str]) -> str:
        kind, name = found.groups()
        other = uuid4() if kind == "uuid" else FILLED.get(kind, "x")
        return str(clinic if name == "clinic" else given.get(name, other))

    return "/" + ARGUMENT.sub(fill, page.route)


def samples_of(house: House) -> dict[str, object]:
    """Objects of a house by the names of the addresses' arguments."""
    found: dict[str, object] = {}
    for module in pkgutil.iter_modules(samples.__path__):
        found |= importlib.import_module(f"{samples.__name__}.{module.name}").make(house)
    return found


def forms_of(client: Any, house: House, given: Mapping[str, object], role: str) -> list[Form]:
    """The forms that somebody of a role is shown, each once."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for page in pages():
        if page.access not in ROLES[role]:
            continue
        there = address(page, house.id, given)
        with transaction.atomic():
            answer = client.get(there)
            transaction.set_rollback(True)
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            reader = Forms(there)
            reader.feed(answer.text)
            found |= {form.key: form for form in reader.found if form.method == "post"}
        read_to_the_end(answer)
    return [form for key, form in sorted(found.items()) if "/accounts/" not in key[0]]


def attacks(form: Form) -> Iterator[tuple[str, dict[str, Any]]]:
    """What to send: every field with the same hostile value, then one field at a time among sound ones."""
    wanted = HOSTILE if FULL else {name: HOSTILE[name] for name in SHORT}
    sound = {name: values[-1] if values else "" for name, values in form.values.items()}
    filled = {name: value or "words" for name, value in sound.items()}
    yield "as it is", sound
    for what, value in wanted.items():
        yield f"all {what}", dict.fromkeys(form.values, value)
        for name in form.values if FULL or what == "nul" else ():
            yield f"{name} {what}", {**filled, name: value}
    yield "twice", {name: [value, value] for name, value in filled.items()}
    yield "unasked", {**filled, "id": str(uuid4()), "clinic": str(uuid4()), "state": "signed", "is_staff": "1"}


ENCODED = "application/x-www-form-urlencoded"


def encoded(values: Mapping[str, Any]) -> str:
    """Fields as a form's body, half surrogates and all."""
    pairs = [
        (name, one) for name, value in values.items() for one in (value if isinstance(value, list | tuple) else [value])
    ]
    return "&".join(
        "=".join(quote_from_bytes(str(part).encode("utf-8", "surrogatepass")) for part in pair) for pair in pairs
    )


def state() -> dict[str, str]:
    """A digest of every table of the rooms, by name; what libraries keep of a session is no change of a clinic's."""
    found = {}
    for model in apps.get_models():
        if model.__module__.startswith("chartwarden."):
            rows = sorted(repr(row) for row in model._base_manager.values_list())
            found[model._meta.db_table] = hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest()
    return found
