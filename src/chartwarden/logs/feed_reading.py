"""Reading one feed file into typed Parquet."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from zoneinfo import ZoneInfo

from chartwarden.kernel.progress import Progress
from chartwarden.logs.contracts import Feed, FeedRead
from chartwarden.logs.counting import count_of
from chartwarden.logs.deduplication import Identity, take_out_duplicates
from chartwarden.logs.digests import sha256
from chartwarden.logs.engine import connect
from chartwarden.logs.opening import open_input
from chartwarden.logs.references import take_out_strangers
from chartwarden.logs.tables.files import open_table
from chartwarden.logs.tables.reading import read_table


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
