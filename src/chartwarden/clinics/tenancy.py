"""Which clinic the code at work acts in, and how the database is told.

Every query filters by clinic itself; on PostgreSQL row-level security says the same once more, so that a query that
forgot shows nothing. SQLite has no such wall.

The clinic is a setting of the session. What is set within a transaction or savepoint goes back with it, so a block that
ends in a broken transaction need not, and can't, set it back. A thread of its own starts with no clinic, as does a new
connection there. An answer that streams is made after the block: it sees nothing, unless it acts in a clinic itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, connections

SETTING = "chartwarden.clinic"
EVERY = "*"
IN_ERROR = 3
"""PQTRANS_INERROR of libpq: a transaction that only waits for its rollback."""
_present: ContextVar[str] = ContextVar("clinic", default="")


@contextmanager
def acting(clinic: str) -> Iterator[None]:
    """Act in a clinic (its id as text, or EVERY) until the block ends."""
    before = _present.get()
    token = _present.set(clinic)
    tell(connection)
    try:
        yield
    finally:
        _present.reset(token)
        if not _broken(connection):
            tell(connection, before)


def _broken(database: Any) -> bool:
    """Whether nothing but a rollback is possible on this connection, which brings the former setting back."""
    if database.needs_rollback or database.vendor != "postgresql" or database.connection is None:
        return bool(database.needs_rollback)
    return bool(database.connection.closed or database.connection.info.transaction_status == IN_ERROR)


def present() -> UUID | None:
    """The clinic acted in; None where there is none, or all are."""
    value = _present.get()
    return UUID(value) if value not in ("", EVERY) else None


def tell(database: Any, clinic: str | None = None) -> None:
    """Tell PostgreSQL which clinic's rows may be seen on this connection."""
    if database.vendor == "postgresql" and database.connection is not None:
        with database.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, _present.get() if clinic is None else clinic])


def told_on_connecting(connection: Any, **_: Any) -> None:
    """Signal receiver: a connection made in the midst of a block learns of it."""
    tell(connection)


POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS one_clinic ON {table};
CREATE POLICY one_clinic ON {table} USING (
  clinic_id::text = current_setting('{setting}', true) OR current_setting('{setting}', true) = '{every}'
);
"""


def wall_in(using: str = "default", **_: Any) -> None:
    """Signal receiver: after a migration, put row-level security on every table with a clinic."""
    database = connections[using]
    if database.vendor != "postgresql":
        return
    there = set(database.introspection.table_names())
    with database.cursor() as cursor:
        for table in walled_tables():
            if table in there:
                quoted = database.ops.quote_name(table)
                cursor.execute(POLICY.format(table=quoted, setting=SETTING, every=EVERY))


def sees_through_walls() -> str:
    """Why row-level security does not hold the role that the database is reached by; nothing where it does.

    SQLite has no such wall, and so nothing to see through.
    """
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        name, superuser, bypasses = cursor.fetchone()
    if superuser:
        return f"the role {name} is a superuser"
    return f"the role {name} has BYPASSRLS" if bypasses else ""


def walled_tables() -> list[str]:
    """Tables whose rows belong to one clinic: those with a column ``clinic_id``."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(getattr(field, "column", None) == "clinic_id" for field in model._meta.local_fields)
    )
