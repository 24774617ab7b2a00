"""A program of the imports' tests: an installation of its own, whose worker can be killed.

``prepare FOLDER`` makes the tables and a clinic, and receives every file of a folder to count when read; ``work LATER``
reads what waits, as the worker does ``LATER`` seconds after the files came, and says so first; ``show`` writes what
became of each import, one line of JSON.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def prepare(folder: Path) -> None:
    """Tables, a clinic, its files."""
    from django.core.management import call_command

    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.kernel.actors import Actor
    from chartwarden.logs.services import Incoming

    call_command("migrate", verbosity=0)
    actor = Actor.of_system("tests")
    clinic = open_clinic(name="Lakeside Clinic", time_zone="America/Chicago", actor=actor, at=AT)
    with acting_in(clinic.id):
        for path in sorted(folder.iterdir()):
            if path.suffix != ".toml":
                with Incoming(
                    clinic=clinic.id, name=path.name, source="folder", actor=actor, at=AT, counts_when_read=True
                ) as incoming:
                    incoming.write(path.read_bytes())
                    incoming.finish()


def work(later: int) -> None:
    """Read until nothing waits."""
    from chartwarden.logs.reading import read_next

    print("begun", flush=True)
    while read_next(AT + timedelta(seconds=later)):
        pass


def show() -> None:
    """What is in the rows."""
    from chartwarden.clinics.services import across_clinics
    from chartwarden.logs.models import LogImport

    with across_clinics():
        rows = LogImport.objects.order_by("kind")
        found = [[row.kind, row.state, row.rows, row.read, row.parts, row.revision] for row in rows]
    print(json.dumps(found))


if __name__ == "__main__":
    django.setup()
    arguments = sys.argv[2:]
    {"prepare": lambda: prepare(Path(arguments[0])), "work": lambda: work(int(arguments[0])), "show": show}[
        sys.argv[1]
    ]()
