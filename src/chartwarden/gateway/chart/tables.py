"""Tables without the columns in which nothing stands. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chartwarden.gateway.chart.contracts import Row, Table


def lean(title: str, columns: Sequence[str], rows: Sequence[Row], kept: Collection[str] = ()) -> Table:
    """A table of rows; the first column and those named in ``kept`` stay in any case."""
    at = [
        place
        for place, name in enumerate(columns)
        if not place or name in kept or any(row.cells[place] for row in rows)
    ]
    cells = tuple(Row(tuple(row.cells[place] for place in at), row.marked) for row in rows)
    return Table(title, tuple(columns[place] for place in at), cells)
