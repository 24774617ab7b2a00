"""What others may have the logs room do: read files, put read logs together; receive, count and fetch what is kept.

The command line reads folders where no Django is set up, so what lies in tables is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from chartwarden.logs.access_logs import read_accesses, read_log
from chartwarden.logs.feed_reading import read_feed
from chartwarden.logs.feed_rows import feed_from_rows, feed_from_table
from chartwarden.logs.gathering import gather

if TYPE_CHECKING:
    from chartwarden.logs.deciding import count_import, discard_import, read_again
    from chartwarden.logs.fetching import fetch_logs, kept_feed
    from chartwarden.logs.receiving import Incoming, append_bytes, begin_upload, finish_upload

__all__ = [
    "Incoming",
    "append_bytes",
    "begin_upload",
    "count_import",
    "discard_import",
    "feed_from_rows",
    "feed_from_table",
    "fetch_logs",
    "finish_upload",
    "gather",
    "kept_feed",
    "read_accesses",
    "read_again",
    "read_feed",
    "read_log",
]
_IN_TABLES = {
    "Incoming": "receiving",
    "append_bytes": "receiving",
    "begin_upload": "receiving",
    "count_import": "deciding",
    "discard_import": "deciding",
    "fetch_logs": "fetching",
    "finish_upload": "receiving",
    "kept_feed": "fetching",
    "read_again": "deciding",
}


def __getattr__(name: str) -> Any:
    if name in _IN_TABLES:
        return getattr(import_module(f"chartwarden.logs.{_IN_TABLES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
