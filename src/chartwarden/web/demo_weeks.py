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
from chartwarden.review.queries import calendar, review_cases
from chartwarden.review.services import answer_question, ask_question, decide_case, sign_review
from chartwarden.web.demo_people import make_accounts, workforce_with_officers
from chartwarden.web.worker import jobs

ONCE = ("vendors", "schedules", "leave", "patients", "baas", "devices", "networks", "tickets")
TO_BE_DONE = ("logs.read", "review.refresh")
PAGE = 500
DECIDING = timedelta(days=1, hours=2)
"""After the log came in, the officer decides and signs."""
ANSWERING = timedelta(hours=5)
"""After a question was asked, the coder answers."""
NOTES: Mapping[str, tuple[str, str]] = {
    "very strong": ("violation", "Asked in person. There was no work on this chart. Sanction as by policy."),
    "strong": ("coaching", "Talked it over with the coder. It was a slip; the rule was explained again."),
}
QUESTION = "No assignment covers this record on that day. What was it opened for?"
ANSWER = "A colleague asked me on the phone to look at a code of hers. I should have had it assigned first."
USUAL = ("in_order", "The supervisor confirmed by mail that this belonged to the work.")


def live(clinic: Clinic, feeds: Path, mornings: Sequence[datetime], system: Actor) -> Mapping[str, UUID]:
    """``mornings`` are the Mondays (aware, UTC): the first begins the log, at each later one a week of it comes in.

    Returns the people who sign in, by role.
    """
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
            ask(clinic, officer, people["coder"], ends, ANSWER)
            sign(clinic, (officer, other), ends + DECIDING)
    return people


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


def ask(clinic: Clinic, officer: Actor, coder: UUID, at: datetime, answer: str = "") -> None:
    """The officer asks a coder about their first open case of the newest week, if there is one; and the answer."""
    newest = calendar(clinic, at)[0]
    found = [case for case in review_cases(clinic, newest.id, ("open",), 0, PAGE) if case.coder == coder]
    for case in found[:1]:
        asked = ask_question(
            clinic=clinic, case=case.id, to=coder, text=QUESTION, revision=case.revision, actor=officer, at=at
        )
        if answer:
            answer_question(clinic=clinic, question=asked, text=answer, actor=Actor.of_person(coder), at=at + ANSWERING)


def sign(clinic: Clinic, deciders: Sequence[Actor], at: datetime) -> None:
    """Decide the open cases of the newest week, each by somebody whom it is not about, and sign its review."""
    newest = calendar(clinic, at)[0]
    for case in review_cases(clinic, newest.id, ("open", "asked"), 0, PAGE):
        outcome, note = NOTES.get(case.strength, USUAL)
        decide = partial(decide_case, clinic=clinic, case=case.id, outcome=outcome, note=note, revision=case.revision)
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
