"""Reads findings.json, by the contract in feeds.md and nothing more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chartwarden.evaluation.contracts import Case, Findings
from chartwarden.kernel.errors import refuse

SCHEMA = "chartwarden.findings/1"


def read_findings(path: Path) -> Findings:
    """The totals and the cases by rank. Raises InputRefused where the file is missing or is no such file."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["schema"] != SCHEMA:
            raise refuse(str(path), f"schema {SCHEMA}", repr(held["schema"])[:80])
        totals = held["totals"]
        cases = sorted(held["cases"], key=lambda case: int(case["rank"]))
        return Findings(
            int(totals["accesses"]),
            int(totals["explained"]),
            int(totals["unexplained"]),
            tuple(_case(case) for case in cases),
        )
    except OSError as error:
        raise refuse(str(path), "a findings.json", error.strerror or "no such file") from error
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(str(path), f"JSON of schema {SCHEMA}", f"{type(error).__name__} {error}"[:120]) from error


def _case(held: dict[str, Any]) -> Case:
    return Case(
        held["coder"],
        held["patient"],
        instant(held["from"]),
        instant(held["to"]),
        frozenset(held.get("events") or ()),
    )


def instant(text: str) -> datetime:
    """ISO 8601 as an aware time; UTC where no offset is given."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
