"""Makes the data folder of a large clinic, in a process of its own, since Django's settings hold for a whole process.

``python -m bench._making FEEDS ROWS CASES``, with CHARTWARDEN_DATA naming the folder; prints JSON. What a clinic's own
people would import goes through the same services; a year of history and the cases beyond those found are rows put in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from bench import big_clinic

USERS = 16
OFFICERS = 10
BEFORE = (
    "workforce",
    "patients",
    "vendors",
    "schedules",
    "leave",
    "baas",
    "devices",
    "networks",
    "tickets",
    "assignments",
)
WEEKS = 52
ASTRAY = 1000
"""One access in so many without an assignment: about 2,000 cases of a million accesses."""
ENTRIES = 20_000
DECIDED = 500


def make(feeds: Path, rows: int, cases: int) -> dict[str, Any]:
    """A clinic with all feeds and an empty log; with ``cases`` the log too, and so many cases in its week."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.kernel.actors import Actor

    now = datetime.now(UTC)
    monday = now.date() - timedelta(days=now.weekday() + 7)
    big_clinic.FIRST_DAY, big_clinic.DAYS, big_clinic.ASTRAY = monday.isoformat(), 7, ASTRAY
    big_clinic.make(feeds, rows)
    system = Actor.of_system("bench")
    clinic = open_clinic(name="Large clinic", time_zone="America/Chicago", actor=system, at=now, reviews_from=monday)
    stages: dict[str, float] = {}
    with acting_in(clinic.id):
        for name in (*BEFORE, *(["log"] if cases else [])):
            began = perf_counter()
            count(clinic.id, name, feeds, system, now)
            stages[name] = perf_counter() - began
        users, people = _users(clinic.id, system, now)
        found = {"cases": 0}
        if cases:
            began = perf_counter()
            _worked("review.refresh", now)
            stages["review"] = perf_counter() - began
            _history(clinic, monday, people)
            found = _more_cases(clinic.id, cases, people, now)
        _worked("review.conflicts", now)  # once for these people and patients: weeks go by with none new
        _entries(clinic.id, people, now)
    with _cursor() as cursor:
        cursor.execute("ANALYZE")
    cookies = [_session(user) for user in users]
    return {
        "clinic": str(clinic.id),
        "monday": monday.isoformat(),
        "cookies": cookies,
        "officers": min(OFFICERS, len(users)),
        "people": [str(person) for person in people],
        "stages": stages,
        **found,
    }


def count(clinic: UUID, name: str, feeds: Path, actor: Any, at: datetime) -> None:
    """Receive a file of the feeds, have it read, and count it."""
    from chartwarden.logs.services import Incoming

    kind, stem = name, "accesses" if name == "log" else name
    with Incoming(
        clinic=clinic, name=f"{stem}.csv", source="page", actor=actor, at=at, kind=kind, counts_when_read=True
    ) as into:
        with (feeds / f"{stem}.csv").open("rb") as file:
            while piece := file.read(1 << 20):
                into.write(piece)
        into.finish()
    _worked("logs.read", at)


def _worked(name: str, at: datetime) -> None:
    from chartwarden.web.worker import jobs

    (job,) = (job for job in jobs() if job.name == name)
    while job.run(at):
        pass


def _users(clinic: UUID, system: Any, at: datetime) -> tuple[list[UUID], list[UUID]]:
    """Accounts for ten officers and six coders, a second factor set up, made people of the workforce."""
    from allauth.mfa.models import Authenticator

    from chartwarden.people.queries import by_code
    from chartwarden.people.services import add_user, grant_role, link_user

    codes = by_code(clinic)
    people = [codes[f"C{number}"] for number in range(min(USERS, len(codes)))]
    users = []
    for number, person in enumerate(people):
        user = add_user(email=f"user{number}@clinic.example", password="never-typed-by-anybody-9", at=at)
        link_user(clinic=clinic, person=person, user=user, actor=system, at=at)
        role = "privacy_officer" if number < OFFICERS else "coder"
        grant_role(clinic=clinic, person=person, role=role, actor=system, at=at)
        if role != "coder":
            grant_role(clinic=clinic, person=person, role="coder", actor=system, at=at)
        Authenticator.objects.create(user_id=user, type="totp", data={"secret": ""})
        users.append(user)
    return users, people


def _session(user: UUID) -> str:
    from django.test import Client

    from chartwarden.people.models import User

    client = Client()
    client.force_login(User.objects.get(id=user), backend="allauth.account.auth_backends.AuthenticationBackend")
    return str(client.cookies["sessionid"].value)


def _history(clinic: Any, monday: date, people: list[UUID]) -> None:
    """A year of signed weeks before, each with the users' own weeks."""
    from chartwarden.review.models import PersonWeek, Review

    for back in range(1, WEEKS):
        first = monday - timedelta(days=7 * back)
        ended = datetime.combine(first + timedelta(days=8), datetime.min.time(), UTC)
        review = Review.objects.create(
            clinic_id=clinic.id, first_day=first, last_day=first + timedelta(days=6), due_at=ended + timedelta(days=6),
            state="signed", opened_at=ended, revision=10**9, refreshed_at=ended, accesses=10**6, explained=995_000,
            signed_at=ended + timedelta(days=1), signed_by_id=people[0], document_digest="0" * 64,
        )  # fmt: skip
        PersonWeek.objects.bulk_create(
            PersonWeek(clinic_id=clinic.id, review=review, person_id=person, accesses=2000, explained=1990,
                       unexplained=10, by_explanation={"assignment": 1990})
            for person in people
        )  # fmt: skip


def _more_cases(clinic: UUID, cases: int, people: list[UUID], at: datetime) -> dict[str, Any]:
    """Copies of the cases that were found, until there are so many; some of them decided, none about the users."""
    from chartwarden.clinics.services import seal
    from chartwarden.review.desk import sealed
    from chartwarden.review.models import CaseRecord, Disposition, Review

    review = Review.objects.filter(clinic_id=clinic, state="open").exclude(refreshed_at=None).latest("first_day")
    own = CaseRecord.objects.filter(review=review).count()
    found = list(CaseRecord.objects.filter(review=review).exclude(coder_id__in=people))
    made: list[Any] = []
    for number in range(cases - own):
        like = found[number % len(found)]
        values = {field.attname: getattr(like, field.attname) for field in CaseRecord._meta.concrete_fields}
        made.append(CaseRecord(**{**values, "id": uuid4(), "digest": uuid4().hex * 2, "rank": own + number + 1}))
    CaseRecord.objects.bulk_create(made, batch_size=200)
    decided = [case.id for case in (*made, *reversed(found))][:DECIDED]
    for first in range(0, len(decided), 200):
        rows = CaseRecord.objects.filter(id__in=decided[first : first + 200])
        rows.update(state="decided", outcome="in_order", decided_at=at, revision=2)
    note = seal(clinic, sealed.TEXT, b"The supervisor confirmed by mail that this belonged to the work.")
    Disposition.objects.bulk_create(
        (
            Disposition(
                clinic_id=clinic, case=case, outcome="in_order", note=note, salt=b"0" * 16, by_id=people[0], at=at
            )
            for case in made[:DECIDED]
        ),
        batch_size=200,
    )
    undecided = CaseRecord.objects.filter(review=review, state="open").exclude(coder_id__in=people)
    return {"cases": own, "review": str(review.id), "open": [str(case.id) for case in undecided.only("id")]}


def _entries(clinic: UUID, people: list[UUID], at: datetime) -> None:
    from django.db import transaction

    from chartwarden.kernel.actors import Actor
    from chartwarden.ledger.services import append

    for first in range(0, ENTRIES, 1000):
        with transaction.atomic():
            for number in range(first, first + 1000):
                who = people[number % len(people)]
                append(
                    clinic=clinic,
                    kind="people.signed_in",
                    actor=Actor.of_person(who),
                    at=at,
                    subject={"person": str(who)},
                    facts={"methods": ["totp"]},
                )


@contextmanager
def _cursor() -> Iterator[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        yield cursor


if __name__ == "__main__":
    print(json.dumps(make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
