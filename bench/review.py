"""The review of a large log, from its feeds to findings.json.

Against DuckDB's own reading of the same file, and pandas doing the same joins. Each part runs in a process of its
own, one after the other in one run, so that ratios compare like with like and peak memory is its own (read from /proc,
so this bench wants Linux). CHARTWARDEN_BENCH_ROWS and CHARTWARDEN_BENCH_LONG_ROWS make the logs smaller.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.big_clinic import FIRST_DAY, make

ROWS = int(os.environ.get("CHARTWARDEN_BENCH_ROWS", 10_000_000))
LONG_ROWS = int(os.environ.get("CHARTWARDEN_BENCH_LONG_ROWS", 60_000_000))

SORTED_PARQUET = """
import duckdb
database = duckdb.connect()
database.execute("SET memory_limit = '1500MB'")
database.execute(f"SET temp_directory = '{folder}/spill'")
database.execute(f"COPY (SELECT * FROM read_csv('{folder}/accesses.csv') ORDER BY occurred_at) TO '{folder}/sorted.parquet'")
"""
REVIEW = """
from datetime import date
from pathlib import Path
from chartwarden.review.findings_json import findings_json
from chartwarden.review.services import review_folder
days = tuple(date.fromisoformat(day) for day in period.split()) if period else (None, None)
found = review_folder(Path(folder), days=days)
(Path(folder) / "findings.json").write_bytes(findings_json(found))
told = {"accesses": found.totals.accesses, "cases": len(found.cases)}
"""
PANDAS = """
import pandas
accesses = pandas.read_csv(f"{folder}/accesses.csv", engine="pyarrow")
queue = pandas.read_csv(f"{folder}/assignments.csv", engine="pyarrow")
staff = pandas.read_csv(f"{folder}/workforce.csv", engine="pyarrow")
accesses = accesses.drop_duplicates("event").merge(staff[["person", "logins"]], left_on="actor", right_on="logins")
accesses["occurred_at"] = pandas.to_datetime(accesses["occurred_at"], utc=True)
for column in ("assigned_at", "ended_at"):
    queue[column] = pandas.to_datetime(queue[column], utc=True)
queue = queue[["coder", "patient", "assigned_at", "ended_at"]]
joined = accesses[["event", "person", "patient", "occurred_at"]].merge(
    queue, left_on=["person", "patient"], right_on=["coder", "patient"]
)
covered = joined[(joined.assigned_at <= joined.occurred_at) & (joined.occurred_at <= joined.ended_at)]
unexplained = accesses[~accesses.event.isin(covered.event)]
pairs = accesses.groupby(["person", "patient"]).occurred_at.agg(["count", "min", "max"])
hours = accesses.groupby(["person", accesses.occurred_at.dt.floor("15min")]).size()
told = {"unexplained": len(unexplained), "pairs": len(pairs), "hours": len(hours)}
"""
MEASURED = """
import json, sys, time
folder, period = sys.argv[1], sys.argv[2]
told = {{}}
began = time.perf_counter()
{body}
told["seconds"] = time.perf_counter() - began
# Not getrusage: its peak is handed down from the process that started this one.
with open("/proc/self/status") as status:
    told["megabytes"] = int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
print(json.dumps(told))
"""


def run() -> Iterator[dict[str, Any]]:
    """Figures of the review at 10 M and 60 M rows, as they come."""
    with tempfile.TemporaryDirectory(prefix="chartwarden-bench-") as place:
        wide = Path(place) / "csv"
        make(wide, ROWS)
        plain, review = _measure(SORTED_PARQUET, wide), _measure(REVIEW, wide)
        yield figure("review_against_sorted_parquet", review["seconds"] / plain["seconds"], "×", "≤ 2")
        yield figure("review_peak_memory", review["megabytes"] / 1024, "GiB", "≤ 2")
        yield figure("review_accesses_a_second", review["accesses"] / review["seconds"] / 1e6, "million", "none")
        pandas = _measure(PANDAS, wide)
        yield figure("pandas_joins_against_review", pandas["seconds"] / review["seconds"], "×", "≥ 1")
    with tempfile.TemporaryDirectory(prefix="chartwarden-bench-") as place:
        long = Path(place) / "parquet"
        make(long, LONG_ROWS, kind="parquet")
        week = _measure(REVIEW, long, f"{FIRST_DAY} {FIRST_DAY[:-2]}08")
        yield figure("review_one_week_of_60_million", week["seconds"], "s", "≤ 5")
        whole = _measure(REVIEW, long)
        yield figure("review_60_million_rows_of_parquet", whole["seconds"], "s", "≤ 120")
        yield figure("review_60_million_peak_memory", whole["megabytes"] / 1024, "GiB", "≤ 2")


def figure(name: str, value: float, unit: str, goal: str) -> dict[str, Any]:
    """One figure as the harness keeps it."""
    return {"name": name, "figure": round(value, 2), "unit": unit, "goal": goal}


def _measure(body: str, folder: Path, period: str = "") -> dict[str, float]:
    code = MEASURED.format(body=body)
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), period], capture_output=True, text=True, check=False, timeout=3600
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told
