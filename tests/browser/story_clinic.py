"""Makes the story's clinic: ten coders, last week's queue in it, last week's log still a file beside it.

``python -m tests.browser.story_clinic DATA LOG``: the data folder becomes a finished demo's, with its accounts.
"""

from __future__ import annotations

import csv
import os
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

CODERS, WEEKS, PATIENTS, SEED = 10, 2, 1500, 3


def make(data: Path, log: Path, now: datetime) -> None:
    """Everything up to the week before last is imported; ``log`` holds the last week's accesses."""
    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.demo.services import make_clinic
    from chartwarden.kernel.actors import Actor
    from chartwarden.kernel.zones import zone
    from chartwarden.web.demo_weeks import live, moment, rows_of, take, work
    from chartwarden.web.preparing import DEMO, READY, migrate

    (data / DEMO).write_text("", encoding="ascii")
    migrate(now)
    local = zone("America/Chicago", "the story")
    today = now.astimezone(local).date()
    monday = today - timedelta(days=today.weekday())
    first, last = monday - timedelta(days=14), monday - timedelta(days=7)
    mornings = [min(datetime.combine(day, time(0, 30), local).astimezone(UTC), now) for day in (first, last)]
    system = Actor.of_system("story")
    clinic = open_clinic(
        name="Harlow Falls Clinic", time_zone=local.key, actor=system, at=mornings[0], reviews_from=last, demo=True
    )
    with TemporaryDirectory() as scratch, acting_in(clinic.id):
        feeds = Path(scratch) / "clinic"
        make_clinic(feeds, SEED, CODERS, WEEKS, PATIENTS, until=monday)
        live(clinic, feeds, mornings, system)
        take(clinic.id, "assignments", rows_of(feeds / "assignments.csv"), system, now)
        work(now)
        week = range(last.toordinal(), monday.toordinal())
        rows = [row for row in rows_of(feeds / "accesses.csv") if _day(moment(row["occurred_at"]), local) in week]
    with log.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (data / DEMO).write_text(READY, encoding="ascii")


def _day(at: datetime, local: ZoneInfo) -> int:
    return at.astimezone(local).date().toordinal()


if __name__ == "__main__":
    from chartwarden.web.preparing import make_folder, make_keys
    from chartwarden.web.services import point_at, set_up

    place = Path(sys.argv[1])
    os.environ.pop("CHARTWARDEN_KEYS", None)
    make_folder(place)
    make_keys(place)
    point_at(place)
    set_up()
    make(place, Path(sys.argv[2]), datetime.now(UTC))
