"""The truth about a demo clinic as a file: written beside the folder of feeds, never inside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chartwarden.demo.contracts import SCHEMA, Known, Truth
from chartwarden.demo.period import utc_text
from chartwarden.demo.world import Assignment, Clinic, Deed
from chartwarden.kernel.errors import refuse


def truth_path(folder: Path) -> Path:
    """Where the truth about a folder of feeds lies: ``FOLDER.truth.json`` beside it."""
    folder = folder.resolve()
    return folder.with_name(folder.name + ".truth.json")


def truth_of(clinic: Clinic, assignments: Sequence[Assignment]) -> Truth:
    """What is known of a finished clinic; ``assignments`` are those that the feeds hold. Every access has its id."""
    given: dict[tuple[str, str], list[Assignment]] = {}
    for assignment in assignments:
        given.setdefault((assignment.coder, assignment.patient), []).append(assignment)
    person_of = {login: worker.person for worker in clinic.staff for login in worker.logins}
    covered = {
        access.event
        for deed in clinic.violations
        for access in deed.accesses
        if any(a.covers(access.at) for a in given.get((person_of.get(access.actor, ""), access.patient), ()))
    }
    return Truth(
        seed=clinic.seed,
        coder_weeks=_coder_weeks(clinic),
        violations=tuple(_known(deed) for deed in clinic.violations),
        hard_negatives=tuple(_known(deed) for deed in clinic.hard_negatives),
        under_assignment=frozenset(covered),
        no_record=frozenset(a.event for deed in clinic.violations for a in deed.accesses if not a.patient),
    )


def _coder_weeks(clinic: Clinic) -> int:
    return len(
        {
            (shift.worker.person, (shift.day - clinic.period.first).days // 7)
            for shift in clinic.shifts
            if shift.worker.role in ("coder", "qa_auditor")
        }
    )


def _known(deed: Deed) -> Known:
    log = sorted(deed.accesses, key=lambda access: access.event)
    begins, ends = (utc_text(log[0].at), utc_text(log[-1].at)) if log else (None, None)
    events = tuple(access.event for access in log)
    return Known(deed.kind, deed.variant, deed.coder, deed.patient or None, begins, ends, events)


def write_truth(path: Path, truth: Truth) -> None:
    """Write one JSON file, one line for each violation and hard negative."""

    def lines(known: tuple[Known, ...]) -> str:
        return "[\n  " + ",\n  ".join(json.dumps(_row(one)) for one in known) + "\n ]"

    parts = {
        "schema": json.dumps(SCHEMA),
        "seed": str(truth.seed),
        "coder_weeks": str(truth.coder_weeks),
        "violations": lines(truth.violations),
        "hard_negatives": lines(truth.hard_negatives),
        "under_assignment": json.dumps(sorted(truth.under_assignment)),
        "no_record": json.dumps(sorted(truth.no_record)),
    }
    text = "{" + ",\n ".join(f'"{name}": {part}' for name, part in parts.items()) + "}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _row(known: Known) -> dict[str, object]:
    return {
        "kind": known.kind,
        "variant": known.variant,
        "coder": known.coder,
        "patient": known.patient,
        "from": known.begins,
        "to": known.ends,
        "events": known.events,
    }


def read_truth(path: Path) -> Truth:
    """Read it back. Raises InputRefused where the file is missing or is not such a file."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        if held["schema"] != SCHEMA:
            raise refuse(str(path), f"schema {SCHEMA}", repr(held["schema"])[:80])
        return Truth(
            seed=held["seed"],
            coder_weeks=held["coder_weeks"],
            violations=tuple(_from_row(row) for row in held["violations"]),
            hard_negatives=tuple(_from_row(row) for row in held["hard_negatives"]),
            under_assignment=frozenset(held["under_assignment"]),
            no_record=frozenset(held["no_record"]),
        )
    except OSError as error:
        raise refuse(str(path), "the truth about a demo clinic", error.strerror or "no such file") from error
    except (ValueError, KeyError, TypeError) as error:
        raise refuse(str(path), f"JSON of schema {SCHEMA}", f"{type(error).__name__} {error}"[:120]) from error


def _from_row(row: dict[str, Any]) -> Known:
    return Known(
        row["kind"], row["variant"], row["coder"], row["patient"], row["from"], row["to"], tuple(row["events"])
    )
