"""What ``doctor`` sees of the database: reached, up to date, durable, whole; keys that open; ledgers that hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import acting_in, keys_that_stay_shut, sees_through_walls
from chartwarden.ledger.contracts import Verified
from chartwarden.ledger.queries import entry
from chartwarden.web.contracts import Finding, Level
from chartwarden.web.verifying import verify_all

SYNCHRONOUS_FULL = 2
ASTRAY = timedelta(minutes=5)


def of_database() -> Iterator[Finding]:
    """Whether it is reached and up to date; of SQLite also whether all is whole and each commit on disk."""
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as fault:
        yield Finding(Level.WRONG, f"database: not reached ({type(fault).__name__})", _reach())
        return
    if missing:
        advice = "`chartwarden serve` brings it up to date, after copying it."
        yield Finding(Level.WRONG, f"database: {missing} migrations behind", advice)
        return
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        yield Finding(Level.OK, f"database: {connection.display_name}, up to date")


def of_role() -> Iterator[Finding]:
    """Whether row-level security holds the role that PostgreSQL is reached by. Nothing on SQLite."""
    void = sees_through_walls()
    if void:
        said = f"database: {void}, so row-level security is void: a careless query shows every clinic's rows"
        name = void.split()[2]
        advice = f"As PostgreSQL's administrator: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS; or make a role of its own."
        yield Finding(Level.WRONG, said, advice)
    elif connection.vendor == "postgresql":
        yield Finding(Level.OK, "database: row-level security holds the role that it is reached by")


def _reach() -> str:
    if connection.vendor == "sqlite":
        return "The file is no database or can't be read. Put back a copy; keep the broken file."
    return "See that PostgreSQL runs and DATABASE_URL is right."


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        whole = cursor.execute("PRAGMA quick_check(1)").fetchone()[0]
    if whole != "ok":
        yield Finding(Level.WRONG, "database: the file is damaged", "Stop, keep this file, and put back a copy.")
    elif journal != "wal" or synchronous < SYNCHRONOUS_FULL:
        advice = "Keep the data folder on a local disk: network folders refuse it."
        yield Finding(
            Level.WRONG, f"database: journal {journal}, synchronous {synchronous}; expected wal and 2", advice
        )
    else:
        yield Finding(Level.OK, "database: SQLite, up to date, whole, every commit on disk (WAL, FULL)")


def clinic_ids() -> list[UUID]:
    """Every clinic of this installation."""
    return [clinic.id for clinic in clinics()]


def of_data_keys() -> Iterator[Finding]:
    """Whether the master keys open every clinic's data keys."""
    for clinic in clinics():
        with acting_in(clinic.id):
            shut = keys_that_stay_shut(clinic.id)
        if shut:
            advice = "These are another installation's master keys. Put the right key file back."
            yield Finding(Level.WRONG, f"data keys of clinic {clinic.id}: {shut} can't be opened", advice)
        else:
            yield Finding(Level.OK, f"data keys of clinic {clinic.id}: open")


def _held(clinic: UUID, verified: Verified) -> Finding:
    said = f"ledger of clinic {clinic}: {verified.size:,} entries hold"
    if not verified.checkpoints:
        missing = "but no checkpoint was ever signed: nothing shows that history was not rewritten"
    elif not verified.outside:
        missing = "but no checkpoint is kept outside the database: whoever rules it could have rewritten all"
    else:
        return Finding(Level.OK, f"{said}, with {verified.outside:,} checkpoints kept outside the database")
    return Finding(
        Level.WARN, f"{said}, {missing}", "The worker signs and keeps one every five minutes: see that it runs."
    )


def of_ledgers(now: datetime) -> Iterator[Finding]:
    """Whether every clinic's ledger holds, and this machine's clock is not before its last entry."""
    for clinic in clinics():
        with acting_in(clinic.id):
            verified, _ = verify_all(clinic.id)
            last = entry(clinic.id, verified.size - 1) if verified.size else None
        if not verified.sound:
            said = f"ledger of clinic {clinic.id}: {len(verified.faults)} faults. {verified.faults[0]}"
            yield Finding(Level.WRONG, said, "Change nothing more; keep this database, and put back a copy beside it.")
        else:
            yield _held(clinic.id, verified)
        if last is not None and last.at > now + ASTRAY:
            said = f"clock: {now:%Y-%m-%d %H:%M} UTC, but the last entry was made at {last.at:%Y-%m-%d %H:%M} UTC"
            yield Finding(Level.WRONG, said, "Set this machine's clock, and have it kept right (NTP).")
        elif last is not None:
            yield Finding(Level.OK, f"clock: {now:%Y-%m-%d %H:%M} UTC, after the last entry")
