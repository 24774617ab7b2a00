"""Makes the data folder of a clinic with a long queue, in a process of its own: see bench/_making.py.

``python -m bench._queue_making FEEDS OPEN``, with CHARTWARDEN_DATA naming the folder; prints JSON. The queue is imported
as its feed, then brought to the states of work that is under way, by rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench import big_clinic
from bench._making import _cursor, _session, count
from bench._serving import environment

SUPERVISORS, CODERS = 4, 12
BUSY = 5_000
"""How much one of the coders has before them: far more than the others."""
STATES = (
    *[("assigned", "")] * 14, ("in_progress", ""), ("coded", ""), ("on_hold", "missing_document"), *[("unassigned", "")] * 3,
)  # fmt: skip
CLOSE = 60
"""How many assignments a conflict of interest keeps from their coder."""


def made(data: Path, feeds: Path, rows: int) -> dict[str, Any]:
    """Such a clinic in a new data folder."""
    command = [sys.executable, "-m", "bench._queue_making", str(feeds), str(rows)]
    done = subprocess.run(command, env=environment(data), stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def make(feeds: Path, rows: int) -> dict[str, Any]:
    """A clinic whose queue holds so many open assignments."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from chartwarden.assignments.models import Assignment
    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.kernel.actors import Actor

    now = datetime.now(UTC)
    monday = now.date() - timedelta(days=now.weekday() + 7)
    big_clinic.FIRST_DAY, big_clinic.DAYS = monday.isoformat(), 7
    big_clinic.make(feeds, rows * big_clinic.ACCESSES_PER_ASSIGNMENT)
    system = Actor.of_system("bench")
    clinic = open_clinic(name="Long queue", time_zone="America/Chicago", actor=system, at=now, reviews_from=monday)
    with acting_in(clinic.id):
        for name in ("workforce", "patients", "assignments"):
            count(clinic.id, name, feeds, system, now)
        users, people = _users(clinic.id, system, now)
        _opened(clinic.id, people[-1])
        _close(clinic.id, now)
        some = Assignment.objects.filter(clinic_id=clinic.id).order_by("ref_index").values_list("id", flat=True)[:500]
        found = [str(one) for one in some]
    with _cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "clinic": str(clinic.id), "cookies": [_session(user) for user in users], "supervisors": SUPERVISORS,
        "people": [str(person) for person in people], "some": found,
    }  # fmt: skip


def _users(clinic: UUID, system: Any, at: datetime) -> tuple[list[UUID], list[UUID]]:
    """Accounts of supervisors, then of coders, made people of the workforce."""
    from allauth.mfa.models import Authenticator

    from chartwarden.people.queries import by_code
    from chartwarden.people.services import add_user, grant_role, link_user

    codes = by_code(clinic)
    people = [codes[f"C{number}"] for number in range(min(SUPERVISORS + CODERS, len(codes)))]
    users = []
    for number, person in enumerate(people):
        user = add_user(email=f"user{number}@clinic.example", password="never-typed-by-anybody-9", at=at)
        link_user(clinic=clinic, person=person, user=user, actor=system, at=at)
        role = "coding_supervisor" if number < SUPERVISORS else "coder"
        grant_role(clinic=clinic, person=person, role=role, actor=system, at=at)
        Authenticator.objects.create(user_id=user, type="totp", data={"secret": ""})
        users.append(user)
    return users, people


def _opened(clinic: UUID, busy: UUID) -> None:
    """All is open, in the states of work under way; one coder has far more than the others."""
    from chartwarden.assignments.models import Assignment

    rows = Assignment.objects.filter(clinic_id=clinic)
    ids = list(rows.order_by("ref_index").values_list("id", flat=True))
    for number, (state, hold) in enumerate(STATES):
        these = ids[number :: len(STATES)]
        for first in range(0, len(these), 500):
            some = Assignment.objects.filter(id__in=these[first : first + 500])
            nobodys = {"coder": None} if state == "unassigned" else {}
            some.update(state=state, hold=hold, ended_at=None, outcome="", **nobodys)
    for first in range(0, BUSY, 500):
        rows.filter(id__in=ids[first : first + 500], coder__isnull=False).update(coder=busy)


def _close(clinic: UUID, at: datetime) -> None:
    """Conflicts of interest: some with an open record, as many with none."""
    from chartwarden.assignments.models import Assignment, Conflict

    rows = Assignment.objects.filter(clinic_id=clinic, coder__isnull=False).order_by("ref_index")[: 2 * CLOSE]
    for number, row in enumerate(rows):
        index = bytes(row.patient_index) if number % 2 else bytes(32 - len(str(number))) + str(number).encode()
        Conflict.objects.get_or_create(
            clinic_id=clinic, person_id=row.coder_id, patient_index=index, defaults={"found_at": at, "sealed": b""}
        )


if __name__ == "__main__":
    print(json.dumps(make(Path(sys.argv[1]), int(sys.argv[2]))))
