"""Makes a demo clinic: lives it from its seed, then writes its feeds and the truth about them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from chartwarden.demo import bystanders, equipment, feeds, schedules, vendors
from chartwarden.demo.chance import stream
from chartwarden.demo.coding import Queue
from chartwarden.demo.contracts import Truth
from chartwarden.demo.households import make_residents
from chartwarden.demo.lookalikes import name_lookalikes
from chartwarden.demo.period import period_for
from chartwarden.demo.planting import plant_all
from chartwarden.demo.staff import make_staff
from chartwarden.demo.truth import truth_of, truth_path, write_truth
from chartwarden.demo.world import Access, Assignment, Clinic
from chartwarden.demo.writers._writer import Writer
from chartwarden.kernel.errors import Fault, InputRefused, refuse
from chartwarden.kernel.plugins import discover
from chartwarden.kernel.progress import Progress, Quiet

LEAST = {"coders": 3, "weeks": 2, "patients": 200}


def make_clinic(
    folder: Path,
    seed: int = 1,
    coders: int = 10,
    weeks: int = 8,
    patients: int = 4000,
    log_format: str = "plain",
    missing_assignments: float = 0.0,
    progress: Progress | None = None,
    until: date | None = None,
) -> Truth:
    """Write a clinic's feeds into ``folder`` and the truth to ``FOLDER.truth.json`` beside it; return the truth.

    The same arguments write the same bytes. ``log_format`` is plain, fhir or dicom: the same events in another
    dress. ``missing_assignments`` (0 to 1) leaves out that share of the queue's rows; the accesses stay proper.
    The weeks have fixed dates, or, with ``until``, are the last whole ones before that day.
    Raises InputRefused for a size too small, an unknown format, a folder that holds anything but an earlier demo
    clinic, or one that cannot be written.
    """
    _check(folder, {"coders": coders, "weeks": weeks, "patients": patients}, log_format, missing_assignments)
    told = progress or Quiet()
    clinic = live(seed, coders, weeks, patients, told, until)
    kept = _kept(clinic, missing_assignments)
    told.stage("Writing the feeds")
    truth = truth_of(clinic, kept)
    try:
        _write(folder, clinic, kept, log_format, truth)
    except OSError as error:
        raise refuse(str(folder), "a folder that can be written", error.strerror or str(error)) from error
    return truth


def writers() -> dict[str, Writer]:
    """Every dress that the log can be written in, by id."""
    return discover("chartwarden.demo.writers", "WRITER", Writer)


def live(seed: int, coders: int, weeks: int, patients: int, progress: Progress, until: date | None = None) -> Clinic:
    """Simulate the clinic: people first, then the queue day by day, then the wrongs, then the log in order."""
    clinic = Clinic(seed, period_for(seed, weeks, until))
    progress.stage("People")
    clinic.residents = make_residents(stream(seed, "residents"), patients)
    clinic.staff = make_staff(stream(seed, "staff"), clinic.period, clinic.residents, coders)
    vendors.sign(stream(seed, "vendors"), clinic)
    equipment.equip(stream(seed, "equipment"), clinic)
    schedules.plan(stream(seed, "schedules"), clinic, clinic.staff)
    progress.stage("Shifts", len(clinic.shifts))
    Queue(stream(seed, "queue"), clinic).run(progress.advance)
    bystanders.live(stream(seed, "bystanders"), clinic)
    progress.stage("Wrongs")
    plant_all(clinic, coders)
    name_lookalikes(stream(seed, "lookalikes"), clinic)
    clinic.accesses = _in_order(clinic)
    clinic.assignments.sort(key=lambda a: (a.assigned_at, a.assignment))
    return clinic


def _in_order(clinic: Clinic) -> list[Access]:
    """The whole log by time, numbered in that order: an event's id tells nothing of what it is."""
    log = [access for shift in clinic.shifts for access in shift.accesses] + clinic.accesses
    log.sort(key=lambda access: (access.at, access.actor, access.patient, access.action, access.document))
    for number, access in enumerate(log, 1):
        access.event = f"E{number:07d}"
    return log


def _kept(clinic: Clinic, missing: float) -> list[Assignment]:
    rng = stream(clinic.seed, "missing assignments")
    return [assignment for assignment in clinic.assignments if rng.random() >= missing]


def _check(folder: Path, sizes: dict[str, int], log_format: str, missing: float) -> None:
    faults = [
        Fault(f"--{name}", f"{least} or more", str(sizes[name])) for name, least in LEAST.items() if sizes[name] < least
    ]
    if log_format not in writers():
        faults.append(Fault("--format", "one of " + ", ".join(writers()), log_format))
    if not 0 <= missing <= 1:
        faults.append(Fault("missing assignments", "a share from 0 to 1", str(missing)))
    if folder.exists() and not folder.is_dir():
        faults.append(Fault(str(folder), "a folder", "a file"))
    elif folder.exists() and any(folder.iterdir()) and not truth_path(folder).exists():
        faults.append(Fault(str(folder), "a new or empty folder, or an earlier demo clinic", "other files"))
    if faults:
        raise InputRefused(*faults)


def _write(folder: Path, clinic: Clinic, assignments: list[Assignment], log_format: str, truth: Truth) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for writer in writers().values():
        (folder / writer.name).unlink(missing_ok=True)
    (folder / "clinic.toml").write_text(feeds.CLINIC_TOML, encoding="utf-8", newline="\n")
    for name, header, rows in feeds.tables(clinic, assignments, stream(clinic.seed, "clerks")):
        feeds.write_csv(folder / f"{name}.csv", header.split(), rows)
    writer = writers()[log_format]
    writer.write(folder / writer.name, clinic.accesses)
    write_truth(truth_path(folder), truth)
