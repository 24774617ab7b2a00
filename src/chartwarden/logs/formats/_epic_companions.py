"""Clarity tables that lie beside ACCESS_LOG: the details of its rows, and the names behind its numbers.

- ACCESS_LOG_DTL (in Clarity today ACC_LOG_DTL_IX): ACCESS_INSTANT, PROCESS_ID, STRING_VALUE and, where exported,
  DATA_MNEMONIC_ID. Joined with ACCESS_LOG by ACCESS_INSTANT and PROCESS_ID, which both files must write alike.
- ACCESS_LOG_METRIC: METRIC_ID, METRIC_NAME. ZC_ACCESS_ACTION: ACCESS_ACTION_C, NAME.

A file is one of these by the beginning of its name. A detail that cannot be read leaves its access without it: the
access itself is a row of ACCESS_LOG, so nothing is lost from the count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from chartwarden.logs.formats._delimited import read_table
from chartwarden.logs.formats._row_values import RowFault

DETAILS = ("ACCESS_LOG_DTL", "ACC_LOG_DTL")
METRICS = ("ACCESS_LOG_METRIC",)
ACTIONS = ("ZC_ACCESS_ACTION",)
KEYS = ("ACCESS_INSTANT", "PROCESS_ID")


def claims(name: str) -> bool:
    """Whether a file's name is that of a companion."""
    return name.upper().startswith(DETAILS + METRICS + ACTIONS)


def rows(name: str, path: Path) -> int:
    """How many rows a companion holds. Raises InputRefused where it is empty."""
    return sum(1 for _ in read_table(path, name, ()))


def names(companions: Mapping[str, Path], kind: tuple[str, ...], key: str, value: str) -> dict[str, str]:
    """The names by number in all companions of a kind. Raises InputRefused where a column is missing."""
    return {
        number: text
        for name, path in _of(companions, kind)
        for number, text in _pairs(path, name, key, value)
    }  # fmt: skip


class Details:
    """ACCESS_LOG_DTL by key, in a private temporary database that leaves memory when large and is gone on close."""

    def __init__(self, companions: Mapping[str, Path]) -> None:
        self._files = list(_of(companions, DETAILS))
        self._store = sqlite3.connect("")
        self._store.execute("CREATE TABLE detail (instant TEXT, process TEXT, mnemonic TEXT, value TEXT)")
        for name, path in self._files:
            self._store.executemany("INSERT INTO detail VALUES (?, ?, ?, ?)", _details(path, name))
        self._store.execute("CREATE INDEX by_key ON detail (instant, process)")

    def of(self, moment: str | None, process: str | None) -> list[tuple[str | None, str]]:
        """Mnemonic and value of each detail of one access, as the files list them."""
        if not self._files:
            return []
        found = self._store.execute(
            "SELECT mnemonic, value FROM detail WHERE instant = ? AND process = ? ORDER BY rowid", (moment, process)
        )
        return found.fetchall()

    def close(self) -> None:
        """Let the temporary database go."""
        self._store.close()


def _of(companions: Mapping[str, Path], kind: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    return ((name, path) for name, path in sorted(companions.items()) if name.upper().startswith(kind))


def _pairs(path: Path, name: str, key: str, value: str) -> Iterator[tuple[str, str]]:
    for _, values in read_table(path, name, (key, value), str.upper):
        if not isinstance(values, RowFault) and (number := values[key]) and (text := values[value]):
            yield number, text


def _details(path: Path, name: str) -> Iterator[tuple[str | None, ...]]:
    for _, values in read_table(path, name, (*KEYS, "STRING_VALUE"), str.upper):
        if not isinstance(values, RowFault) and values["STRING_VALUE"]:
            yield values["ACCESS_INSTANT"], values["PROCESS_ID"], values.get("DATA_MNEMONIC_ID"), values["STRING_VALUE"]
