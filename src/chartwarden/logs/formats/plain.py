"""The accesses feed of the project's own contract: CSV, TSV, newline-delimited JSON or Parquet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice

from chartwarden.logs.contracts import FormatExample, Head, LogFormat, Row, Source
from chartwarden.logs.formats._accesses_feed import FEED, REQUIRED, read_events, select_events
from chartwarden.logs.tables.files import open_table

# The keys of a JSON file are looked for in so many rows.
KEYS_WITHIN = 1000


def recognises(head: Head) -> bool:
    """Its required columns stand in the header, or in the first object, or it is Parquet."""
    if head.start.startswith(b"PAR1"):
        return True
    if head.text.lstrip().startswith("{"):
        return all(f'"{column}"' in head.text.lstrip().split("\n", 1)[0] for column in REQUIRED)
    return set(REQUIRED) <= {found.strip(' "') for found in head.header.replace("\t", ",").split(",")}


def read(source: Source) -> Iterator[Row]:
    """Every row in order. Raises InputRefused where the file as a whole can't be used."""
    return read_events(open_table(FEED, source.path, source.name), FEED, source.name, source.zone)


def fast(source: Source) -> str | None:
    """The same in SQL, with the actor null where a row has a fault; None where the file needs the careful way."""
    typed = open_table(FEED, source.path, source.name).select(source.zone)
    return typed and select_events(typed, FEED)


def count(source: Source) -> int | None:
    """The rows of a file that ``fast`` can read."""
    return open_table(FEED, source.path, source.name).count()


def header_lines(source: Source) -> int | None:
    """The lines up to and with the header, where the file may be cut at line ends; else None."""
    return open_table(FEED, source.path, source.name).header_lines()


def notes(source: Source) -> tuple[str, ...]:
    """The unknown columns, which are ignored."""
    table = open_table(FEED, source.path, source.name)
    if not table.header().width:
        deque(islice(table.rows(lambda line, texts: None), KEYS_WITHIN), maxlen=0)  # noqa: ARG005
    return table.header().notes


FORMAT = LogFormat(
    title="Plain accesses feed",
    source="The project's own contract, docs/reference/feeds.md.",
    recognises=recognises,
    read=read,
    fast=fast,
    notes=notes,
    count=count,
    header_lines=header_lines,
    examples=(
        FormatExample(
            title="A coder opens a chart; a row with a bad time is quarantined",
            content=(
                b"occurred_at,actor,action,patient,event\n"
                b"2026-03-02T09:15:00-06:00,mlopez,open,P17,e1\n"
                b"yesterday,mlopez,open,P18,e2\n"
                b"2026-03-02 09:20,mlopez,search,,e3\n"
            ),
            becomes=(
                {"occurred_at": "2026-03-02T15:15:00", "actor": "mlopez", "action": "open", "patient": "P17"},
                {"occurred_at": "2026-03-02T15:20:00", "action": "search", "patient": None, "event": "e3"},
            ),
            quarantined=(3,),
            zone="America/Chicago",
        ),
        FormatExample(
            title="The same columns as one JSON object a line",
            content=b'{"occurred_at": "2026-03-02T15:15:00Z", "actor": "mlopez", "action": "print", "patient": "P17"}\n',
            becomes=({"occurred_at": "2026-03-02T15:15:00", "action": "print", "patient": "P17", "event": None},),
            name="accesses.ndjson",
        ),
    ),
)
