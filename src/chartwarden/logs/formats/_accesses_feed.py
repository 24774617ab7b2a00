"""The accesses feed's columns, and from its rows to access events: by Python, and by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import (
    ACCESS_MEANINGS,
    ACCESS_SCHEMA,
    ACTIONS,
    ACTIONS_WITHOUT_PATIENT,
    DOCUMENTS,
    OUTCOMES,
    AccessEvent,
    Column,
    Feed,
    Quarantined,
    Row,
)
from chartwarden.logs.engine import name, text
from chartwarden.logs.tables.files import Table, read_rows
from chartwarden.logs.tables.rows import RowReader, Texts
from chartwarden.logs.tables.typed import GUESSED, SOUND
from chartwarden.logs.tables.values import RowFault


def column(name_: str, kind: str, required: bool = False, words: tuple[str, ...] = ()) -> Column:
    """A column of ACCESS_SCHEMA as a feed's."""
    return Column(name_, kind, ACCESS_MEANINGS[name_], required, words)


FEED = Feed(
    name="accesses",
    columns=(
        column("occurred_at", "instant", required=True),
        column("actor", "id", required=True),
        column("action", "word", required=True, words=ACTIONS),
        column("patient", "id"),
        column("encounter", "id"),
        column("document", "word", words=DOCUMENTS),
        column("device", "id"),
        column("address", "id"),
        column("outcome", "word", words=OUTCOMES),
        column("purpose", "text"),
        column("query", "text"),
        column("event", "id"),
    ),
    key=("event",),
    must_exist=True,
)
REQUIRED = tuple(known.name for known in FEED.columns if known.required)


def read_events(table: Table, feed: Feed, file: str, zone: ZoneInfo) -> Iterator[Row]:
    """The table's rows as events or in quarantine. ``feed`` has FEED's columns, and may have more of ACCESS_SCHEMA."""
    reader = RowReader(feed, zone)
    columns = tuple(known.name for known in feed.columns)

    def event(line: int, texts: Texts) -> AccessEvent:
        row = reader.read(texts)
        fields: dict[str, Any] = dict(zip(columns, row.values, strict=True))
        if fields["patient"] is None and fields["action"] not in ACTIONS_WITHOUT_PATIENT:
            raise RowFault(f"expected a value in patient, as the action is {fields['action']}; found none")
        return AccessEvent(line=line, guessed=row.guessed, **fields)

    for line, found in read_rows(table, file, event):
        yield Quarantined(line, str(found)) if isinstance(found, RowFault) else found


def select_events(typed: str, feed: Feed) -> str:
    """ACCESS_SCHEMA's columns but ``file`` from a SELECT of ``typed.select``; the actor is null where a row has a fault."""
    without = ", ".join(text(action) for action in ACTIONS_WITHOUT_PATIENT)
    sound = f"{name(SOUND)} AND (patient IS NOT NULL OR action IN ({without}))"
    values = {"recorded_at": "CAST(NULL AS TIMESTAMP)", "patient_hint": "CAST(NULL AS VARCHAR)"}
    values |= {known.name: name(known.name) for known in feed.columns}
    values |= {"actor": f"CASE WHEN {sound} THEN actor END", "guessed": name(GUESSED)}
    columns = [f"{values[known]} AS {name(known)}" for known in ACCESS_SCHEMA.names if known != "file"]
    return f"SELECT {', '.join(columns)} FROM ({typed})"
