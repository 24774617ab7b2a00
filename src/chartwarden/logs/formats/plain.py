"""The accesses feed of the project's own contract: CSV, TSV, newline-delimited JSON or Parquet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

from chartwarden.logs.contracts import (
    ACCESS_MEANINGS,
    ACTIONS,
    ACTIONS_WITHOUT_PATIENT,
    DOCUMENTS,
    OUTCOMES,
    AccessEvent,
    Column,
    Feed,
    FormatExample,
    Head,
    LogFormat,
    Quarantined,
    Row,
    Source,
)  # fmt: skip
from chartwarden.logs.engine import name, text
from chartwarden.logs.tables.files import open_table, read_rows
from chartwarden.logs.tables.rows import RowReader, Texts
from chartwarden.logs.tables.typed import GUESSED, SOUND
from chartwarden.logs.tables.values import RowFault


def _column(column: str, kind: str, required: bool = False, words: tuple[str, ...] = ()) -> Column:
    return Column(column, kind, ACCESS_MEANINGS[column], required, words)


FEED = Feed(
    name="accesses",
    columns=(
        _column("occurred_at", "instant", required=True),
        _column("actor", "id", required=True),
        _column("action", "word", required=True, words=ACTIONS),
        _column("patient", "id"),
        _column("encounter", "id"),
        _column("document", "word", words=DOCUMENTS),
        _column("device", "id"),
        _column("address", "id"),
        _column("outcome", "word", words=OUTCOMES),
        _column("purpose", "text"),
        _column("query", "text"),
        _column("event", "id"),
    ),
    key=("event",),
    must_exist=True,
)
COLUMNS = tuple(column.name for column in FEED.columns)
# The keys of a JSON file are looked for in so many rows.
KEYS_WITHIN = 1000
_ACTION, _PATIENT = COLUMNS.index("action"), COLUMNS.index("patient")


def recognises(head: Head) -> bool:
    """Its required columns stand in the header, or in the first object, or it is Parquet."""
    if head.start.startswith(b"PAR1"):
        return True
    required = [column.name for column in FEED.columns if column.required]
    if head.text.lstrip().startswith("{"):
        return all(f'"{column}"' in head.header for column in required)
    return set(required) <= {found.strip(' "') for found in head.header.replace("\t", ",").split(",")}


def read(source: Source) -> Iterator[Row]:
    """Every row in order. Raises InputRefused where the file as a whole can't be used."""
    reader = RowReader(FEED, source.zone)

    def event(line: int, texts: Texts) -> AccessEvent:
        row = reader.read(texts)
        if row.values[_PATIENT] is None and row.values[_ACTION] not in ACTIONS_WITHOUT_PATIENT:
            raise RowFault(f"expected a value in patient, as the action is {row.values[_ACTION]}; found none")
        fields: dict[str, Any] = dict(zip(COLUMNS, row.values, strict=True))
        return AccessEvent(line=line, guessed=row.guessed, **fields)

    for line, found in read_rows(open_table(FEED, source.path, source.name), source.name, event):
        yield Quarantined(line, str(found)) if isinstance(found, RowFault) else found


def fast(source: Source) -> str | None:
    """The same in SQL, with the actor null where a row has a fault; None where the file needs the careful way."""
    typed = open_table(FEED, source.path, source.name).select(source.zone)
    if typed is None:
        return None
    without = ", ".join(text(action) for action in ACTIONS_WITHOUT_PATIENT)
    sound = f"{name(SOUND)} AND (patient IS NOT NULL OR action IN ({without}))"
    return (
        "SELECT event, occurred_at, CAST(NULL AS TIMESTAMP) AS recorded_at, "
        f"CASE WHEN {sound} THEN actor END AS actor, action, patient, CAST(NULL AS VARCHAR) AS patient_hint, "
        f"encounter, document, device, address, outcome, purpose, query, {name(GUESSED)} AS guessed FROM ({typed})"
    )


def count(source: Source) -> int | None:
    """The rows of a file that ``fast`` can read."""
    return open_table(FEED, source.path, source.name).count()


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
    ),
)
