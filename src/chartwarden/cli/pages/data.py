"""The pages of the data: the feeds that go in, and the tables that SQL reads."""

from __future__ import annotations

from chartwarden.cli.pages.markdown import literal, page, table
from chartwarden.logs.contracts import ACCESS_MEANINGS, ACCESS_SCHEMA, Feed
from chartwarden.review.queries import feeds, tables

KINDS = {
    "id": "id",
    "text": "text",
    "instant": "time",
    "date": "day",
    "time": "HH:MM",
    "word": "word",
    "words": "words, `a;b`",
    "flag": "true or false",
    "zone": "IANA time zone",
}


def feeds_page() -> str:
    """Every feed of a review folder with its columns."""
    return page(
        "Feeds",
        "A review reads a folder. Each feed is a file in it: `NAME.csv`, `.tsv`, `.ndjson` or `.parquet`, also `.gz`. "
        "Times are ISO 8601, without an offset local to the clinic. Columns in **bold** are required. "
        "The access log itself is `accesses.*`, or any files in a folder `accesses/`, in any of the "
        "[log formats](formats/README.md).",
        *(_feed(feed) for feed in feeds()),
    )


def _feed(feed: Feed) -> str:
    rows = []
    for column in feed.columns:
        name = f"**{literal(column.name)}**" if column.required else literal(column.name)
        words = ": " + ", ".join(column.words) if column.words else ""
        rows.append((name, KINDS.get(column.kind, column.kind), column.meaning + words))
    notes = ["The folder is refused without it." if feed.must_exist else "Optional."]
    if feed.key:
        notes.append(f"One row for each {' and '.join(feed.key)}; a second, different row is quarantined.")
    return "\n\n".join([f"## {feed.name}", " ".join(notes), table(("column", "kind", "meaning"), rows)])


def tables_page() -> str:
    """The canonical tables that explanations and detectors are written over."""
    events = [
        (literal(field.name), literal(field.type), "" if field.nullable else "yes", ACCESS_MEANINGS[field.name])
        for field in ACCESS_SCHEMA
    ]
    return page(
        "Tables",
        "Explanations and detectors are SQL over these tables, in DuckDB's dialect and in the part of it that SQLGlot "
        "carries to Spark. Times are UTC without a zone. The [feeds](feeds.md) are there too, each under its own name, "
        "empty where the folder lacks it.",
        "## Access events as they are stored",
        "One row an event, whatever format it came in (Parquet; `events` in SQL, with the number `access`).",
        table(("column", "type", "always there", "meaning"), events),
        "## Tables of a review",
        table(("table", "what it holds"), [(literal(name), meaning) for name, meaning in tables().items()]),
    )
