"""What others may have the logs room do: read feeds and access logs, put read logs together, keep raw files."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from zoneinfo import ZoneInfo

from chartwarden.kernel.progress import Progress
from chartwarden.logs.access_logs import read_accesses, read_log
from chartwarden.logs.contracts import Feed, FeedRead
from chartwarden.logs.counting import count_of
from chartwarden.logs.deduplication import Identity, take_out_duplicates
from chartwarden.logs.engine import connect
from chartwarden.logs.feed_rows import feed_from_rows, feed_from_table
from chartwarden.logs.gathering import gather
from chartwarden.logs.opening import open_input
from chartwarden.logs.references import take_out_strangers
from chartwarden.logs.tables.files import open_table
from chartwarden.logs.tables.reading import read_table
from chartwarden.logs.vault import sha256, store, verify

__all__ = [
    "feed_from_rows",
    "feed_from_table",
    "gather",
    "read_accesses",
    "read_feed",
    "read_log",
    "vault_store",
    "vault_verify",
]


def read_feed(
    feed: Feed, path: Path, zone: ZoneInfo, scratch: Path, progress: Progress, people: Collection[str] | None = None
) -> FeedRead:
    """Read one feed file into Parquet in ``scratch``, a folder that exists.

    A row about a person that is not one of ``people`` is quarantined, where they are given. Raises InputRefused where
    the file can't be used; then nothing is left of it.
    """
    progress.stage(f"reading {path.name}")
    plain = open_input(path, scratch)
    table = open_table(feed, plain, path.name)
    with connect(scratch) as database:
        part = read_table(database, feed, table, plain, path.name, zone, scratch / f"{feed.name}.parquet")
        if people is not None and feed.person:
            take_out_strangers(database, part, feed.person, people, "workforce")
        take_out_duplicates(database, [part], Identity(feed.key, tuple(column.name for column in feed.columns)))
    header = table.header()
    count = count_of([part], path.name, sha256(path), "plain", header.notes)
    present = tuple(column.name for column in feed.columns if column.name in header.places)
    return FeedRead(part.parquet, count, tuple(part.quarantined), present, part.guessed)


def vault_store(path: Path, vault: Path) -> str:
    """Keep a file's bytes as received in the vault, and return their SHA-256.

    The web application keeps raw files there. Raises InputRefused where the file can't be read.
    """
    return store(path, vault)


def vault_verify(digest: str, vault: Path) -> bool:
    """Whether the vault, where the web application keeps raw files, holds exactly the bytes of that SHA-256."""
    return verify(digest, vault)
