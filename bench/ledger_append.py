"""How fast entries are appended through the ledger's group commit, against bare durable inserts of the same entries.

Bare is what a table of events would cost without a ledger: each entry as JSON text into a table with the same columns
and index, in SQLite with WAL and synchronous=FULL, one transaction a batch. The ways take turns in one run.
"""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from chartwarden.ledger.contracts import Draft

BATCHES = {1: 300, 10: 150, 100: 60, 1000: 15}  # batch: how many of them a round
ROUNDS = 5
CLINIC = UUID("0b7e4a51-93f0-4d0e-8a59-0c8f5f0f8d11")
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456"


def run() -> list[dict[str, object]]:
    """Figures, measured in a process of its own, since Django's settings hold for a whole process."""
    with TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
            "CHARTWARDEN_DATA": folder,
            "CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode(),
            "DATABASE_URL": "",
        }
        done = subprocess.run(
            [sys.executable, "-m", "bench.ledger_append"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def _measure(data: Path) -> list[dict[str, object]]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from chartwarden.kernel.actors import Actor
    from chartwarden.ledger import queries
    from chartwarden.ledger.services import Committer, open_ledger

    call_command("migrate", "ledger", verbosity=0)
    actor = Actor.of_person(CLINIC)
    with transaction.atomic():
        open_ledger(clinic=CLINIC, actor=actor, at=AT)
    committer = Committer()
    bare = _Bare(data / "bare.sqlite3")
    figures: list[dict[str, object]] = []

    def drafts(count: int) -> list[Draft]:
        return [
            Draft(CLINIC, "gateway.record_opened", actor, AT + timedelta(microseconds=number), {"assignment": str(CLINIC), "record": str(CLINIC)}, {"allowed": True, "reasons": [], "bytes": number})
            for number in range(count)
        ]  # fmt: skip

    def through_ledger(batch: int, times: int) -> float:
        given = drafts(batch)
        began = perf_counter()
        for _ in range(times):
            committer.append_together(given)
        return perf_counter() - began

    def without(batch: int, times: int) -> float:
        given = drafts(batch)
        began = perf_counter()
        for _ in range(times):
            bare.insert(given)
        return perf_counter() - began

    for batch, times in BATCHES.items():
        through_ledger(batch, 3)
        without(batch, 3)
        pairs = [(without(batch, times), through_ledger(batch, times)) for _ in range(ROUNDS)]
        ratio = median(alone / ledger for alone, ledger in pairs)
        best = min(ledger for _, ledger in pairs)
        figures.append(_figure(f"ledger_append_{batch}_at_once", batch * times / best, "entries/s", "none"))
        figures.append(_figure(f"ledger_append_{batch}_at_once_against_bare_inserts", ratio, "×", "≥ 0.8"))
    size = queries.latest(CLINIC).size
    known = queries.nodes(CLINIC, size)
    queries.proof(CLINIC, size // 2, size, known)
    count = 2000
    began = perf_counter()
    for number in range(count):
        queries.proof(CLINIC, size // 2 // 256 * 256 + number % 256, size, known)
    figures.append(_figure("ledger_proof", (perf_counter() - began) / count * 1e6, "µs", "≤ 100"))
    began = perf_counter()
    for number in range(100):
        queries.proof(CLINIC, number * size // 100)
    figures.append(_figure("ledger_proof_first_of_its_tile", (perf_counter() - began) / 100 * 1e6, "µs", "none"))
    committer.close()
    return figures


class _Bare:
    """A table of events as one would write it without a ledger."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.executescript(
            PRAGMAS
            + ';CREATE TABLE entry (clinic_id char(32), "index" integer, at datetime, kind varchar(100), body text, '
            'PRIMARY KEY (clinic_id, "index")); CREATE INDEX entry_kind ON entry (clinic_id, kind, "index")'
        )
        self._next = 0

    def insert(self, given: list[Draft]) -> None:
        """One durable transaction."""
        first = self._next
        rows = [
            (
                draft.clinic.hex,
                index,
                str(draft.at),
                draft.kind,
                json.dumps(
                    {
                        "actor": draft.actor.ref,
                        "at": draft.at.isoformat(),
                        "clinic": str(draft.clinic),
                        "facts": draft.facts,
                        "kind": draft.kind,
                        "private": draft.private,
                        "subject": draft.subject,
                    }
                ),
            )
            for index, draft in enumerate(given, first)
        ]
        self._next += len(rows)
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", rows)
        self._database.execute("COMMIT")


def _figure(name: str, figure: float, unit: str, goal: str) -> dict[str, object]:
    return {"name": name, "figure": round(figure, 3), "unit": unit, "goal": goal}


if __name__ == "__main__":
    print(json.dumps(_measure(Path(os.environ["CHARTWARDEN_DATA"]))))
