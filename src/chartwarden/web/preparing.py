"""Make a data folder ready: the folder, the key file, the tables. Again is harmless."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.keyring import VARIABLE
from chartwarden.kernel.sealing import create_key_file, load_keyring

DATABASE, KEYS, BACKUPS = "chartwarden.sqlite3", "keys", "backups"
DEMO, READY = "demo", "ready"
"""The file that marks a demo's folder, and what it holds once the demo's clinic is made."""
DEMO_MADE = ("vault", "events", "scratch", "worker", "incoming", "checkpoints", BACKUPS)


def make_folder(data: Path) -> None:
    """Make the data folder, readable by its owner alone. Raises InputRefused where it can't be."""
    try:
        made = not data.exists()
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if made and os.name == "posix":
            data.chmod(0o700)
        probe = data / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as fault:
        raise refuse("--data", "a folder that can be made and written", fault.strerror or str(fault)) from None


def make_keys(data: Path) -> bool:
    """Make the key file where this installation has no keys yet; True where it was made.

    Raises InputRefused where there is a database but no key file: new keys would open nothing of it.
    """
    path = data / KEYS
    if os.environ.get(VARIABLE, "").strip() or path.exists():
        load_keyring(path, os.environ)
        return False
    if (data / DATABASE).exists():
        raise refuse(str(path), f"the key file that belongs to this database (or {VARIABLE})", "none")
    create_key_file(path)
    return True


def migrate(at: datetime) -> tuple[int, Path | None]:
    """Bring the tables up to date. A SQLite file with anything in it is copied first; the copy's path is returned."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return 0, None
    copy = None
    if connection.vendor == "sqlite" and executor.loader.applied_migrations:
        copy = backed_up(Path(connection.settings_dict["NAME"]), at)
    call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    connection.close()
    return len(plan), copy


def gather_static() -> None:
    """Put stylesheet, scripts and pictures into the data folder, compressed and named by their content.

    A browser keeps such a file for ever, since a new one has a new name. Again is harmless.
    """
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def backed_up(database: Path, at: datetime) -> Path:
    """A copy of a SQLite file, whole even while others write, durably beside it in ``backups``."""
    folder = database.parent / BACKUPS
    folder.mkdir(exist_ok=True, mode=0o700)
    copy = folder / f"before-update-{at:%Y%m%dT%H%M%SZ}.sqlite3"
    os.close(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return copy


def begin_anew(data: Path) -> None:
    """Remove what a demo that was not finished has left. Nothing where it is finished, or was never begun."""
    mark = data / DEMO
    if not mark.is_file() or mark.read_text(encoding="ascii") == READY:
        return
    for path in data.glob(f"{DATABASE}*"):
        path.unlink()
    for name in DEMO_MADE:
        shutil.rmtree(data / name, ignore_errors=True)
