"""Any other CSV or TSV, told what its columns and words mean by a small TOML beside it (NAME.toml for NAME.csv)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from zoneinfo import ZoneInfo

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Column, Feed, FormatExample, Head, LogFormat, Row, Source
from chartwarden.logs.formats._accesses_feed import read_events, select_events
from chartwarden.logs.formats._mapping_file import MAPPED, Mapping, load
from chartwarden.logs.formats._mapping_sql import mapped_texts
from chartwarden.logs.tables import typed
from chartwarden.logs.tables.delimited import DelimitedTable
from chartwarden.logs.tables.header import Header
from chartwarden.logs.tables.rows import T, Texts
from chartwarden.logs.tables.values import RowFault


def recognises(head: Head) -> bool:
    """A TOML of its name lies beside it."""
    return toml_name(head.name) in head.companions and not head.name.endswith(".toml")


def toml_name(file: str) -> str:
    """``log.toml`` for ``log.csv`` and ``log.csv.gz``."""
    return PurePath(file.removesuffix(".gz")).with_suffix(".toml").name


class MappedTable:
    """A file read through its mapping: its rows have the accesses feed's columns."""

    def __init__(self, source: Source) -> None:
        toml = source.companions.get(toml_name(source.name))
        if toml is None:
            raise refuse(source.name, f"{toml_name(source.name)} beside it", "no such file")
        self.mapping: Mapping = load(toml)
        self.zone = ZoneInfo(self.mapping.zone) if self.mapping.zone else source.zone
        columns = tuple(Column(name, "text", "", required=True) for name in self.mapping.sources())
        self._own = DelimitedTable(Feed(source.name, columns), source.path, source.name, self.mapping.delimiter)

    def header(self) -> Header:
        """The file's own columns that the mapping names."""
        return self._own.header()

    def count(self) -> int | None:
        """How many rows it has, where ``select`` gives a SELECT."""
        return self._own.count()

    def header_lines(self) -> int | None:
        """How many lines must stand before each piece, where the file may be cut at line ends; else None."""
        return self._own.header_lines()

    def rows(self, read: Callable[[int, Texts], T]) -> Iterator[tuple[int, T | RowFault]]:
        """Every row with its line, as ``read`` makes it of the line and the mapped texts, or its fault."""
        return self._own.rows(lambda line, texts: read(line, self.mapping.texts(texts)))

    def select(self, zone: ZoneInfo) -> str | None:
        """As ``typed.select`` says; None where the file, or its time format, needs the careful way."""
        own = self._own.texts()
        mapped = own and mapped_texts(self.mapping, own)
        return typed.select(MAPPED, mapped, zone) if mapped else None


def read(source: Source) -> Iterator[Row]:
    """Every row in order. Raises InputRefused where the TOML or the header can't be used."""
    table = MappedTable(source)
    return read_events(table, MAPPED, source.name, table.zone)


def fast(source: Source) -> str | None:
    """The same in SQL, with the actor null where a row has a fault; None where the file needs the careful way."""
    table = MappedTable(source)
    found = table.select(table.zone)
    return found and select_events(found, MAPPED)


def count(source: Source) -> int | None:
    """The rows of a file that ``fast`` can read."""
    return MappedTable(source).count()


def header_lines(source: Source) -> int | None:
    """The lines up to and with the header, where the file may be cut at line ends; else None."""
    return MappedTable(source).header_lines()


EXAMPLE = b"""\
delimiter = ";"
time = "%m/%d/%Y %I:%M %p"
zone = "America/Chicago"

[columns]
occurred_at = ["Date", "Time"]
actor = "User"
action = "Activity"
patient = "MRN"

[values.action]
"Chart Opened" = "open"
"Printed" = "print"

[constants]
device = "EHR"
"""

FORMAT = LogFormat(
    title="Any CSV or TSV with a mapping beside it",
    source="The file's owner, who says in the TOML beside it what its columns and words mean.",
    recognises=recognises,
    read=read,
    fast=fast,
    count=count,
    header_lines=header_lines,
    claims=lambda name: name.endswith(".toml"),
    examples=(
        FormatExample(
            title="Own names, own words, own times; a word that the mapping lacks is quarantined",
            name="log.csv",
            content=(
                b"MRN;Date;Time;User;Activity;Clinic\n"
                b"17;03/02/2026;09:15 AM;mlopez;Chart Opened;Main\n"
                b"18;03/02/2026;02:20 PM;mlopez;Printed;Main\n"
                b"18;03/02/2026;02:21 PM;mlopez;Faxed;Main\n"
            ),
            companions={"log.toml": EXAMPLE},
            becomes=(
                {
                    "occurred_at": "2026-03-02T15:15:00",
                    "actor": "mlopez",
                    "action": "open",
                    "patient": "17",
                    "device": "EHR",
                },
                {"occurred_at": "2026-03-02T20:20:00", "action": "print", "patient": "18"},
            ),
            quarantined=(4,),
        ),
    ),
)
