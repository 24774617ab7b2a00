"""The TOML that says what another's columns and words mean.

``delimiter``, ``zone`` (IANA; else the clinic's) and ``time`` (as Python's ``strptime``; else ISO 8601) are optional.
``[columns]`` names, for a column of the accesses feed, the file's column, or several to be joined by a blank.
``[values.COLUMN]`` gives the feed's word for the file's. ``[constants]`` fills columns that the file lacks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.logs.formats._accesses_feed import FEED, REQUIRED, column
from chartwarden.logs.tables.rows import Texts
from chartwarden.logs.tables.values import RowFault, shown, trimmed, zone_names

DELIMITERS = (",", "\t", ";", "|")
MAPPED = replace(FEED, columns=(*FEED.columns, column("recorded_at", "instant"), column("patient_hint", "text")))
KNOWN = tuple(known.name for known in MAPPED.columns)
INSTANTS = tuple(known.name for known in MAPPED.columns if known.kind == "instant")
KEYS = ("delimiter", "zone", "time", "columns", "values", "constants")


@dataclass(frozen=True)
class Mapping:
    """What a file's columns and words mean. ``columns`` gives, for a column of the feed, the file's to be joined."""

    columns: dict[str, tuple[str, ...]]
    values: dict[str, dict[str, str]]
    constants: dict[str, str]
    delimiter: str | None = None
    zone: str | None = None
    time: str | None = None

    def sources(self) -> tuple[str, ...]:
        """The file's columns that are read."""
        return tuple(dict.fromkeys(source for joined in self.columns.values() for source in joined))

    def texts(self, own: Texts) -> Texts:
        """A row by the feed's columns. Raises RowFault where a time is not of the format."""
        mapped: dict[str, str | None] = dict(self.constants)
        for name, joined in self.columns.items():
            parts = [part for source in joined if (part := trimmed(own[source])) is not None]
            found = " ".join(parts) if len(parts) == len(joined) else None
            mapped[name] = self.values.get(name, {}).get(found or "", found)
            if self.time and name in INSTANTS and found is not None:
                mapped[name] = _iso(name, found, self.time)
        return mapped


def _iso(name: str, found: str, time: str) -> str:
    try:
        return datetime.strptime(found, time).isoformat()  # noqa: DTZ007 (a local time, or %z gives its offset)
    except ValueError:
        raise RowFault(f"{name}: expected a time written as {time}; found {shown(found)}") from None


def load(path: Path) -> Mapping:
    """Read the TOML. Raises InputRefused, one fault a key, where it can't be used."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise refuse(path.name, "TOML in UTF-8", str(fault)) from None
    faults = [fault for refused in _faults(path.name, content) for fault in refused.faults]
    if faults:
        raise InputRefused(*faults)
    columns = {name: (found,) if isinstance(found, str) else tuple(found) for name, found in content["columns"].items()}
    values = {name: _trimmed(words) for name, words in content.get("values", {}).items()}
    return Mapping(
        columns,
        values,
        _trimmed(content.get("constants", {})),
        content.get("delimiter"),
        content.get("zone"),
        content.get("time"),
    )


def _trimmed(words: dict[str, str]) -> dict[str, str]:
    return {key: trimmed(word) or "" for key, word in words.items()}


def _faults(file: str, content: dict[str, object]) -> Iterator[InputRefused]:
    yield from _unknown(file, "", content, KEYS)
    if content.get("delimiter", ",") not in DELIMITERS:
        yield refuse(f"{file}, delimiter", "a comma, a tab, a semicolon or a bar", repr(content["delimiter"]))
    if "zone" in content and content["zone"] not in zone_names():
        yield refuse(f"{file}, zone", "an IANA time zone such as America/Chicago", repr(content["zone"]))
    if "time" in content and not _is_time_format(content["time"]):
        yield refuse(f"{file}, time", "a format such as %m/%d/%Y %H:%M", repr(content["time"]))
    tables: dict[str, dict[str, object]] = {}
    for key in ("columns", "values", "constants"):
        table = content.get(key, {})
        if not isinstance(table, dict):
            yield refuse(f"{file}, {key}", "a table", repr(table))
            return
        yield from _unknown(file, f"{key}.", table, KNOWN)
        tables[key] = table
    columns, values, constants = tables["columns"], tables["values"], tables["constants"]
    yield from _column_faults(file, columns, constants)
    for name, words in values.items():
        if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
            yield refuse(f"{file}, values.{name}", "a table of words to words", repr(words))
        elif name not in columns:
            yield refuse(f"{file}, values.{name}", f"columns.{name} as well", "none")
    for name, constant in constants.items():
        if not isinstance(constant, str):
            yield refuse(f"{file}, constants.{name}", "a text", repr(constant))


def _column_faults(file: str, columns: dict[str, object], constants: dict[str, object]) -> Iterator[InputRefused]:
    for name, found in columns.items():
        parts = found if isinstance(found, list) else [found]
        if not parts or not all(isinstance(part, str) and part.strip() for part in parts):
            yield refuse(f"{file}, columns.{name}", "the name of a column, or a list of names", repr(found))
        if name in constants:
            yield refuse(f"{file}, constants.{name}", "a column or a constant", "both")
    for name in REQUIRED:
        if name not in columns and name not in constants:
            yield refuse(f"{file}, columns.{name}", "the name of a column, or a list of names", "none")


def _unknown(file: str, prefix: str, table: dict[str, object], known: tuple[str, ...]) -> Iterator[InputRefused]:
    for key in table:
        if key not in known:
            yield refuse(f"{file}, {prefix}{key}", f"one of {', '.join(known)}", "another key")


def _is_time_format(value: object) -> bool:
    """Whether Python can read back what it writes in that format."""
    if not isinstance(value, str) or "%" not in value:
        return False
    moment = datetime(2026, 3, 8, 14, 5, 6)
    try:
        return datetime.strptime(moment.strftime(value), value).year in (moment.year, 1900)  # noqa: DTZ007
    except ValueError:
        return "%z" in value and _is_time_format(value.replace("%z", ""))
