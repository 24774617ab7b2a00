"""Tickets that permit something to the very person who brings them: somebody else must look at those."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq

from chartwarden.logs.contracts import FeedRead
from chartwarden.people.queries import by_code, sharing_logins

COLUMNS = ["person", "patient", "from", "to"]


def own_rows(clinic: UUID, person: UUID, feed: FeedRead, in_force: FeedRead | None) -> list[int]:
    """The rows of a tickets file (from 1, of those that were read) that permit to a person, or to somebody whose login
    they hold, what the file in force does not."""
    own = sharing_logins(clinic, person)
    codes = {code for code, found in by_code(clinic).items() if found in own}
    known = {tuple(row.values()) for row in _rows(in_force.parquet)} if in_force else set()
    return [
        number
        for number, row in enumerate(_rows(feed.parquet), start=1)
        if row["person"] in codes and tuple(row.values()) not in known
    ]


def _rows(parquet: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = pq.read_table(parquet, columns=COLUMNS).to_pylist()
    return found
