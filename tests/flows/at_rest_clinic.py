"""A clinic that holds names in every place there is: its files, people, questions, notes, mail, and what went wrong.

``python -m tests.flows.at_rest_clinic FOLDER``: an installation as the environment says lives two weeks of the made-up
clinic that lies in ``FOLDER/clinic``. ``FOLDER/planted.json`` gets what must not be found in clear, beside what stands
in the clinic's own files; ``FOLDER/rows.txt`` every value of every table, and each session as the program reads it.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import django

NAME = "Quillfeather, Zebulon"
QUESTION, ANSWER = f"Why was the chart of {NAME} opened, please?", f"Because {NAME} lives on my road; I was curious."
NOTE, REASON = f"Talked about {NAME} in person.", f"New light on {NAME}: look again."
CLOSING, ADDRESS = f"Trained everybody but {NAME}.", "zebulon.quillfeather@vendor.example"
FILE = "Quillfeather-Zebulon-accesses.csv"
PASSWORD = "correct-horse-battery-7"
SEVEN = timedelta(days=7)


def live(folder: Path) -> None:
    """Two weeks, and after them whatever may leave a trace."""
    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.kernel.actors import Actor
    from chartwarden.web import demo_weeks

    zone = ZoneInfo("America/Chicago")
    system = Actor.of_system("tests")
    days = [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]
    mornings = [datetime.combine(day, time(8, 30), zone).astimezone(UTC) for day in days]
    clinic = open_clinic(name="Lakeside Clinic", time_zone=zone.key, actor=system, at=mornings[0], reviews_from=days[0])
    with acting_in(clinic.id):
        people = demo_weeks.live(clinic, folder / "clinic", mornings, system)
        secret = leave_traces(clinic, folder, people, mornings[-1])
    (folder / "planted.json").write_text(json.dumps([NAME, NAME.partition(",")[0], ADDRESS, FILE, secret]))


def leave_traces(clinic: Any, folder: Path, people: Any, at: datetime) -> str:
    """Questions, decisions, notes, invitations, faulty files, mails and visits. Returns a webhook's secret."""
    from chartwarden.clinics.services import add_webhook
    from chartwarden.duties.services import close_duty
    from chartwarden.kernel.actors import Actor
    from chartwarden.people.queries import member
    from chartwarden.people.services import invite, notify
    from chartwarden.web.demo_weeks import work

    officer = Actor.of_person(people["privacy_officer"])
    decide(clinic, officer, at)
    send_faulty(clinic.id, (folder / "clinic" / "accesses.csv").read_text(), officer, at)
    work(at + timedelta(minutes=1))
    whom = next(person for role, person in people.items() if role == "qa_auditor")
    notify(clinic=clinic.id, person=whom, kind="duty_late", page="web:home", at=at)
    for person in strangers(clinic.id):
        invite(clinic=clinic.id, person=person, email=ADDRESS, actor=officer, at=at)
    acting = member(user_of(people["privacy_officer"]), clinic.id, at)
    assert acting
    day = next_occurrence(clinic, "risk_analysis", at)
    close_duty(clinic=clinic, duty="risk_analysis", day=day, note=CLOSING, member=acting, actor=officer, at=at)
    look_around(clinic.id, user_of(people["privacy_officer"]))
    made = add_webhook(clinic=clinic.id, url="https://hooks.example/x", kinds=[], actor=officer, at=at)
    run_jobs(at + timedelta(hours=1))
    return made.secret


def decide(clinic: Any, officer: Any, at: datetime) -> None:
    """Ask about one case and answer, ask about another, decide a third, and take up one of the signed week again."""
    from chartwarden.kernel.actors import Actor
    from chartwarden.review.queries import calendar, review_cases
    from chartwarden.review.services import answer_question, ask_question, decide_case, reopen_case

    newest, signed = calendar(clinic, at)[:2]
    first, second, third = [
        one for one in review_cases(clinic, newest.id, ("open",), 0, 50) if one.coder and one.coder != officer.person
    ][:3]
    for case, answer in ((first, ANSWER), (second, "")):
        asked = ask_question(
            clinic=clinic, case=case.id, to=case.coder, text=QUESTION, revision=case.revision, actor=officer, at=at
        )
        if answer:
            answer_question(clinic=clinic, question=asked, text=answer, actor=Actor.of_person(case.coder), at=at)
    how = {"revision": third.revision, "actor": officer, "at": at}
    decide_case(clinic=clinic, case=third.id, outcome="coaching", note=NOTE, **how)
    assert signed.state == "signed"
    decided = [
        one for one in review_cases(clinic, signed.id, ("decided",), 0, 50) if one.coder and one.coder != officer.person
    ]
    again = {"revision": decided[0].revision, "actor": officer, "at": at}
    reopen_case(clinic=clinic, case=decided[0].id, reason=REASON, **again)


def send_faulty(clinic: UUID, log: str, officer: Any, at: datetime) -> None:
    """A log with rows that can't be read, a file that is none, and an upload that breaks off."""
    from chartwarden.logs.services import Incoming, append_bytes, begin_upload

    header, first, *_ = log.splitlines()
    broken = ",".join("not a time" if n == 0 else NAME for n in range(header.count(",") + 1))
    for name, text in ((FILE, f"{header}\n{first}\n{broken}\n"), (FILE, f"{NAME} wrote this by hand.\n")):
        with Incoming(clinic=clinic, name=name, source="page", actor=officer, at=at, counts_when_read=True) as incoming:
            incoming.write(text.encode())
            incoming.finish()
    whole = f"{header}\n".encode() + f"{NAME}\n".encode() * 90_000
    begun = begin_upload(
        clinic=clinic, sha256=hashlib.sha256(whole).hexdigest(), size=len(whole), name=FILE, actor=officer, at=at
    )
    kept = append_bytes(clinic=clinic, upload=begun.id, offset=0, chunks=[whole[: 3 << 19]], actor=officer)
    assert 0 < kept.offset < len(whole)


def strangers(clinic: UUID) -> list[UUID]:
    """Somebody who does not sign in yet."""
    from chartwarden.people.models import Person

    return [Person.objects.filter(clinic_id=clinic, user=None).order_by("id")[0].id]


def user_of(person: UUID) -> UUID:
    """Whose account a person signs in with."""
    from chartwarden.people.models import Person

    return Person.objects.get(id=person).user_id  # type: ignore[no-any-return]


def next_occurrence(clinic: Any, duty: str, at: datetime) -> date:
    """The day of an occurrence that may be closed now."""
    from chartwarden.duties.queries import duty_year

    found = duty_year(clinic, duty, at)
    return found.open[0].occurrence.day if found.open else found.upcoming.occurrence.day  # type: ignore[union-attr,no-any-return]


def look_around(clinic: UUID, user: UUID) -> None:
    """Follow links from the officer's home, as a browser would, and ask for what is not there by a patient's name."""
    import re

    from django.test import Client

    from tests.support.clinic import sign_in_as

    client = Client(raise_request_exception=False)
    sign_in_as(client, user)
    waiting, met = [f"/c/{clinic}/"], set()
    while waiting and len(met) < 40:
        address = waiting.pop()
        met.add(address)
        answer = client.get(address)
        text = "" if answer.streaming else answer.text
        assert answer.status_code < 500, address
        found = dict.fromkeys(re.findall(r'href="(/c/[0-9a-f-]{36}/[^"#]*)"', text))
        waiting += [one for one in found if one not in met and one not in waiting]
    client.get(f"/c/{clinic}/imports/", {"q": NAME})
    client.post(f"/c/{clinic}/people/add/", {"given_name": "", "family_name": NAME})


def run_jobs(at: datetime) -> None:
    """Whatever the worker would do by itself."""
    from chartwarden.web.worker import jobs

    for job in jobs():
        if job.name != "clinics.deliver_webhooks":
            job.run(at)


def dump(out: Path) -> None:
    """Every value of every table, bytes as they are, and the sessions as the program reads them."""
    from django.contrib.sessions.models import Session
    from django.db import connection, transaction

    from chartwarden.clinics.services import across_clinics

    with across_clinics(), transaction.atomic(), connection.cursor() as cursor, out.open("wb") as file:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                file.write(b"\0".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row))
                file.write(f"\n{table}\n".encode())
        for session in Session.objects.all():
            file.write(json.dumps(session.get_decoded(), ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    live(Path(sys.argv[1]))
    dump(Path(sys.argv[1]) / "rows.txt")
