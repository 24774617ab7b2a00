"""How an MDM's answer becomes rows of the devices feed: a mapping in plain lines, read and applied. Pure.

A line says where a column comes from, by a JSON pointer (RFC 6901) into a device::

    rows = /value                                   where the list of devices is (nothing: the answer is the list)
    next = /@odata.nextLink                         where the address of the next page is
    device = /deviceName
    person = /userPrincipalName before @
    owner = /managedDeviceOwnerType: company is clinic, personal is personal
    encrypted = /isEncrypted
    managed = /complianceState: compliant is yes
    antivirus = always yes

What a device does not say is not known, and what is not known is not in order: a device of no person is nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from chartwarden.devices.rules import OWNERS
from chartwarden.kernel.errors import Fault, InputRefused, refuse

FLAGS = ("encrypted", "managed", "antivirus")
DAYS = ("approved_from", "approved_to")
COLUMNS = ("device", "person", "owner", *FLAGS, *DAYS, "mdm")
NEEDED = ("device", "person", "owner", *FLAGS)
NOBODY = "?"
"""A person whom no workforce knows."""
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
LINE = re.compile(r"(\w+)\s*=\s*(.*)")
SOURCE = re.compile(r"(/[^:]*?)?(?:\s+before\s+(\S))?\s*(?::(.*))?")
MOST_TEXT, MOST_LINES = 4000, 30
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """Where a column comes from: a pointer, or a word that always holds. ``words`` are what the MDM's words mean."""

    pointer: str = ""
    before: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    always: str | None = None


@dataclass(frozen=True)
class Mapped:
    """A mapping that was read: the pointers of the list and of the next page, and where each column comes from."""

    rows: str
    following: str
    columns: Mapping[str, Source]


def read_mapping(text: str) -> Mapped:
    """A mapping from its lines. Raises InputRefused with every line that can't be read, or missing columns."""
    faults, columns, places = [], {}, {"rows": "", "next": ""}
    lines = [line.strip() for line in text[:MOST_TEXT].splitlines()]
    for number, line in enumerate(lines[:MOST_LINES], start=1):
        if not line or line.startswith("#"):
            continue
        found = LINE.fullmatch(line)
        source = _source(found[2]) if found else None
        if found and found[1] in places and source and source.always is None:
            places[found[1]] = source.pointer
        elif found and found[1] in COLUMNS and source:
            columns[found[1]] = source
        else:
            faults.append(Fault(f"mapping, line {number}", "such as device = /deviceName", "something else"))
    missing = [name for name in NEEDED if name not in columns]
    if missing and not faults:
        faults.append(Fault("mapping", "a line for " + ", ".join(missing), "none"))
    if faults:
        raise InputRefused(*faults)
    return Mapped(places["rows"], places["next"], columns)


def _source(text: str) -> Source | None:
    if text.startswith("always "):
        return Source(always=text.removeprefix("always ").strip())
    found = SOURCE.fullmatch(text.strip())
    if found is None or not found[1]:
        return None
    pairs = [part.partition(" is ") for part in (found[3] or "").split(",") if part.strip()]
    if not all(sign and name.strip() and meaning.strip() for name, sign, meaning in pairs):
        return None
    words = {name.strip().lower(): meaning.strip().lower() for name, _, meaning in pairs}
    return Source(found[1].strip(), found[2] or "", words)


def at_pointer(value: object, pointer: str) -> object:
    """What lies at a JSON pointer; None where nothing does."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def devices_in(answer: object, mapped: Mapped) -> Sequence[object]:
    """The list of devices in an answer. Raises InputRefused where there is none."""
    found = at_pointer(answer, mapped.rows)
    if not isinstance(found, list):
        raise refuse("the answer", f"a list at {mapped.rows or '/'}", "none")
    return found


def next_page(answer: object, mapped: Mapped, page: str) -> str:
    """The address of the next page, at the same host; "" where this was the last. Raises InputRefused for another."""
    found = at_pointer(answer, mapped.following) if mapped.following else None
    if not isinstance(found, str) or not found:
        return ""
    whole = urljoin(page, found)
    here, there = urlsplit(page), urlsplit(whole)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        raise refuse("the next page", "an address at the same host", "another host")
    return whole


def rows_from(devices: Iterable[object], mapped: Mapped) -> tuple[list[Row], int]:
    """Rows of the devices feed, in the order of their names, and how many devices were left out for want of a name.

    Of devices that have one name and differ, what they differ in is not known.
    """
    found: dict[str, Row] = {}
    left_out = 0
    for device in devices:
        row = {name: _value(device, name, mapped.columns.get(name)) for name in COLUMNS}
        name = row["device"]
        if not name or len(name) > 120:
            left_out += 1
            continue
        row["person"] = row["person"] or NOBODY
        before = found.get(name)
        found[name] = row if before is None else _both(before, row)
    return [found[name] for name in sorted(found)], left_out


def _both(one: Row, other: Row) -> Row:
    """What two devices of one name agree in. Whose it is where they don't: somebody whom nobody knows."""
    agreed = {name: value if other[name] == value else None for name, value in one.items()}
    return agreed | {"person": agreed["person"] or NOBODY}


def _value(device: object, name: str, source: Source | None) -> Any:
    """A value in the feed's kind; None where the device does not say it, or not in words that mean something."""
    if source is None:
        return None
    found = source.always if source.always is not None else at_pointer(device, source.pointer)
    if found is None or isinstance(found, Mapping | list):
        return None
    text = ("yes" if found else "no") if isinstance(found, bool) else str(found).strip()
    if source.before:
        text = text.partition(source.before)[0].strip()
    text = source.words.get(text.lower(), "" if source.words else text)
    return _typed(name, text)


def _typed(name: str, text: str) -> Any:
    if name in FLAGS:
        return True if text.lower() in YES else False if text.lower() in NO else None
    if name in DAYS:
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            return None
    if name == "owner":
        return text.lower() if text.lower() in OWNERS else None
    return text[:200] or None
