"""Makes the demo's clinic through the same services as a clinic's own people would use.

Weeks of log that end before today are imported; the earlier weeks are decided and signed by the demo's officer, so
that there is a history, and the last one is due now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import acting_in, open_clinic
from chartwarden.demo.services import make_clinic
from chartwarden.devices.queries import statement_points
from chartwarden.devices.services import add_network, record_training, sign_statement
from chartwarden.gateway.services import route_inquiry
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.scratch import scratch_folder
from chartwarden.kernel.zones import zone
from chartwarden.web.demo_people import shown
from chartwarden.web.demo_queue import fill
from chartwarden.web.demo_weeks import ask, live
from chartwarden.web.preparing import DEMO, READY

NAME, ZONE = "Harlow Falls Clinic", "America/Chicago"
SEED, CODERS, WEEKS, PATIENTS = 1, 8, 5, 1500


def ready(data: Path, now: datetime, tell: Callable[[str], None]) -> tuple[tuple[str, str, str], ...]:
    """Make the demo's clinic where there is none yet. Returns the accounts: role, mail address, password."""
    mark = data / DEMO
    if mark.read_text(encoding="ascii") != READY:
        tell("Making the demo clinic. This takes a moment, and only the first time.")
        with scratch_folder(data) as folder:
            make(folder / "clinic", now)
        mark.write_text(READY, encoding="ascii")
    return shown()


def make(feeds: Path, now: datetime) -> UUID:
    """Write the made-up feeds into a folder, and live the weeks with them. Returns the clinic."""
    local = zone(ZONE, "the demo")
    monday = now.astimezone(local).date()
    monday -= timedelta(days=monday.weekday())
    make_clinic(feeds, SEED, CODERS, WEEKS, PATIENTS, until=monday)
    days = [monday - timedelta(days=7 * weeks) for weeks in range(WEEKS, -1, -1)]
    start = _morning(days[0], local)
    system = Actor.of_system("demo")
    opened = open_clinic(name=NAME, time_zone=ZONE, actor=system, at=start, reviews_from=days[0], demo=True)
    with acting_in(opened.id):
        mornings = [min(_morning(day, local), now) for day in days]
        people = live(opened, feeds, mornings, system)
        settle(opened, people, mornings[-1])
        fill(opened, feeds, people, mornings[-1])
        ask(opened, Actor.of_person(people["privacy_officer"]), people["coder"], mornings[-1])
    return opened.id


def settle(opened: Clinic, people: Mapping[str, UUID], at: datetime) -> None:
    """A demo answers to its own machine alone, so that is its office; who codes there has signed for the workplace, and
    one of them has a request for the privacy officer. Those who sign in were trained in the week before."""
    clinic, trainer = opened.id, people["human_resources"]
    trained = [one for one in people.values() if one != trainer]
    day = at.astimezone(opened.time_zone).date() - timedelta(days=7)
    record_training(clinic=opened, people=trained, day=day, actor=Actor.of_person(trainer), at=at)
    officer = Actor.of_person(people["security_officer"])
    for cidr in ("127.0.0.0/8", "::1/128"):
        add_network(clinic=clinic, cidr=cidr, kind="office", actor=officer, at=at)
    for role in ("coder", "qa_auditor"):
        signed = Actor.of_person(people[role])
        sign_statement(clinic=clinic, confirmed=statement_points(), note="", actor=signed, at=at)
    asked = "Billing wants the date of an earlier visit. May I look it up for them?"
    route_inquiry(clinic=clinic, kind="department", text=asked, actor=Actor.of_person(people["coder"]), at=at)


def _morning(day: date, local: ZoneInfo) -> datetime:
    return datetime.combine(day, time(8, 30), local).astimezone(UTC)
