"""How fast a plain CSV log becomes canonical Parquet, against DuckDB's own read, sort and write of the same file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb

from bench.big_clinic import make
from chartwarden.kernel.progress import Quiet
from chartwarden.kernel.zones import zone
from chartwarden.logs.services import read_accesses

ROWS = 10_000_000
ROUNDS = 3
BAD_ROWS = 3


def run(rows: int = ROWS) -> list[dict[str, object]]:
    """Figures for a log of ``rows`` rows, the best of three rounds each, the ways taking turns: name, figure, unit, goal.

    Reading holds the validation, the search for duplicates, coverage and the file's SHA-256.
    """
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        make(scratch / "clinic", rows)
        path = scratch / "clinic" / "accesses.csv"
        times = [
            (_seconds(lambda: _duckdb(path, scratch)), _seconds(lambda: _read(path, scratch, rows)))
            for _ in range(ROUNDS)
        ]
        own, ours = (min(way) for way in zip(*times, strict=True))
        with path.open("ab") as file:
            file.write(b"no row\n" * BAD_ROWS)
        faulty = _seconds(lambda: _read(path, scratch, rows))
    return [
        _figure("csv_duckdb_to_sorted_parquet", rows / own, "rows/s", "none"),
        _figure("csv_read", rows / ours, "rows/s", "none"),
        _figure("csv_read_against_duckdb", ours / own, "×", "≤ 1"),
        _figure("csv_read_with_bad_rows_against_duckdb", faulty / own, "×", "none"),
    ]


def _duckdb(path: Path, scratch: Path) -> None:
    with duckdb.connect() as engine:
        engine.execute("SET enable_progress_bar = false")
        engine.execute(
            f"COPY (SELECT * FROM read_csv('{path.as_posix()}') ORDER BY occurred_at) "
            f"TO '{(scratch / 'sorted.parquet').as_posix()}'"
        )


def _read(path: Path, scratch: Path, rows: int) -> None:
    with TemporaryDirectory(dir=scratch) as folder:
        read = read_accesses([path], zone("America/Chicago", "bench"), Path(folder), Quiet())
    assert read.counts[0].read == rows, read.counts


def _seconds(work: Callable[[], None]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def _figure(name: str, figure: float, unit: str, goal: str) -> dict[str, object]:
    return {"name": name, "figure": round(figure, 3), "unit": unit, "goal": goal}
