"""What other rooms, and the formats, may hold of an access log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

ACTIONS = (
    "open", "view", "search", "print", "export", "download", "copy", "edit", "create", "delete", "login", "logout",
)  # fmt: skip
ACTIONS_WITHOUT_PATIENT = ("search", "login", "logout")
DOCUMENTS = (
    "note", "operative", "pathology", "lab", "radiology", "discharge", "prior_authorization", "demographics",
    "billing", "other",
)  # fmt: skip
OUTCOMES = ("success", "denied")

ACCESS_MEANINGS = {
    "event": "The event's own id in its source; empty where the source has none.",
    "occurred_at": "When it happened: UTC, microseconds.",
    "recorded_at": "When the source wrote it down: UTC; empty where the source does not say.",
    "actor": "The EHR login that acted.",
    "action": "What was done, one of: " + ", ".join(ACTIONS) + ".",
    "patient": "The patient's id in the EHR; may be empty for " + ", ".join(ACTIONS_WITHOUT_PATIENT) + ".",
    "patient_hint": "Where the source names a patient but gives no id: FAMILY|GIVEN|ADDRESS|CITY|POSTAL CODE.",
    "encounter": "The encounter's id.",
    "document": "The kind of document seen, one of: " + ", ".join(DOCUMENTS) + ".",
    "device": "The workstation or device.",
    "address": "The network address the access came from.",
    "outcome": "success or denied; empty counts as success.",
    "purpose": "The purpose stated to the EHR, such as a break-the-glass reason.",
    "query": "What was searched for.",
    "guessed": "True where a clock change left the local time ambiguous or impossible (read with fold=0).",
    "file": "The input file's name.",
}
ACCESS_SCHEMA = pa.schema(
    [
        pa.field("event", pa.string()),
        pa.field("occurred_at", pa.timestamp("us"), nullable=False),
        pa.field("recorded_at", pa.timestamp("us")),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("action", pa.string(), nullable=False),
        pa.field("patient", pa.string()),
        pa.field("patient_hint", pa.string()),
        pa.field("encounter", pa.string()),
        pa.field("document", pa.string()),
        pa.field("device", pa.string()),
        pa.field("address", pa.string()),
        pa.field("outcome", pa.string()),
        pa.field("purpose", pa.string()),
        pa.field("query", pa.string()),
        pa.field("guessed", pa.bool_(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """One access, canonical; fields as in ACCESS_MEANINGS. Times are naive UTC.

    ``line`` is where its row begins in the source: the line for text, the position from 1 for other formats. A row
    may hold several events (an AuditEvent about two patients); they share its line.
    """

    line: int
    occurred_at: datetime
    actor: str
    action: str
    patient: str | None = None
    event: str | None = None
    recorded_at: datetime | None = None
    patient_hint: str | None = None
    encounter: str | None = None
    document: str | None = None
    device: str | None = None
    address: str | None = None
    outcome: str | None = None
    purpose: str | None = None
    query: str | None = None
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that cannot be read: where, and why in words ("expected …; found …"). Line counts from 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotAccess:
    """A row that is sound but is no access (an application start, a clock sync): counted as read, named in coverage."""

    line: int
    what: str


Row = AccessEvent | Quarantined | NotAccess


@dataclass(frozen=True)
class Head:
    """What a format may look at to know its own: the file's name, and its first bytes, decompressed."""

    name: str
    start: bytes
    companions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The start as text without a byte-order mark; bytes that are not UTF-8 become U+FFFD."""
        return self.start.decode("utf-8-sig", errors="replace")

    @property
    def header(self) -> str:
        """The first line."""
        return self.text.split("\n", 1)[0].rstrip("\r")


@dataclass(frozen=True)
class Source:
    """One input file to be read. ``path`` is plain bytes on disk, already decompressed.

    ``zone`` is the clinic's: local times are read in it. ``companions`` are files beside it, by name
    (a mapping's TOML, ACCESS_LOG_DTL).
    """

    name: str
    path: Path
    zone: ZoneInfo
    companions: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class FormatExample:
    """A sample of a format and what it must become: its documentation and its test.

    ``becomes`` lists, in order, what each event must hold (only the keys given are compared; times as ISO 8601 in
    UTC). ``companions`` are files beside the sample by name. ``zone`` is the clinic's.
    """

    title: str
    content: bytes
    becomes: tuple[Mapping[str, object], ...]
    quarantined: tuple[int, ...] = ()
    name: str = "accesses.csv"
    companions: Mapping[str, bytes] = field(default_factory=dict)
    zone: str = "UTC"


@dataclass(frozen=True)
class LogFormat:
    """A way to read an access log; one file in ``logs/formats/`` each, its id the file's name.

    ``source`` says where the field names come from. ``recognises`` decides by content. ``read`` yields every row
    exactly once, in order, and raises InputRefused only where the file as a whole cannot be used. ``fast`` may give a
    DuckDB SELECT of ACCESS_SCHEMA's columns but ``file``, one row an event, in file order, for a file that holds no
    fault; DuckDB raises, or the SELECT yields a null where ACCESS_SCHEMA wants a value, where there is one, and
    ``read`` takes the file instead. What a file means must not depend on which of the two read it. ``claims`` names
    files beside that this format reads along with its own. ``notes`` says what else the result should tell of a file,
    such as columns it ignores. ``count`` tells how many rows ``fast`` must give, counted without DuckDB, so that none
    is lost on the way. ``header_lines`` tells how many lines of the file's beginning must stand before each piece,
    where it may be cut into pieces at any line end; None where it may not. ``companion_rows`` counts the rows of a
    file that it ``claims``, given the file's name and plain bytes; without it such a file holds no rows, as a mapping
    does not.
    """

    title: str
    source: str
    recognises: Callable[[Head], bool]
    read: Callable[[Source], Iterator[Row]]
    examples: tuple[FormatExample, ...]
    fast: Callable[[Source], str | None] | None = None
    claims: Callable[[str], bool] | None = None
    notes: Callable[[Source], tuple[str, ...]] | None = None
    count: Callable[[Source], int | None] | None = None
    header_lines: Callable[[Source], int | None] | None = None
    companion_rows: Callable[[str, Path], int] | None = None


@dataclass(frozen=True)
class InputCount:
    """One input as the result reports it: rows == read + quarantined + duplicates."""

    name: str
    sha256: str
    rows: int
    read: int
    quarantined: int
    duplicates: int
    format: str = "plain"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuarantinedRow:
    """A quarantined row with its file, as the result lists it. Line 0: not known; then the reason names the event."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Column:
    """A column of a feed. ``kind`` is one of id, text, instant, date, time, word, words (``a;b``), flag, number, zone
    (IANA), network (a range of addresses in CIDR notation, RFC 4632 and 4291; bits behind the prefix are let pass).

    id and word are trimmed and case-sensitive; ``words`` lists what a word may be (empty: any). An instant becomes
    naive UTC (a date alone means its first moment, but as the end of an ``ordered`` pair the next midnight), a date a
    date, a time minutes since midnight, words a list of strings, a flag true or false.
    """

    name: str
    kind: str
    meaning: str
    required: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A table that outside tools write: ``NAME.csv``, ``.tsv``, ``.ndjson`` or ``.parquet``, also ``.gz``.

    ``key`` names the columns of its identity: two rows alike in all are one, two rows of one identity with different
    contents leave the second in quarantine; an empty key means that only equal rows are duplicates. ``must_exist``
    refuses a folder without it. ``person`` names the column that must hold a person known to the workforce. ``ordered``
    pairs name (begin, end) columns where the end may not come first.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    must_exist: bool = False
    ordered: tuple[tuple[str, str], ...] = ()
    person: str | None = None


FEED_TYPES = {
    "id": pa.string(), "text": pa.string(), "word": pa.string(), "zone": pa.string(), "network": pa.string(),
    "instant": pa.timestamp("us"), "date": pa.date32(), "time": pa.int32(),
    "words": pa.list_(pa.string()), "flag": pa.bool_(), "number": pa.float64(),
}  # fmt: skip


def feed_schema(feed: Feed) -> pa.Schema:
    """The Arrow schema of a feed's Parquet."""
    return pa.schema([pa.field(column.name, FEED_TYPES[column.kind]) for column in feed.columns])


@dataclass(frozen=True)
class FeedRead:
    """A feed as read: its Parquet (typed as ``Column.kind`` says; all of the feed's columns, absent ones null)."""

    parquet: Path
    count: InputCount
    quarantined: tuple[QuarantinedRow, ...]
    present: tuple[str, ...]
    guessed: int = 0


@dataclass(frozen=True)
class Span:
    """The asked-for stretch of a log, naive UTC; None where there is no limit."""

    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class Silence:
    """A stretch of whole hours (naive UTC, the end excluded) without a row, where other weeks have rows."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class LogCoverage:
    """What there is to say of the logs together. ``jumps``: a file, and an instant (naive UTC) it went back to."""

    silences: tuple[Silence, ...]
    jumps: tuple[tuple[str, datetime], ...]
    recorded_early: int


@dataclass(frozen=True)
class AccessesRead:
    """All of a folder's access logs as read: Parquet files of ACCESS_SCHEMA, and what there is to say of them."""

    parquet: tuple[Path, ...]
    counts: tuple[InputCount, ...]
    quarantined: tuple[QuarantinedRow, ...]
    guessed: int
    not_accesses: Mapping[str, int]
    coverage: LogCoverage


@dataclass(frozen=True)
class LogRead:
    """One upload read by itself: one access log, or several of one system, with the files read along.

    ``parquet`` are files of ACCESS_SCHEMA, some with a column ``line`` more, duplicates within the upload already
    taken out: keep them as they are, they are what ``gather`` takes. ``format`` and ``title`` are those of its first
    log. Times are naive UTC, days local to the clinic; ``days_missing`` lie between the first and the last day.
    ``logins`` counts the accesses of each login: where none of them is known, the log is of other people.
    ``last_seen`` is when each of them had its last.
    """

    format: str
    title: str
    parquet: tuple[Path, ...]
    counts: tuple[InputCount, ...]
    quarantined: tuple[QuarantinedRow, ...]
    not_accesses: Mapping[str, int]
    guessed: int
    first_at: datetime | None
    last_at: datetime | None
    days: tuple[date, ...]
    days_missing: tuple[date, ...]
    logins: Mapping[str, int]
    last_seen: Mapping[str, datetime]
    coverage: LogCoverage


@dataclass(frozen=True)
class LoginSeen:
    """A login that the counted logs hold: how many accesses, and the last of them (aware UTC)."""

    login: str
    accesses: int
    last_at: datetime


@dataclass(frozen=True)
class StoredLog:
    """What was kept of a LogRead, to be put together with others. The Parquet files are plain and stay as they are."""

    parquet: tuple[Path, ...]
    counts: tuple[InputCount, ...]
    quarantined: tuple[QuarantinedRow, ...] = ()
    not_accesses: Mapping[str, int] = field(default_factory=dict)
