"""Makes the demo's clinic through the same services as a clinic's own people would use.

Weeks of log that end before today are imported; the earlier weeks are decided and signed by the demo's officer, so
that there is a history, and the last one is due now.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from chartwarden.clinics.services import acting_in, open_clinic
from chartwarden.demo.services import make_clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.zones import zone
from chartwarden.web.demo_people import make_people, shown
from chartwarden.web.preparing import DEMO, READY

NAME, ZONE = "Harlow Falls Clinic", "America/Chicago"
SEED, CODERS, WEEKS, PATIENTS = 1, 8, 5, 1500


def ready(data: Path, now: datetime, tell: Callable[[str], None]) -> tuple[tuple[str, str, str], ...]:
    """Make the demo's clinic where there is none yet. Returns the accounts: role, mail address, password."""
    mark = data / DEMO
    if mark.read_text(encoding="ascii") != READY:
        tell("Making the demo clinic. This takes a moment, and only the first time.")
        scratch = data / "scratch"
        scratch.mkdir(exist_ok=True, mode=0o700)
        with TemporaryDirectory(dir=scratch) as folder:
            make(Path(folder) / "clinic", now)
        mark.write_text(READY, encoding="ascii")
    return shown()


def make(feeds: Path, now: datetime) -> UUID:
    """Write the made-up feeds into a folder, open the clinic and take them over. Returns the clinic."""
    today = now.astimezone(zone(ZONE, "the demo")).date()
    make_clinic(feeds, SEED, CODERS, WEEKS, PATIENTS, until=today)
    system = Actor.of_system("demo")
    clinic = open_clinic(name=NAME, time_zone=ZONE, actor=system, at=now, reviews_from=first_day(feeds), demo=True)
    with acting_in(clinic.id):
        make_people(clinic.id, _rows(feeds / "workforce.csv"), system, now)
    return clinic.id


def first_day(feeds: Path) -> date:
    """The first local day of the log."""
    return min(date.fromisoformat(row["assigned_at"][:10]) for row in _rows(feeds / "assignments.csv"))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
