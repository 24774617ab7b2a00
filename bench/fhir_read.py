"""How fast FHIR AuditEvents are read from NDJSON: ``fast`` against DuckDB's own read of the same columns; ``read``."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from zoneinfo import ZoneInfo

import duckdb

from chartwarden.logs.contracts import Source
from chartwarden.logs.formats._fhir_columns import scan
from chartwarden.logs.formats._fhir_examples import Json, event, machine, patient, person, thing
from chartwarden.logs.formats.fhir_audit_event import FORMAT

ROWS = 500_000
ROUNDS = 3
BY_READ = 50_000  # the careful way's rate does not hang on the file's length


def run(rows: int = ROWS) -> list[dict[str, object]]:
    """Figures for ``rows`` events, the best of three rounds each, the ways taking turns: name, figure, unit, goal."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "audit.ndjson"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(resource, separators=(",", ":")) + "\n" for resource in _events(rows))
        source = Source(path.name, path, ZoneInfo("America/Chicago"))
        assert FORMAT.fast is not None
        query = FORMAT.fast(source)
        assert query is not None
        own, ours = _seconds(f"SELECT * FROM {scan(str(path))}"), _seconds(query)
        times = [(own(), ours()) for _ in range(ROUNDS)]
        started = perf_counter()
        by_read = sum(1 for _ in zip(range(BY_READ), FORMAT.read(source), strict=False))
        careful = by_read / (perf_counter() - started)
    best_own, best_ours = (min(way) for way in zip(*times, strict=True))
    return [
        _figure("fhir_duckdb_explicit_columns", rows / best_own, "rows/s", "none"),
        _figure("fhir_fast_read", rows / best_ours, "rows/s", "none"),
        _figure("fhir_fast_read_against_duckdb", best_own / best_ours, "×", "≥ 0.8"),
        _figure("fhir_careful_read", careful, "rows/s", "none"),
    ]


def _seconds(query: str) -> Callable[[], float]:
    def once() -> float:
        with duckdb.connect() as engine:
            started = perf_counter()
            engine.execute(f"CREATE TABLE found AS {query}")
            return perf_counter() - started

    return once


def _figure(name: str, figure: float, unit: str, goal: str) -> dict[str, object]:
    return {"name": name, "figure": round(figure, 3), "unit": unit, "goal": goal}


def _events(rows: int) -> Iterator[Json]:
    """R4 events as IHE BALP has them: reads, searches and updates about one patient each."""
    dice = random.Random(7)
    kinds = ["DiagnosticReport", "DocumentReference", "Observation", "ImagingStudy", "Claim"]
    for number in range(rows):
        chart, seat = f"Patient/{dice.randrange(100_000)}", dice.randrange(500)
        interaction, action = dice.choice(
            [("read", "R"), ("read", "R"), ("vread", "R"), ("search-type", "E"), ("update", "U")]
        )
        agents: list[Json] = [
            machine("110152", f"WS-{seat}", f"10.1.{seat % 256}.7"), machine("110153", "ehr", "192.0.2.1"),
            person(f"coder{seat}"),
        ]  # fmt: skip
        asked: Json = {"role": {"code": "24"}, "query": f"Observation?_count={seat}"}
        other = asked if action == "E" else thing(f"{dice.choice(kinds)}/{dice.randrange(10**6)}")
        recorded = f"2026-03-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:05.{number % 1000:03d}-06:00"
        yield event(f"e{number}", interaction, action, recorded, agents, [patient(chart), other])


if __name__ == "__main__":
    for figure in run():
        print(figure)
