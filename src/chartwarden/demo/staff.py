"""Who works there, for whom, from where; and how they are tied to people whose records the clinic keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

from chartwarden.demo.households import grown, households, new_phone
from chartwarden.demo.period import Period, instant
from chartwarden.demo.schedules import regular_hours
from chartwarden.demo.town import home_elsewhere
from chartwarden.demo.world import Resident, Worker

_YEAR = 2026


@dataclass(frozen=True)
class _Post:
    """A kind of coder's job: the employer (blank: the clinic), the zone, the habit of work, and whether it is local."""

    employer: str
    zone: str
    habit: str
    local: bool


_POSTS = (
    _Post("", "America/Chicago", "day", True),
    _Post("", "America/Chicago", "night", True),
    _Post("V1", "America/New_York", "early", False),
    _Post("", "America/Chicago", "part_time", True),
    _Post("V2", "America/Los_Angeles", "day", False),
    _Post("", "America/Denver", "four_tens", False),
    _Post("V3", "Asia/Manila", "day", False),
    _Post("", "America/Chicago", "evening", True),
    _Post("V1", "America/Phoenix", "tuesday_to_saturday", False),
    _Post("", "America/Chicago", "day", True),
)
_OTHER_ROLES = ("nurse", "front_desk", "nurse", "physician", "billing_clerk", "medical_assistant", "physician", "nurse")


def make_staff(rng: Random, period: Period, residents: list[Resident], coders: int) -> list[Worker]:
    """The workforce: coders, their auditors and supervisors, a vendor's manager, and others who care for patients."""
    locals_ = _candidates(rng, residents)
    staff: list[Worker] = []

    def hire(role: str, post: _Post) -> Worker:
        who = locals_.pop() if post.local else _from_elsewhere(rng, post.zone)
        worker = Worker(
            person=f"W{101 + len(staff)}",
            logins=[_login(who, {login for other in staff for login in other.logins})],
            role=role,
            who=who,
            employer=post.employer,
            zone=ZoneInfo(post.zone),
            started_on=period.first - timedelta(days=rng.randrange(60, 2500)),
            hours=regular_hours(rng, post.habit),
            pace=rng.uniform(0.8, 1.25),
        )
        staff.append(worker)
        return worker

    clinic_post = _POSTS[0]
    team = [hire("coder", _POSTS[n] if n < len(_POSTS) else rng.choice(_POSTS)) for n in range(coders)]
    auditors = [hire("qa_auditor", clinic_post) for _ in range(max(1, coders // 8))]
    for _ in range(max(1, coders // 15)):
        hire("coding_supervisor", clinic_post)
    hire("privacy_officer", clinic_post)
    hire("account_manager", _Post("V1", "America/New_York", "day", False))
    for n in range(6 + coders // 2):
        hire(_OTHER_ROLES[n % len(_OTHER_ROLES)], clinic_post)
    _second_logins(rng, team)
    _comings_and_goings(rng, period, team, hire("coder", clinic_post))
    patients = [resident for resident in residents if resident.patient]
    _tie(rng, staff, residents, patients, team + auditors)
    return staff


def _candidates(rng: Random, residents: list[Resident]) -> list[Resident]:
    """Adults of working age who do not live alone, one from each household; the last of them lives in a tower."""
    found = []
    for household in households(residents):
        adults = [person for person in household if 22 <= _YEAR - person.born.year <= 64]
        with_records = [person for person in household if person.patient]
        if adults and len(household) > 1 and with_records:
            found.append(rng.choice(adults))
    rng.shuffle(found)
    in_tower = next((adult for adult in found if adult.home.unit), None)
    return sorted(found, key=lambda adult: adult is in_tower)


def _from_elsewhere(rng: Random, zone: str) -> Resident:
    return grown(rng, home_elsewhere(rng, zone), _YEAR - rng.randrange(23, 62), new_phone(rng))


def _login(who: Resident, taken: set[str]) -> str:
    base = (who.given[0] + who.family).lower()[:10]
    number = 1
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"


def _second_logins(rng: Random, team: list[Worker]) -> None:
    for worker in team:
        if rng.random() < 0.15:
            worker.logins.append(worker.logins[0] + "_enc")


def _comings_and_goings(rng: Random, period: Period, team: list[Worker], gone: Worker) -> None:
    """Some leave within the period, one starts in it, and one left before it began."""
    gone.ended_at = instant(period.first - timedelta(days=rng.randrange(20, 60)), 17 * 60, gone.zone)
    changing = rng.sample(team, min(len(team) - 1, max(1, len(team) // 6) + (len(team) > 5)))
    newcomer = changing.pop() if len(changing) > 1 else None
    if newcomer:
        newcomer.started_on = period.first + timedelta(days=7 * rng.randrange(1, max(2, period.weeks // 2)))
    for worker in changing:
        day = _last_day(rng, period, worker)
        ends = next(hours.ends for hours in worker.hours if hours.weekday == day.weekday())
        worker.ended_at = instant(day, ends + 30, worker.zone)


def _last_day(rng: Random, period: Period, worker: Worker) -> date:
    weekdays = {hours.weekday for hours in worker.hours}
    days = period.days[len(period.days) // 2 : -4]
    return rng.choice([day for day in days if day.weekday() in weekdays])


def _tie(
    rng: Random, staff: list[Worker], residents: list[Resident], patients: list[Resident], in_scope: list[Worker]
) -> None:
    """Family under the same roof, and kin elsewhere in town who name the worker as their contact."""
    at_home = {person: household for household in households(residents) for person in household}
    taken = {worker.who for worker in staff}
    for worker in staff:
        worker.relatives += [p for p in at_home.get(worker.who, []) if p is not worker.who and p.patient]
        taken.update(at_home.get(worker.who, []))
    for worker in in_scope:
        if worker.zone.key != "Asia/Manila" and rng.random() < 0.75:
            _add_kin(rng, worker, [p for p in rng.sample(patients, min(len(patients), 200)) if p not in taken], taken)


def _add_kin(rng: Random, worker: Worker, candidates: list[Resident], taken: set[Resident]) -> None:
    """A parent, brother or sister among the patients: mostly of the same name, and the worker is whom to call."""
    for kin in candidates:
        years = worker.who.born.year - kin.born.year
        if 20 <= years <= 40 or abs(years) <= 10:
            if rng.random() < 0.75:
                kin.family = worker.who.family
            kin.contact = worker.who
            worker.relatives.append(kin)
            taken.add(kin)
            return
