"""The clinic's feeds as tables: names and columns are those of the contract in feeds.md."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from chartwarden.demo.equipment import NETWORKS
from chartwarden.demo.period import CLINIC_ZONE, HOLIDAYS, WEEKDAYS, local_text
from chartwarden.demo.world import Access, Assignment, Clinic, Resident

Row = Sequence[object]
ACCESS_COLUMNS = (
    "event", "occurred_at", "actor", "action", "patient", "encounter", "document", "device", "address", "outcome",
    "purpose", "query",
)  # fmt: skip

CLINIC_TOML = f"""\
name = "Harlow Falls Clinic (demo: nobody in it is real)"
time_zone = "{CLINIC_ZONE.key}"
holidays = "{HOLIDAYS}"
grace_minutes = 15
"""


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """One feed: UTF-8, a header row, line feeds; the same bytes on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def access_rows(accesses: Iterable[Access]) -> Iterator[Row]:
    """The access log, in the order of ACCESS_COLUMNS."""
    for a in accesses:
        yield (
            a.event, local_text(a.at), a.actor, a.action, a.patient, a.encounter, a.document, a.device, a.address,
            a.outcome, a.purpose, a.query,
        )  # fmt: skip


def tables(clinic: Clinic, assignments: list[Assignment], rng: Random) -> Iterator[tuple[str, str, Iterable[Row]]]:
    """Name, header (words apart by spaces) and rows of every feed but the access log."""
    yield (
        "workforce",
        "person logins role started_on ended_at employer family_name given_name birth_date time_zone "
        "address_line city state postal_code phone",
        _workforce(clinic, rng),
    )
    yield "schedules", "person weekday starts ends from to", _schedules(clinic)
    yield (
        "leave",
        "person from to kind",
        [(leave.person, leave.first, leave.last, leave.kind) for leave in clinic.leave],
    )
    yield (
        "assignments",
        "assignment patient coder kind assigned_at ended_at encounter outcome reason",
        _assignments(assignments),
    )
    yield (
        "tickets",
        "person patient from to reason approved_by",
        [
            (t.person, t.patient, local_text(t.begins), local_text(t.ends), t.reason, t.approved_by)
            for t in clinic.tickets
        ],
    )
    yield (
        "patients",
        "patient family_name given_name birth_date address_line city state postal_code phone "
        "contact_name contact_phone flags",
        _patients(clinic, rng),
    )
    yield "vendors", "vendor name parent country", [(v.vendor, v.name, v.parent, v.country) for v in clinic.vendors]
    yield (
        "baas",
        "vendor signed_on effective_from effective_to terms",
        [(a.vendor, a.signed_on, a.first, a.last or "", ";".join(a.terms)) for a in clinic.agreements],
    )
    yield "devices", "device person owner encrypted managed antivirus approved_from approved_to", _devices(clinic)
    yield "networks", "cidr kind", NETWORKS


def _workforce(clinic: Clinic, rng: Random) -> Iterator[Row]:
    for worker in clinic.staff:
        who = worker.who
        ended = "" if worker.ended_at is None else local_text(worker.ended_at)
        yield (
            worker.person, ";".join(worker.logins), worker.role, worker.started_on, ended, worker.employer,
            who.family, who.given, who.born, worker.zone.key, *_whereabouts(who, rng), who.phone,
        )  # fmt: skip


def _schedules(clinic: Clinic) -> Iterator[Row]:
    for worker in clinic.staff:
        for hours in worker.hours:
            yield worker.person, WEEKDAYS[hours.weekday], _clock(hours.starts), _clock(hours.ends), "", ""
    for extra in sorted(clinic.overtime, key=lambda extra: (extra.day, extra.person, extra.starts)):
        weekday = WEEKDAYS[extra.day.weekday()]
        yield extra.person, weekday, _clock(extra.starts), _clock(extra.ends), extra.day, extra.day


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _assignments(assignments: list[Assignment]) -> Iterator[Row]:
    for a in assignments:
        ended = "" if a.ended_at is None else local_text(a.ended_at)
        yield (
            a.assignment, a.patient, a.coder, a.kind, local_text(a.assigned_at), ended, a.encounter, a.outcome,
            a.reason,
        )  # fmt: skip


def _patients(clinic: Clinic, rng: Random) -> Iterator[Row]:
    for patient in clinic.patients:
        contact = patient.contact
        named = (f"{contact.given} {contact.family}", contact.phone) if contact else ("", "")
        phone = "" if rng.random() < 0.04 else _dialled(patient.phone, rng)
        yield (
            patient.patient, patient.family, patient.given, patient.born, *_whereabouts(patient, rng), phone,
            *named, ";".join(patient.flags),
        )  # fmt: skip


def _whereabouts(who: Resident, rng: Random) -> tuple[str, str, str, str]:
    home = who.home
    return home.line(rng), home.city, home.state, home.postal_code


def _dialled(phone: str, rng: Random) -> str:
    """A number as one clerk or another writes it."""
    digits = "".join(sign for sign in phone if sign.isdigit())
    return rng.choice((phone, phone, f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", digits))


def _devices(clinic: Clinic) -> Iterator[Row]:
    for device in clinic.devices:
        sound = str(device.sound).lower()
        yield (
            device.device, device.person, device.owner, sound, sound, sound, device.approved_from or "",
            device.approved_to or "",
        )  # fmt: skip
