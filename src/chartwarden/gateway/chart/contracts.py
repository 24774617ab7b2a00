"""What a record consists of on its pages. No Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from chartwarden.assignments.contracts import RecordClass


@dataclass(frozen=True, slots=True)
class Item:
    """One document in the list. ``kind`` and ``identity`` are the EHR's type and id; ``when`` is FHIR's text of its
    date, "" where it has none; ``status`` is a word only where it is not simply in force; ``closed``: it, or a part of
    it, can be opened in the EHR alone."""

    kind: str
    identity: str
    of: RecordClass
    title: str
    when: str
    status: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text, its lines as they were written."""

    title: str
    text: str
    shape: str = "text"


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is said of one thing, as name and value."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    shape: str = "pairs"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``marked`` where somebody should look at it, which a word in it says."""

    cells: tuple[str, ...]
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``numbers`` are the places of columns that hold numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers: tuple[int, ...] = ()
    shape: str = "table"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a data address, which no other request brings."""

    title: str
    source: str
    shape: str = "picture"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence about something that is not shown."""

    text: str
    title: str = ""
    shape: str = "said"


Block: TypeAlias = Text | Pairs | Table | Picture | Said


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something attached to a document: bytes that came along (``data``), or a Binary of the EHR; with neither it lies
    elsewhere. ``data`` None: still to be fetched."""

    title: str
    content_type: str
    data: bytes | None = None
    binary: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: what it is and what stands on it."""

    title: str
    of: RecordClass
    when: str
    status: str
    blocks: Sequence[Block]


PRINTS = {
    "provider": "To ask the provider on paper",
    "appeal": "For an appeal or denial that goes by post",
    "audit": "For an auditor who asks for paper",
}
"""What a document may be printed for, where the policy lets it."""
COPIES = {
    "encoder": "A coding program needs the file",
    "appeal": "To attach to an appeal or denial",
    "audit": "For an auditor who asks for the file",
}
"""What a copy may be saved for, where the policy lets it."""
