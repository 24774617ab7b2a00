"""Lives the demo clinic's weeks: each Monday a week's log and the queue come in, and on Tuesday its review is signed.

The last week's review is left to whoever signs in. Everything goes through the same services and jobs as in a clinic.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.logs.services import Incoming
from chartwarden.review.queries import calendar, review_cases, revisions
from chartwarden.review.services import decide_case, sign_review
from chartwarden.web.demo_people import make_accounts, workforce_with_officers
from chartwarden.web.worker import jobs

ONCE = ("vendors", "schedules", "leave", "patients", "baas", "devices", "networks", "tickets")
TO_BE_DONE = ("logs.read", "review.refresh")
PAGE = 500
DECIDING = timedelta(days=1, hours=2)
"""After the log came in, the officer decides and signs."""
NOTES: Mapping[str, tuple[str, str]] = {
    "very strong": ("violation", "Asked in person. There was no work on this chart. Sanction as by policy."),
    "strong": ("coaching", "Talked it over with the coder. It was a slip; the rule was explained again."),
}
USUAL = ("in_order", "The supervisor confirmed by mail that this belonged to the work.")


def live(clinic: Clinic, feeds: Path, mornings: Sequence[datetime], system: Actor) -> None:
    """``mornings`` are the Mondays (aware, UTC): the first begins the log, at each later one a week of it comes in."""
    workforce = workforce_with_officers(rows_of(feeds / "workforce.csv"))
    take(clinic.id, "workforce", workforce, system, mornings[0])
    work(mornings[0])
    people = make_accounts(clinic.id, workforce, system, mornings[0])
    officer, other = (Actor.of_person(people[role]) for role in ("privacy_officer", "compliance_officer"))
    for name in ONCE:
        take(clinic.id, name, rows_of(feeds / f"{name}.csv"), officer, mornings[0])
    queue, log = rows_of(feeds / "assignments.csv"), rows_of(feeds / "accesses.csv")
    for begins, ends in pairwise(mornings):
        take(clinic.id, "assignments", (row for row in queue if moment(row["assigned_at"]) < ends), officer, ends)
        week = clinic.time_zone
        first, last = begins.astimezone(week).date(), ends.astimezone(week).date()
        days = (row for row in log if first <= moment(row["occurred_at"]).astimezone(week).date() < last)
        take(clinic.id, "log", days, officer, ends)
        work(ends)
        if ends != mornings[-1]:
            sign(clinic, (officer, other), ends + DECIDING)


def take(clinic: UUID, kind: str, rows: Iterable[Mapping[str, str]], actor: Actor, at: datetime) -> None:
    """Receive rows as a CSV file that counts once it is read. A feed without rows is not sent."""
    found = list(rows)
    if not found:
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, list(found[0]))
    writer.writeheader()
    writer.writerows(found)
    name = "accesses.csv" if kind == "log" else f"{kind}.csv"
    incoming = Incoming(clinic=clinic, name=name, source="page", actor=actor, at=at, kind=kind, counts_when_read=True)
    with incoming:
        incoming.write(text.getvalue().encode())
        incoming.finish()


def work(at: datetime) -> None:
    """Do what the worker would do: read what came in, and make the reviews anew."""
    for name in TO_BE_DONE:
        (job,) = (job for job in jobs() if job.name == name)
        while job.run(at):
            pass


def sign(clinic: Clinic, deciders: Sequence[Actor], at: datetime) -> None:
    """Decide the open cases of the newest week, each by somebody whom it is not about, and sign its review."""
    newest = calendar(clinic, at)[0]
    found = review_cases(clinic, newest.id, ("open", "asked"), 0, PAGE)
    seen = revisions(clinic.id, newest.id, [case.id for case in found])
    for case in found:
        outcome, note = NOTES.get(case.strength, USUAL)
        decide = partial(decide_case, clinic=clinic, case=case.id, outcome=outcome, note=note, revision=seen[case.id])
        for actor in deciders:
            try:
                decide(actor=actor, at=at)
            except Refused:
                continue
            break
    sign_review(clinic=clinic, review=newest.id, coverage_acknowledged=True, actor=deciders[0], at=at)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime:
    """An instant as the feeds write it, with its offset."""
    return datetime.fromisoformat(text)
