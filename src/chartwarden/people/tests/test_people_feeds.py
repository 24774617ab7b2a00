"""Feeds taken over: what was read comes back the same, again is harmless, and nothing is dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import connection

from chartwarden.kernel.actors import Actor
from chartwarden.logs.contracts import feed_schema
from chartwarden.people import models, queries, services
from chartwarden.people.feeds import TAKES
from chartwarden.review.feeds import FEEDS
from tests.support.clinic import AT, House

SYSTEM = Actor.of_system("tests")
SCHEMAS = {feed.name: feed_schema(feed) for feed in FEEDS if feed.name in TAKES}
ENDED = datetime(2026, 2, 28, 6, 0)


@dataclass(frozen=True)
class Count:
    sha256: str


@dataclass(frozen=True)
class Read:
    parquet: Path
    count: Count
    present: tuple[str, ...]


def person(number: int, **more: Any) -> dict[str, Any]:
    values = {
        "person": f"u{number:05}", "logins": [f"login{number}", f"second{number}"], "role": "coder",
        "started_on": date(2025, 3, 3), "ended_at": ENDED if number % 7 == 0 else None,
        "employer": "v1" if number % 3 == 0 else None, "family_name": f"Plantedname{number}",
        "given_name": "Given", "birth_date": date(1980, 1, 1) + timedelta(days=number),
        "time_zone": "America/Denver" if number % 5 == 0 else None, "address_line": f"{number} Oak Street",
        "city": "Springfield", "state": "IL", "postal_code": "62701", "phone": None,
    }  # fmt: skip
    return values | more


@pytest.fixture
def take(house: House, tmp_path: Path) -> Any:
    def taking(name: str, rows: list[dict[str, Any]], actor: Actor = SYSTEM, at: datetime = AT, sha: str = "") -> Any:
        path = tmp_path / f"{name}.parquet"
        table = pa.Table.from_pylist(rows, schema=SCHEMAS[name])
        pq.write_table(table, path)
        read = Read(path, Count(sha or str(hash(str(rows)))), tuple(SCHEMAS[name].names))
        return TAKES[name](clinic=house.id, feed=read, actor=actor, at=at)

    return taking


def kept(house: House, rows: int = 10**9) -> pa.Table:
    """The workforce without the fixture's own people."""
    table = queries.workforce_table(house.id)
    assert table is not None
    return table.filter(pa.compute.starts_with(table["person"], "u0")).slice(0, rows)


def test_two_thousand_people_come_back_as_they_were_read(house: House, take: Any) -> None:
    rows = [person(number) for number in range(2000)]
    assert take("workforce", rows).added == 2000
    table = kept(house)
    assert table.schema == SCHEMAS["workforce"]
    assert table.to_pylist() == rows
    again = take("workforce", rows, at=AT + timedelta(days=1))
    assert (again.added, again.changed, again.ended, again.unchanged) == (0, 0, 0, 2000)
    assert models.FeedTake.objects.filter(clinic_id=house.id).count() == 1


def test_no_name_lies_in_the_tables_in_plain(house: House, take: Any) -> None:
    take("workforce", [person(1)])
    with connection.cursor() as cursor:
        for table in ("people_person", "people_engagement", "people_ehrlogin", "people_feedtake"):
            cursor.execute(f"SELECT * FROM {table}")
            held = str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
            assert not any(word in held for word in ("Plantedname1", "login1", "u00001", "Oak Street"))
    assert str(settings.DATA)  # the data folder holds this very database on SQLite


def test_who_is_no_longer_named_stays_and_is_counted(house: House, take: Any) -> None:
    take("workforce", [person(1), person(2), person(7)])
    assert queries.absent_count(house.id, AT) == len(house.people)
    taken = take("workforce", [person(2)], at=AT + timedelta(days=1))
    assert (taken.absent, taken.unchanged) == (1 + len(house.people), 1)
    absent = {row.code for row in queries.roster(house.id, AT + timedelta(days=1)) if row.absent}
    assert "u00001" in absent
    assert not {"u00002", "u00007"} & absent  # named, and ended before


def test_an_end_in_the_file_takes_roles_and_its_lifting_brings_none_back(house: House, take: Any) -> None:
    take("workforce", [person(1)])
    who = queries.person_by_code(house.id, "u00001")
    assert who is not None
    services.grant_role(clinic=house.id, person=who, role="coder", actor=SYSTEM, at=AT)
    end = datetime(2026, 3, 10, 5, 0)
    later = AT + timedelta(days=2)
    assert take("workforce", [person(1, ended_at=end)], at=later).ended == 1
    assert queries.holders(house.id, "coder", later) == [house.people["coder"]]
    assert take("workforce", [person(1)], at=later).changed == 1
    assert queries.holders(house.id, "coder", later) == [house.people["coder"]]
    assert [row.state for row in queries.roster(house.id, later, [who])] == ["engaged"]


def test_a_file_does_not_undo_what_a_person_has_ended(house: House, take: Any) -> None:
    take("workforce", [person(1)])
    who = queries.person_by_code(house.id, "u00001")
    services.end_engagement(clinic=house.id, person=who, actor=house.actor("owner"), at=AT)  # type: ignore[arg-type]
    later = AT + timedelta(days=1)
    taken = take("workforce", [person(1)], at=later)
    assert (taken.held, taken.changed) == (1, 0)
    assert [row.state for row in queries.roster(house.id, later, [who])] == ["ended"]  # type: ignore[list-item]
    back = date(2026, 4, 6)
    assert take("workforce", [person(1, started_on=back)], at=later).changed == 1
    assert [row.state for row in queries.roster(house.id, later, [who])] == ["to_come"]  # type: ignore[list-item]


def test_a_file_ends_neither_the_last_officer_nor_whoever_imports_it(house: House, take: Any) -> None:
    officer = {"person": "u-privacy_officer", "role": "privacy_officer"}
    mine = {"person": "u-human_resources", "role": "human_resources"}
    rows = [person(1, **who, started_on=date(2025, 1, 6), ended_at=ENDED) for who in (officer, mine)]
    taken = take("workforce", rows, actor=house.actor("human_resources"))
    assert (taken.held, taken.ended) == (2, 0)
    assert queries.holders(house.id, "privacy_officer", AT) == [house.people["privacy_officer"]]


def test_a_file_does_not_change_the_importers_own_logins(house: House, take: Any) -> None:
    officer = house.people["privacy_officer"]
    services.change_person(clinic=house.id, person=officer, logins=["po01"], actor=house.actor("owner"), at=AT)
    row = {"person": "u-privacy_officer", "logins": [], "role": "privacy_officer", "started_on": date(2025, 1, 6)}
    taken = take("workforce", [row], actor=house.actor("privacy_officer"))
    assert taken.held == 1
    assert queries.by_login(house.id) == {"po01": (officer,)}


def test_columns_that_a_file_lacks_are_left_alone(house: House, take: Any, tmp_path: Path) -> None:
    take("workforce", [person(1)])
    row = {"person": "u00001", "logins": ["new"], "role": "qa_auditor", "started_on": date(2025, 3, 3)}
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMAS["workforce"]), tmp_path / "few.parquet")
    read = Read(tmp_path / "few.parquet", Count("few"), ("person", "logins", "role", "started_on"))
    TAKES["workforce"](clinic=house.id, feed=read, actor=SYSTEM, at=AT)
    (found,) = kept(house).to_pylist()
    assert found == person(1, logins=["new"], role="qa_auditor")


def hours(who: str, day: str, **more: Any) -> dict[str, Any]:
    return {"person": who, "weekday": day, "starts": 480, "ends": 990, "from": None, "to": None} | more


def test_schedules_come_back_and_replace_only_their_people(house: House, take: Any) -> None:
    assert queries.schedules_table(house.id) is None
    take("workforce", [person(1), person(2)])
    rows = [hours("u00001", "mon"), hours("u00001", "tue", starts=1320, ends=360), hours("u00002", "sun")]
    assert take("schedules", rows).added == 3
    table = queries.schedules_table(house.id)
    assert table is not None
    assert (table.schema, table.to_pylist()) == (SCHEMAS["schedules"], rows)
    taken = take("schedules", [hours("u00001", "mon"), hours("nobody", "mon")])
    assert (taken.ended, taken.unchanged, taken.absent, taken.unknown) == (1, 1, 1, 1)
    assert queries.schedules_table(house.id).to_pylist() == [rows[0], rows[2]]  # type: ignore[union-attr]


def off(who: str, first: int, last: int, kind: str | None = "vacation") -> dict[str, Any]:
    return {"person": who, "from": date(2026, 3, first), "to": date(2026, 3, last), "kind": kind}


def test_leave_comes_back_and_only_what_the_file_is_about_ends(house: House, take: Any) -> None:
    take("workforce", [person(1), person(2)])
    rows = [off("u00001", 2, 4), off("u00001", 20, 21, None), off("u00002", 9, 9)]
    assert take("leave", rows).added == 3
    table = queries.leave_table(house.id)
    assert table is not None
    assert (table.schema, table.to_pylist()) == (SCHEMAS["leave"], rows)
    taken = take("leave", [off("u00001", 18, 19), off("u00001", 28, 29)])
    assert (taken.added, taken.ended, taken.absent) == (2, 1, 1)
    assert queries.leave_table(house.id).num_rows == 4  # type: ignore[union-attr]


def test_instants_are_kept_to_the_microsecond(house: House, take: Any) -> None:
    end = datetime(2026, 11, 1, 6, 30, 0, 123456)
    take("workforce", [person(1, ended_at=end)])
    assert kept(house).to_pylist()[0]["ended_at"] == end
    assert models.Engagement.objects.get(clinic_id=house.id, ended_by="feed").ended_at == end.replace(tzinfo=UTC)
