"""The workforce as the review needs it: who is in scope, in which zone, under which logins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from chartwarden.kernel.zones import from_local
from chartwarden.review.contracts import Clinic
from chartwarden.review.feeds import CODING_ROLES

PERSON_COLUMNS = (
    "person", "role", "employer", "family_name", "given_name", "birth_date", "address_line", "city", "state",
    "postal_code", "phone",
)  # fmt: skip
PEOPLE_SCHEMA = pa.schema(
    [
        *((name, pa.date32() if name == "birth_date" else pa.string()) for name in PERSON_COLUMNS),
        ("zone", pa.string()),
        ("started_at", pa.timestamp("us")),
        ("ended_at", pa.timestamp("us")),
        ("in_scope", pa.bool_()),
    ]
)
ACTOR_SCHEMA = pa.schema([(name, pa.string()) for name in ("actor", "coder", "person", "zone")])


def zones_of(workforce: Iterable[Mapping[str, Any]], clinic: Clinic) -> dict[str, ZoneInfo]:
    """Each person's zone; the clinic's where the feed names none."""
    return {row["person"]: ZoneInfo(row["time_zone"]) if row["time_zone"] else clinic.time_zone for row in workforce}


def names_of(workforce: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Each person's name as pages show it, where the feed has one."""
    return {
        row["person"]: " ".join(part for part in (row["given_name"], row["family_name"]) if part)
        for row in workforce
        if row["family_name"]
    }


def people(workforce: Sequence[Mapping[str, Any]], zones: Mapping[str, ZoneInfo]) -> pa.Table:
    """The table ``people``."""
    rows = [
        {
            **{name: row[name] for name in PERSON_COLUMNS},
            "zone": zones[row["person"]].key,
            "started_at": from_local(datetime.combine(row["started_on"], time()), zones[row["person"]]).utc,
            "ended_at": row["ended_at"],
            "in_scope": in_scope(row),
        }
        for row in workforce
    ]
    return pa.Table.from_pylist(rows, schema=PEOPLE_SCHEMA)


def in_scope(row: Mapping[str, Any]) -> bool:
    """Coders and quality auditors, and everyone of a coding vendor (feeds.md, Scope)."""
    return row["role"] in CODING_ROLES or bool(row["employer"])


def actors(
    seen: Iterable[str], workforce: Sequence[Mapping[str, Any]], zones: Mapping[str, ZoneInfo], clinic: Clinic
) -> pa.Table:
    """The table ``actors``: of the logins seen those in scope.

    A login that no workforce row knows, or that several people hold, stands for itself; spelled like somebody's id,
    it is marked as a login.
    """
    owners: dict[str, list[Mapping[str, Any]]] = {}
    for row in workforce:
        for login in row["logins"]:
            owners.setdefault(login, []).append(row)
    rows = []
    for actor in sorted(seen):
        held_by = owners.get(actor, [])
        if len(held_by) == 1 and in_scope(held_by[0]):
            person = held_by[0]["person"]
            rows.append({"actor": actor, "coder": person, "person": person, "zone": zones[person].key})
        elif not held_by or (len(held_by) > 1 and any(in_scope(row) for row in held_by)):
            coder = f"login {actor}" if actor in zones else actor
            rows.append({"actor": actor, "coder": coder, "person": None, "zone": clinic.time_zone.key})
    return pa.Table.from_pylist(rows, schema=ACTOR_SCHEMA)


def held_by_several(workforce: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Logins that the staff list gives to more than one person, with those people."""
    owners: dict[str, list[str]] = {}
    for row in workforce:
        for login in row["logins"]:
            owners.setdefault(login, []).append(row["person"])
    return {login: people for login, people in sorted(owners.items()) if len(people) > 1}
