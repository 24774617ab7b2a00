"""The tables' pages: every table of a clinic's rows, its own rows alone, nothing sealed, nothing to change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chartwarden.clinics.services import acting_in
from chartwarden.clinics.tenancy import walled_tables
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission
from chartwarden.people.roles import ROLES
from chartwarden.people.services import make_token
from chartwarden.web import records
from tests.support.clinic import AT, House, make_house, sign_in_as

WITHHELD = {
    "devices_device": {"ref_index", "stretch", "owner", "sealed"},
    "devices_deviceproof": {"ref_index", "fingerprint"},
    "devices_disposal": {"method", "what", "salt"},
    "devices_mdmsource": {"sealed", "trouble"},
    "devices_network": {"cidr"},
    "devices_workplaceexception": {"reason", "why", "salt"},
    "devices_workplacestatement": {"confirmed", "note", "salt"},
    "gateway_accesstoken": {"digest"},
    "ledger_entry": {"body", "leaf_hash"},
    "people_apitoken": {"label", "digest", "scopes"},
    "people_engagement": {"feed_role", "employer"},
    "people_person": {"code_index", "identity", "time_zone"},
    "people_outgoingmail": {"path", "address", "trouble"},
    "logs_logimport": {"name", "facts", "preview", "digest_index", "stage", "fraction", "held"},
    "review_caserecord": {
        "head", "body", "score", "suggested", "outcome", "coder_index", "patient_index", "holders", "detectors",
        "alike", "digest", "withdrawn_for",
    },
    "review_disposition": {"outcome", "note", "salt", "reason", "reason_salt"},
}  # fmt: skip
"""What some tables keep to themselves."""


def seen_by(house: House, role: str) -> list[records.RowTable]:
    found = people.member(house.users[role], house.id, AT)
    assert found
    return records.tables(found)


def test_every_table_of_a_clinics_rows_is_there(house: House) -> None:
    assert [table.name for table in sorted(seen_by(house, "auditor"), key=lambda one: one.name)] == walled_tables()


def test_what_may_hold_text_or_secrets_is_no_column(house: House) -> None:
    by_name = {table.name: table for table in seen_by(house, "auditor")}
    for name, hidden in WITHHELD.items():
        fields = {field.attname for field in records._model(by_name[name])._meta.local_fields if field.column}
        assert fields - set(by_name[name].columns) == hidden | {"clinic_id"}, name


def test_a_table_is_shown_to_those_who_may_see_its_room(house: House) -> None:
    assert {role for role in ROLES if Permission.SEE_TABLES in ROLES[role]} == {"owner", "security_officer", "auditor"}
    assert "review" not in {table.room for table in seen_by(house, "owner")}
    assert "review" in {table.room for table in seen_by(house, "security_officer")}


def test_the_list_counts_and_leads_to_rows(signed_in: Callable[[str], Any], house: House) -> None:
    client = signed_in("auditor")
    listed = client.get(f"/c/{house.id}/tables/").text
    assert f"/c/{house.id}/tables/people_rolegrant/" in listed
    assert "A role in Chartwarden, from an instant until another." in listed
    rows = client.get(f"/c/{house.id}/tables/people_rolegrant/").text
    assert "privacy officer" in rows
    assert str(house.people["coder"]) in rows
    assert rows.count("<tr>") == 1 + len(ROLES)


def test_one_row_is_found_by_its_id(signed_in: Callable[[str], Any], house: House) -> None:
    client, there = signed_in("owner"), f"/c/{house.id}/tables/people_person/"
    coder = house.people["coder"]
    assert str(house.users["coder"]) in client.get(there, {"row": f" {coder} "}).text
    for nothing in (uuid4(), "x", "", f"{coder}' or 1=1"):
        answer = client.get(there, {"row": nothing})
        assert answer.status_code == 404
        assert "no row of that id" in answer.text


def test_no_name_and_no_free_text_is_on_any_page(signed_in: Callable[[str], Any], house: House) -> None:
    owner = people.member(house.users["owner"], house.id, AT)
    assert owner
    make_token(
        member=owner, label="Planted label", scopes=[Permission.SEE_PEOPLE], expires_at=AT + timedelta(days=9),
        actor=owner.actor, at=AT,
    )  # fmt: skip
    client = signed_in("security_officer")
    for table in seen_by(house, "security_officer"):
        page = client.get(f"/c/{house.id}/tables/{table.name}/")
        assert page.status_code == 200, table.name
        main = page.text.partition("<main")[2]
        assert not [word for word in ("Planted label", "u-coder", "Coder Example", "@lakeside") if word in main]


def test_another_clinics_rows_are_in_no_table(client: Any, house: House) -> None:
    other = make_house("Hilltop Clinic", "hilltop")
    sign_in_as(client, other.users["auditor"])
    with acting_in(other.id):
        for table in seen_by(other, "auditor"):
            assert str(house.id) not in client.get(f"/c/{other.id}/tables/{table.name}/").text
    answer = client.get(f"/c/{other.id}/tables/people_person/", {"row": str(house.people["coder"])})
    assert answer.status_code == 404
    assert len(client.get(f"/c/{other.id}/tables/people_person/").text.split('<td><a class="code id"')) == 1 + len(
        ROLES
    )


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("place", ["", "people_person/"])
def test_nothing_is_changed_here(signed_in: Callable[[str], Any], house: House, method: str, place: str) -> None:
    assert getattr(signed_in("owner"), method)(f"/c/{house.id}/tables/{place}").status_code == 405


@pytest.mark.parametrize("name", ["people_user", "clinics_clinic", "auth_group", "mfa_authenticator", "nothing"])
def test_other_tables_are_not_there(signed_in: Callable[[str], Any], house: House, name: str) -> None:
    assert signed_in("auditor").get(f"/c/{house.id}/tables/{name}/").status_code == 404


def test_the_owner_is_told_of_no_table_of_cases(signed_in: Callable[[str], Any], house: House) -> None:
    assert signed_in("owner").get(f"/c/{house.id}/tables/review_caserecord/").status_code == 404


@pytest.mark.parametrize("asked", ["0", "1", "2", "999999999", "-1", "x", "1" * 40])
def test_any_page_number_shows_a_page(signed_in: Callable[[str], Any], house: House, asked: str) -> None:
    answer = signed_in("auditor").get(f"/c/{house.id}/tables/ledger_entry/", {"page": asked})
    assert answer.status_code == 200
    assert "people.role" in answer.text
