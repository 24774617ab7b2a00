"""Tickets that speak for the very person who brings them: somebody else must look at those."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq

from chartwarden.logs.contracts import FeedRead
from chartwarden.people.queries import by_code, sharing_logins

COMPARED = {"tickets": ("person", "patient", "from", "to")}
"""What the review goes by in the rows of each feed that is kept here and says whose they are."""


def own_rows(clinic: UUID, person: UUID, kind: str, feed: FeedRead, in_force: FeedRead | None) -> list[int]:
    """The rows of a file (from 1, of those that were read) that are about a person, or somebody whose login they hold,
    and that the file in force does not have."""
    own = sharing_logins(clinic, person)
    codes = {code for code, found in by_code(clinic).items() if found in own}
    before = _rows(in_force.parquet, kind) if in_force else []
    known = {tuple(row.values()) for row in before}
    return [
        number
        for number, row in enumerate(_rows(feed.parquet, kind), start=1)
        if row["person"] in codes and tuple(row.values()) not in known
    ]


def _rows(parquet: Path, kind: str) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = pq.read_table(parquet, columns=list(COMPARED[kind])).to_pylist()
    return found
