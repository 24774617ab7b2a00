"""Triggers that refuse to change or delete what the ledger holds, on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

KEPT = ("ledger_entry", "ledger_tile", "ledger_checkpoint")
SAYS = "the ledger is only added to"
REFUSE = "ledger_refuse"


def put_up(database: Any) -> None:
    """Put the triggers on, in the present transaction. Doing it again changes nothing."""
    with database.cursor() as cursor:
        for statement in _STATEMENTS[database.vendor]():
            cursor.execute(statement)


def take_down(database: Any) -> None:
    """Take them off: for the way back of a migration, and for tests that empty their tables."""
    with database.cursor() as cursor:
        for table in KEPT:
            for what in ("update", "delete", "truncate"):
                on = f" ON {table}" if database.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}{on}")


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{what} BEFORE {what.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        for table in KEPT
        for what in ("update", "delete")
    ]


def _postgresql() -> list[str]:
    function = (
        f"CREATE OR REPLACE FUNCTION {REFUSE}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    each = {"update": "ROW", "delete": "ROW", "truncate": "STATEMENT"}
    return [function] + [
        f"CREATE OR REPLACE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} "
        f"FOR EACH {row} EXECUTE FUNCTION {REFUSE}()"
        for table in KEPT
        for what, row in each.items()
    ]


_STATEMENTS = {"sqlite": _sqlite, "postgresql": _postgresql}
