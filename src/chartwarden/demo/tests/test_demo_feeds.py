"""Every feed of a demo clinic keeps the contract of feeds.md: columns, vocabularies, types, references, order."""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chartwarden.demo.tests.made import Made
from chartwarden.logs.contracts import ACTIONS, ACTIONS_WITHOUT_PATIENT, DOCUMENTS, OUTCOMES

Check = Callable[[str], object]
Row = dict[str, str]


def text(value: str) -> None:
    assert value == value.strip()


def words(*allowed: str) -> Check:
    def check(value: str) -> None:
        assert value in allowed

    return check


def some_of(*allowed: str) -> Check:
    def check(value: str) -> None:
        assert set(value.split(";")) <= set(allowed)

    return check


def instant(value: str) -> None:
    assert datetime.fromisoformat(value).tzinfo is not None


def clock(value: str) -> None:
    assert datetime.strptime(value, "%H:%M") is not None  # noqa: DTZ007


KINDS = ("initial", "qa_review", "provider_query", "addendum", "payer_edit", "denial", "audit", "rebuttal")
TERMS = ("permitted_uses", "safeguards", "subcontractors", "breach_notification", "return_or_destruction")
FLAG = words("true", "false")
DAY = date.fromisoformat
# Feed: column -> (required, check). Names are those of feeds.md.
CONTRACT: dict[str, dict[str, tuple[bool, Check]]] = {
    "accesses": {
        "occurred_at": (True, instant), "actor": (True, text), "action": (True, words(*ACTIONS)),
        "patient": (False, text), "encounter": (False, text), "document": (False, words(*DOCUMENTS)),
        "device": (False, text), "address": (False, ipaddress.ip_address), "outcome": (False, words(*OUTCOMES)),
        "purpose": (False, text), "query": (False, text), "event": (True, text),
    },
    "workforce": {
        "person": (True, text), "logins": (True, text), "role": (True, text), "started_on": (True, DAY),
        "ended_at": (False, instant), "employer": (False, text), "family_name": (False, text),
        "given_name": (False, text), "birth_date": (False, DAY), "time_zone": (False, ZoneInfo),
        "address_line": (False, text), "city": (False, text), "state": (False, text), "postal_code": (False, text),
        "phone": (False, text),
    },
    "schedules": {
        "person": (True, text), "weekday": (True, words("mon", "tue", "wed", "thu", "fri", "sat", "sun")),
        "starts": (True, clock), "ends": (True, clock), "from": (False, DAY), "to": (False, DAY),
    },
    "leave": {"person": (True, text), "from": (True, DAY), "to": (True, DAY), "kind": (False, text)},
    "assignments": {
        "assignment": (True, text), "patient": (True, text), "coder": (True, text), "kind": (True, words(*KINDS)),
        "assigned_at": (True, instant), "ended_at": (False, instant), "encounter": (False, text),
        "outcome": (False, words("submitted", "reassigned", "cancelled")), "reason": (False, text),
    },
    "tickets": {
        "person": (True, text), "patient": (True, text), "from": (True, instant), "to": (True, instant),
        "reason": (True, text), "approved_by": (True, text),
    },
    "patients": {
        "patient": (True, text), "family_name": (False, text), "given_name": (False, text),
        "birth_date": (False, DAY), "address_line": (False, text), "city": (False, text), "state": (False, text),
        "postal_code": (False, text), "phone": (False, text), "contact_name": (False, text),
        "contact_phone": (False, text), "flags": (False, some_of("public_figure", "restricted")),
    },
    "vendors": {"vendor": (True, text), "name": (True, text), "parent": (False, text), "country": (False, text)},
    "baas": {
        "vendor": (True, text), "signed_on": (True, DAY), "effective_from": (True, DAY),
        "effective_to": (False, DAY), "terms": (False, some_of(*TERMS)),
    },
    "devices": {
        "device": (True, text), "person": (False, text), "owner": (False, words("clinic", "vendor", "personal")),
        "encrypted": (False, FLAG), "managed": (False, FLAG), "antivirus": (False, FLAG),
        "approved_from": (False, DAY), "approved_to": (False, DAY),
    },
    "networks": {"cidr": (True, ipaddress.ip_network), "kind": (True, words("office", "vpn", "other"))},
}  # fmt: skip
ORDERED = {
    "assignments": ("assigned_at", "ended_at"),
    "tickets": ("from", "to"),
    "leave": ("from", "to"),
    "baas": ("effective_from", "effective_to"),
    "devices": ("approved_from", "approved_to"),
    "schedules": ("from", "to"),
}


def feed(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", CONTRACT)
def test_feed_keeps_the_contract(usual: Made, name: str) -> None:
    rows = feed(usual.folder, name)
    columns = CONTRACT[name]
    assert rows
    assert sorted(rows[0]) == sorted(columns)
    for row in rows:
        for column, (required, check) in columns.items():
            assert row[column] or not required, (name, column, row)
            if row[column]:
                check(row[column])
        begin, end = (row[column] for column in ORDERED.get(name, ("", ""))) if name in ORDERED else ("", "")
        if begin and end:
            assert datetime.fromisoformat(begin) <= datetime.fromisoformat(end), row


def test_no_feed_but_those_of_the_contract(tiny: Made) -> None:
    assert sorted(path.name for path in tiny.folder.iterdir()) == sorted(
        [*(f"{name}.csv" for name in CONTRACT), "clinic.toml"]
    )


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("workforce", ("person",)),
        ("patients", ("patient",)),
        ("assignments", ("assignment",)),
        ("accesses", ("event",)),
    ],
)
def test_ids_are_unique(usual: Made, name: str, columns: tuple[str, ...]) -> None:
    keys = [tuple(row[column] for column in columns) for row in feed(usual.folder, name)]
    assert len(keys) == len(set(keys))


def test_a_login_is_one_persons(usual: Made) -> None:
    logins = [login for row in feed(usual.folder, "workforce") for login in row["logins"].split(";")]
    assert len(logins) == len(set(logins))


def test_references_lead_somewhere(usual: Made) -> None:
    folder = usual.folder
    people = {row["person"] for row in feed(folder, "workforce")}
    patients = {row["patient"] for row in feed(folder, "patients")}
    vendors = {row["vendor"] for row in feed(folder, "vendors")}
    for name in ("schedules", "leave", "tickets"):
        assert {row["person"] for row in feed(folder, name)} <= people
    assert {row["coder"] for row in feed(folder, "assignments")} <= people
    assert {row["patient"] for name in ("assignments", "tickets") for row in feed(folder, name)} <= patients
    assert {row["employer"] for row in feed(folder, "workforce")} - {""} <= vendors
    assert {row["parent"] for row in feed(folder, "vendors")} - {""} <= vendors
    assert {row["vendor"] for row in feed(folder, "baas")} == vendors
    assert {row["patient"] for row in feed(folder, "accesses")} - {""} <= patients


def test_accesses_are_in_order_and_name_a_patient_where_they_must(usual: Made) -> None:
    rows = feed(usual.folder, "accesses")
    times = [datetime.fromisoformat(row["occurred_at"]) for row in rows]
    assert times == sorted(times)
    assert [row["event"] for row in rows] == sorted(row["event"] for row in rows)
    for row in rows:
        assert bool(row["patient"]) == (row["action"] not in ACTIONS_WITHOUT_PATIENT), row
        assert bool(row["query"]) == (row["action"] == "search")


def test_the_clock_changes_in_the_period(usual: Made) -> None:
    offsets = {row["occurred_at"][-6:] for row in feed(usual.folder, "accesses")}
    assert offsets == {"-06:00", "-05:00"}


def test_several_zones_part_time_nights_and_overtime(usual: Made) -> None:
    zones = {row["time_zone"] for row in feed(usual.folder, "workforce")}
    assert {"America/Chicago", "America/Phoenix", "Asia/Manila"} <= zones
    schedules = feed(usual.folder, "schedules")
    assert any(row["ends"] < row["starts"] for row in schedules)
    assert any(row["from"] for row in schedules)
