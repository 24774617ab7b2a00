"""A file that a format reads along with another is counted, and named by that format."""

from __future__ import annotations

from collections.abc import Callable

from chartwarden.logs.contracts import AccessesRead
from chartwarden.logs.formats import epic_access_log, mapped

Accesses = Callable[..., AccessesRead]
ALONG = ("read along with another file",)


def test_details_are_counted_under_their_format(accesses: Accesses) -> None:
    example = next(found for found in epic_access_log.FORMAT.examples if found.companions)
    read = accesses({**example.companions, "ACCESS_LOG.csv": example.content})
    counts = {count.name: count for count in read.counts}
    assert {count.format for count in read.counts} == {"epic_access_log"}
    for name, content in example.companions.items():
        rows = len(content.splitlines()) - 1
        assert (counts[name].rows, counts[name].read, counts[name].notes) == (rows, rows, ALONG)


def test_a_mapping_holds_no_rows(accesses: Accesses) -> None:
    example = mapped.FORMAT.examples[0]
    read = accesses({**example.companions, example.name: example.content})
    first = read.counts[0]
    assert (first.rows, first.read, first.format) == (0, 0, "mapped")
