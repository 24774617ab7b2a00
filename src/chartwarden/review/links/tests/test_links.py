"""Who is related to whom: by name, home, number and contact, weighed by how common each is."""

import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from chartwarden.logs.contracts import feed_schema
from chartwarden.review.engines.duckdb import DuckDBEngine
from chartwarden.review.feeds import PATIENTS
from chartwarden.review.links.linking import SCHEMA, link
from chartwarden.review.staff import PEOPLE_SCHEMA

ANA = {
    "person": "ana", "family_name": "Okafor", "given_name": "Ana", "birth_date": date(1985, 2, 3),
    "address_line": "12 Main St", "city": "Springfield", "postal_code": "62704", "phone": "217-555-0142",
}  # fmt: skip
SMITH = {"person": "ben", "family_name": "Smith", "given_name": "Ben", "city": "Springfield", "postal_code": "62702"}
FLAT = {**SMITH, "family_name": "Silva", "address_line": "500 Tower Rd Apt 11"}


def crowd(number: int = 4000) -> list[dict[str, Any]]:
    """Patients of one town: one in a hundred a Smith, twenty postal codes, two people of each other surname."""
    return [
        {
            "patient": f"Q{place}",
            "family_name": "Smith" if place % 100 == 0 else f"Name{place // 2}",
            "given_name": f"Given{place % 97}",
            "address_line": f"{place} Hill Rd",
            "city": "Springfield",
            "postal_code": f"62{place % 20:03d}",
        }
        for place in range(number)
    ]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    running = DuckDBEngine(tmp_path)
    yield running
    running.close()


def linked(engine: DuckDBEngine, staff: list[dict[str, Any]], *patients: dict[str, Any]) -> list[dict[str, Any]]:
    """The links found where the first of the staff opened each of ``patients``, who are numbered P0, P1 …"""
    opened = [{"patient": f"P{place}", **patient} for place, patient in enumerate(patients)]
    engine.arrow("people", pa.Table.from_pylist(staff, schema=PEOPLE_SCHEMA))
    engine.arrow("patients", pa.Table.from_pylist([*opened, *crowd()], schema=feed_schema(PATIENTS)))
    person = staff[0]["person"]
    pairs = [{"coder": person, "person": person, "patient": patient["patient"]} for patient in opened]
    schema = pa.schema([(name, pa.string()) for name in ("coder", "person", "patient")])
    engine.arrow("pairs", pa.Table.from_pylist(pairs, schema=schema))
    return link(engine).to_pylist()


def relations(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["patient"]: row["relation"] for row in rows}


def test_a_shared_common_surname_is_no_link(engine: DuckDBEngine) -> None:
    assert linked(engine, [SMITH], {"family_name": "Smith", "given_name": "Kim", "city": "Springfield"}) == []


def test_a_rare_surname_says_more_where_the_place_agrees(engine: DuckDBEngine) -> None:
    near = {"family_name": "Okafor", "given_name": "Jo", "city": "Springfield", "postal_code": "62704"}
    far = {"family_name": "Okafor", "given_name": "Jo", "city": "Peoria", "postal_code": "61602"}
    rows = linked(engine, [ANA], near, far)
    weights = {row["patient"]: row["weight"] for row in rows}
    assert relations(rows)["P0"] == "family"
    assert "same surname (rare)" in rows[0]["evidence"]
    assert weights["P0"] > weights.get("P1", -12.0)


def test_one_home_is_a_household_whatever_the_surname(engine: DuckDBEngine) -> None:
    home = {"address_line": "12 Main Street", "city": "Springfield", "postal_code": "62704-1234"}
    rows = linked(engine, [ANA], {"family_name": "Larsen", **home}, {"family_name": "Okafor", **home})
    assert relations(rows) == {"P0": "household", "P1": "household"}
    assert rows[1]["weight"] > rows[0]["weight"] > 0


def test_a_tower_is_no_household_unless_the_unit_agrees(engine: DuckDBEngine) -> None:
    tower = {"city": "Springfield", "postal_code": "62702"}
    rows = linked(
        engine,
        [FLAT],
        {"family_name": "Larsen", "address_line": "500 Tower Road #11", **tower},
        {"family_name": "Larsen", "address_line": "500 Tower Road #12", **tower},
        {"family_name": "Larsen", "address_line": "500 Tower Road", **tower},
    )
    assert relations(rows) == {"P0": "household"}


def test_a_building_without_units_that_holds_many_is_a_tower(engine: DuckDBEngine) -> None:
    home = {"city": "Springfield", "postal_code": "62704", "address_line": "12 Main St"}
    assert linked(engine, [ANA], *({"family_name": f"Other{place}", **home} for place in range(9))) == []


def test_a_contact_names_a_relative(engine: DuckDBEngine) -> None:
    elsewhere = {"family_name": "Larsen", "city": "Peoria", "postal_code": "61602"}
    rows = linked(
        engine,
        [ANA],
        {**elsewhere, "contact_phone": "(217) 555 0142"},
        {**elsewhere, "contact_name": "Okafor, Ana", "contact_phone": "309-555-0100"},
        {**elsewhere, "contact_name": "Kim Miller", "contact_phone": "309-555-0100"},
    )
    assert relations(rows) == {"P0": "family", "P1": "family"}


def test_name_and_birth_date_are_the_person_and_a_typing_error_is_not_another(engine: DuckDBEngine) -> None:
    rows = linked(
        engine,
        [ANA],
        {"family_name": "Okafor", "given_name": "Ana", "birth_date": date(1985, 2, 3)},
        {"family_name": "Okaforr", "given_name": "Ana", "birth_date": date(1985, 2, 3)},
        {"family_name": "Okafor", "given_name": "Jo", "birth_date": date(1985, 2, 3), "address_line": "12 Main St",
         "city": "Springfield", "postal_code": "62704"},
    )  # fmt: skip
    assert relations(rows) == {"P0": "self", "P1": "self", "P2": "household"}


def test_a_few_houses_down_the_street_is_a_neighbour(engine: DuckDBEngine) -> None:
    town = {"family_name": "Larsen", "city": "Springfield", "postal_code": "62704"}
    rows = linked(
        engine,
        [ANA],
        {**town, "address_line": "18 Main Street"},
        {**town, "address_line": "118 Main Street"},
        {**town, "address_line": "18 Oak Street"},
        {**town, "address_line": "22 Main Street Apt 2"},
    )
    assert relations(rows) == {"P0": "neighbour"}


def test_a_patient_who_is_staff_is_a_colleague(engine: DuckDBEngine) -> None:
    nurse = {"person": "nia", "family_name": "Larsen", "given_name": "Nia", "birth_date": date(1990, 4, 5)}
    rows = linked(engine, [ANA, nurse], {"family_name": "Larsen", "given_name": "Nia", "birth_date": date(1990, 4, 5)})
    assert [(row["person"], row["relation"], row["other"]) for row in rows] == [("ana", "colleague", "nia")]


def test_nothing_known_of_anyone_starts_nothing(engine: DuckDBEngine) -> None:
    assert linked(engine, [{"person": "ana"}], {}) == []


def test_the_same_input_gives_the_same_bytes_without_a_sound(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    home = {"address_line": "12 Main Street", "city": "Springfield", "postal_code": "62704"}
    patients = [{"family_name": name, **home} for name in ("Larsen", "Okafor", "Okaforr")]
    found = []
    for _ in range(2):
        engine = DuckDBEngine(tmp_path)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rows = linked(engine, [ANA], *patients)
        engine.close()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, SCHEMA) as stream:
            stream.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
        found.append(sink.getvalue().to_pybytes())
    assert found[0] == found[1]
    assert capfd.readouterr() == ("", "")
