"""Conflicts of interest by the review's links: found before anybody opens a record, kept for queue and gateway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest

from chartwarden.assignments import models, queries
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.queries import entries
from chartwarden.logs.contracts import feed_schema
from chartwarden.logs.reading import read_next
from chartwarden.logs.services import Incoming, count_import
from chartwarden.people.services import add_person, change_person, grant_role, withdraw_role
from chartwarden.review.engines.duckdb import DuckDBEngine
from chartwarden.review.feeds import PATIENTS
from chartwarden.review.jobs import JOBS, conflicts
from chartwarden.review.links.linking import link, link_all
from chartwarden.review.links.relations import MAY_BE_CHANCE
from chartwarden.review.staff import PEOPLE_SCHEMA
from tests.support.clinic import AT, House

SYSTEM = Actor.of_system("tests")
DAY = timedelta(days=1)
COLUMNS = "patient,family_name,given_name,birth_date,address_line,city,postal_code,phone,contact_name,contact_phone\n"
CROWD = "".join(f"Q{n},Name{n},Given{n % 97},,{n} Hill Rd,Springfield,62{n % 20:03d},,,\n" for n in range(300))
OWN = "P-OWN,Okafor,Ana,1985-02-03,12 Main Street,Springfield,62704,,,\n"
HOME = "P-HOME,Larsen,Jo,1990-05-06,12 Main St,Springfield,62704,,,\n"
SISTER = "P-SISTER,Larsen,Mia,,80 Lake Dr,Peoria,61602,,Ana Okafor (sister),217-555-0142\n"
NURSE = "P-NURSE,Adler,Nia,1990-04-05,9 Elm Ct,Springfield,62701,,,\n"
STREET = "P-STREET,Berg,Tom,,14 Main St,Springfield,62704,,,\n"
ANA = {
    "family_name": "Okafor", "given_name": "Ana", "birth_date": "1985-02-03", "address_line": "12 Main St",
    "city": "Springfield", "postal_code": "62704", "phone": "217-555-0142",
}  # fmt: skip
NIA = {
    "family_name": "Adler", "given_name": "Nia", "birth_date": "1990-04-05", "address_line": "9 Elm Court",
    "city": "Springfield", "postal_code": "62701",
}  # fmt: skip


def hired(house: House, code: str, values: dict[str, str], role: str = "") -> UUID:
    person = add_person(
        clinic=house.id, values={"code": code, **values}, feed_role=role or "nurse", started_on=date(2025, 1, 6),
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    if role:
        grant_role(clinic=house.id, person=person, role=role, actor=SYSTEM, at=AT - DAY)
    return person


def imported(house: House, *patients: str) -> None:
    officer = house.actor("privacy_officer")
    with Incoming(clinic=house.id, name="patients.csv", source="page", actor=officer, at=AT) as incoming:
        incoming.write((COLUMNS + "".join(patients) + CROWD).encode())
        upload = incoming.finish().id
    assert read_next(AT) == 1
    count_import(clinic=house.id, upload=upload, actor=officer, at=AT)


def kind(house: House, person: UUID, patient: str) -> str:
    found = queries.conflict(house.id, person, patient)
    return found.kind if found else ""


def test_they_are_found_before_anybody_opened_anything(house: House) -> None:
    ana, nia = hired(house, "ana", ANA, "coder"), hired(house, "nia", NIA)
    assert conflicts(AT) == 0, "no patients feed, nothing to look at"
    imported(house, OWN, HOME, SISTER, NURSE, STREET)
    assert conflicts(AT) > 0
    found = {patient: kind(house, ana, patient) for patient in ("P-OWN", "P-HOME", "P-SISTER", "P-NURSE", "P-STREET")}
    assert found == {
        "P-OWN": "self", "P-HOME": "household", "P-SISTER": "family", "P-NURSE": "colleague", "P-STREET": "",
    }  # fmt: skip
    assert kind(house, house.people["coder"], "P-OWN") == "colleague"
    assert kind(house, nia, "P-NURSE") == "", "who opens no records is not looked at"
    entry = next(one for one in reversed(entries(house.id)) if one.kind == "assignments.conflicts_found")
    assert entry.facts["people"] == 3
    assert entry.facts["patients"] == 305
    assert not any(word in entry.leaf.decode() for word in ("P-", "Okafor", "household"))


def test_it_is_looked_for_anew_when_staff_patients_or_coders_changed_and_not_else(house: House) -> None:
    ana = hired(house, "ana", ANA, "coder")
    imported(house, HOME)
    assert conflicts(AT) == 1
    before = len(entries(house.id))
    assert conflicts(AT + DAY) == 0
    assert len(entries(house.id)) == before
    change_person(clinic=house.id, person=ana, values={"address_line": "77 Oak Ave"}, actor=SYSTEM, at=AT)
    assert conflicts(AT) == 1
    assert kind(house, ana, "P-HOME") == "", "moved out"
    imported(house, HOME.replace("12 Main St", "77 Oak Ave"))
    assert conflicts(AT) == 1
    assert kind(house, ana, "P-HOME") == "household"
    withdraw_role(clinic=house.id, person=ana, role="coder", actor=SYSTEM, at=AT)
    assert conflicts(AT + DAY) == 1
    assert kind(house, ana, "P-HOME") == "household", "whoever is not looked at keeps theirs"


def test_killed_in_the_midst_it_begins_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark that it was looked for and what was found are one transaction: neither is there without the other."""
    ana = hired(house, "ana", ANA, "coder")
    imported(house, HOME)

    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.bulk_update", killed)
        with pytest.raises(Killed):
            conflicts(AT)
    assert queries.conflicts_searched(house.id) == ("", None)
    assert not models.Conflict.objects.exists()
    assert conflicts(AT) == 1
    assert kind(house, ana, "P-HOME") == "household"


def test_the_worker_does_it() -> None:
    assert any(job.run is conflicts and job.every <= timedelta(seconds=10) for job in JOBS)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    running = DuckDBEngine(tmp_path)
    yield running
    running.close()


def test_the_links_beforehand_are_those_of_the_review(engine: DuckDBEngine, tmp_path: Path) -> None:
    """Where everybody opened everything, the review's links that are no chance and those beforehand are the same."""
    staff = [
        {"person": code, **values, "birth_date": date.fromisoformat(values["birth_date"])}
        for code, values in (("ana", ANA), ("nia", NIA))
    ]
    names = COLUMNS.strip().split(",")
    rows: list[dict[str, Any]] = []
    for line in (OWN + HOME + SISTER + NURSE + STREET + CROWD).splitlines():
        row: dict[str, Any] = {name: value or None for name, value in zip(names, line.split(","), strict=True)}
        row["birth_date"] = date.fromisoformat(row["birth_date"]) if row["birth_date"] else None
        rows.append(row)
    other = DuckDBEngine(tmp_path / "other")
    try:
        for one in (engine, other):
            one.arrow("people", pa.Table.from_pylist(staff, schema=PEOPLE_SCHEMA))
            one.arrow("patients", pa.Table.from_pylist(rows, schema=feed_schema(PATIENTS)))
        schema = pa.schema([(name, pa.string()) for name in ("coder", "person", "patient")])
        pairs = [{"coder": p["person"], "person": p["person"], "patient": r["patient"]} for p in staff for r in rows]
        engine.arrow("pairs", pa.Table.from_pylist(pairs, schema=schema))
        reviewed = [row for row in link(engine).to_pylist() if row["probability"] >= MAY_BE_CHANCE]
        beforehand = link_all(other, {"ana", "nia"}).to_pylist()
    finally:
        other.close()
    assert beforehand == reviewed
    assert {row["relation"] for row in reviewed} >= {"self", "household", "family", "colleague"}
