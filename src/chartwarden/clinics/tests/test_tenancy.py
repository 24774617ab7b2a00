"""The wall between clinics: every row's table has it, and it stands through errors, threads and reused connections.

What is tested in raw SQL is PostgreSQL's row-level security; on SQLite the queries' own filters are all there is.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.clinics.tenancy import present, walled_tables
from tests.support.clinic import House, sign_in_as

WITHOUT_CLINIC = {"clinics.Clinic", "people.User", "people.AccountMail", "people.FactorReset", "people.Tally"}
"""The clinic itself, and accounts with what is theirs: somebody may be a person of several clinics."""


def walled() -> bool:
    return connection.vendor == "postgresql"


def count(table: str = "people_person") -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_every_table_belongs_to_a_clinic_or_is_named_here() -> None:
    models = [m for m in apps.get_models(include_auto_created=True) if m.__module__.startswith("chartwarden.")]
    assert len(models) > 10
    loose = {m._meta.label for m in models if m._meta.db_table not in walled_tables()}
    assert loose == WITHOUT_CLINIC


def test_every_such_table_has_the_policy(db: None) -> None:
    if not walled():
        assert walled_tables()
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid WHERE p.polname = 'one_clinic' "
            "AND p.polcmd = '*' AND p.polpermissive AND p.polwithcheck IS NULL "
            "AND c.relrowsecurity AND c.relforcerowsecurity"
        )
        assert {row[0] for row in cursor.fetchall()} == set(walled_tables())
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)


def test_sql_without_a_filter_sees_one_clinic_only(house: House, other_house: House) -> None:
    mine = len(house.people)
    everyone = mine + len(other_house.people)
    assert count() == (mine if walled() else everyone)
    with across_clinics():
        assert count() == everyone
        with acting_in(other_house.id):
            assert (count(), present()) == (mine if walled() else everyone, other_house.id)
        assert (count(), present()) == (everyone, None)
    assert present() == house.id
    with acting_in(uuid4()):
        assert count() == (0 if walled() else everyone)


def test_outside_of_every_clinic_nothing_is_there(other_house: House) -> None:
    assert present() is None
    assert count() == (0 if walled() else len(other_house.people))
    assert count("people_rolegrant") == (0 if walled() else len(other_house.people))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET time_zone = 'X'" if walled() else "SELECT 1")
        assert cursor.rowcount == 0 or not walled()


def write_for(clinic: UUID) -> None:
    from chartwarden.people.models import FeedTake
    from tests.support.clinic import AT

    FeedTake.objects.create(clinic_id=clinic, feed="workforce", digest="", taken_at=AT)


def test_a_row_for_another_clinic_is_refused(house: House, other_house: House) -> None:
    write_for(house.id)
    if walled():
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            write_for(other_house.id)
        from chartwarden.people.models import FeedTake

        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            FeedTake.objects.update(clinic_id=other_house.id)


def fail_within(clinic: UUID) -> None:
    with acting_in(clinic):
        write_for(clinic)
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO people_user (id) SELECT id FROM people_user")


def test_a_fault_in_a_block_stays_itself_and_the_clinic_goes_back(house: House, other_house: House) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        fail_within(other_house.id)
    assert present() == house.id
    assert count() == len(house.people) * (1 if walled() else 2)


@pytest.mark.django_db(transaction=True)
def test_a_fault_without_a_transaction_leaves_the_connection_without_a_clinic() -> None:
    from tests.support.clinic import make_house

    first, second = make_house("First", "first"), make_house("Second", "second")
    with pytest.raises(IntegrityError), transaction.atomic():
        fail_within(second.id)
    with pytest.raises(IntegrityError):
        fail_within(first.id)
    with pytest.raises(ZeroDivisionError), acting_in(first.id), transaction.atomic():
        raise ZeroDivisionError
    everyone = 2 * len(first.people)
    assert count() == (0 if walled() else everyone)
    with acting_in(first.id):
        connection.close()
        assert count() == (len(first.people) if walled() else everyone)
        connection.close()
    assert count() == (0 if walled() else everyone)
    with acting_in(first.id), ThreadPoolExecutor(1) as pool:
        assert pool.submit(_count_and_close).result() == (None, 0 if walled() else everyone)


def _count_and_close() -> tuple[UUID | None, int]:
    try:
        return present(), count()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_requests_share_carries_no_clinic_over(client: Any, monkeypatch: Any) -> None:
    from tests.support.clinic import make_house

    house, other = make_house("First", "first"), make_house("Second", "second")
    client.raise_request_exception = False
    for who, where in ((house, house), (other, other), (house, other), (other, other)):
        sign_in_as(client, who.users["owner"])
        answer = client.get(reverse("web:home", kwargs={"clinic": where.id}))
        assert answer.status_code == (200 if who is where else 404)
        assert _setting() == ""
    monkeypatch.setattr("chartwarden.web.access.decide", _broken_policy)
    assert client.get(reverse("web:home", kwargs={"clinic": other.id})).status_code == 500
    assert (_setting(), present()) == ("", None)


def _broken_policy(*_: Any) -> None:
    with transaction.atomic():
        fail_within(present() or uuid4())


def _setting() -> str:
    if not walled():
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('chartwarden.clinic', true), '')")
        return str(cursor.fetchone()[0])
