"""``chartwarden serve``: everything for one clinic from one command."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.keyring import VARIABLE
from chartwarden.web import pages, preparing
from chartwarden.web.contracts import Level, Ready
from chartwarden.web.preparing import DATABASE, DEMO, KEYS
from chartwarden.web.processes import Child, keep


def point_at(data: Path, *, demo: bool = False) -> None:
    """Set this process, and those it starts, up for a data folder. A demo's folder is marked, and stays a demo.

    Raises InputRefused where the folder can't be used, or a demo would be made over real data.
    """
    mark = data / DEMO
    if demo and (data / DATABASE).exists() and not mark.is_file():
        raise refuse("--data", "a new folder, or an earlier demo's", "a folder with a clinic's own data")
    if (demo or mark.is_file()) and os.environ.get("DATABASE_URL"):
        raise refuse("DATABASE_URL", "nothing, since a demo keeps its own SQLite file", "a database")
    preparing.make_folder(data)
    if demo:
        mark.touch()
        preparing.begin_anew(data)
    os.environ["CHARTWARDEN_DATA"] = str(data.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "chartwarden.web.settings"


def set_up() -> None:
    """Load Django for the folder that ``point_at`` named."""
    import django

    django.setup()


def make_ready(data: Path, host: str, port: int, *, demo: bool, tell: Callable[[str], None]) -> Ready:
    """Make folder, keys and tables (and the demo clinic) where they are not there yet. Raises InputRefused.

    ``tell`` is given a line before anything that takes a while.
    """
    point_at(data, demo=demo)
    preparing.make_keys(data)
    set_up()
    pages.admit(host)
    pages.free(host, port)
    now = datetime.now(UTC)
    count, copy = preparing.migrate(now)
    from chartwarden.clinics.queries import clinics

    accounts: tuple[tuple[str, str, str], ...] = ()
    keys = VARIABLE if os.environ.get(VARIABLE, "").strip() else str((data / KEYS).absolute())
    if demo or (data / DEMO).is_file():
        from chartwarden.web.demo_clinic import ready

        accounts = ready(data, now, tell)
    first_use = not clinics()
    code = _code() if first_use else ""
    if code:
        os.environ["CHARTWARDEN_SETUP_CODE"] = code
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    os.environ.setdefault("CHARTWARDEN_URL", address.rstrip("/"))
    return Ready(
        address=address,
        data=data.absolute(),
        keys=keys,
        migrations=count,
        backup=copy,
        external=bool(os.environ.get("DATABASE_URL")),
        first_use=first_use,
        code=code,
        accounts=accounts,
        warnings=_warnings(),
    )


def _warnings() -> tuple[str, ...]:
    from chartwarden.web.examining_database import of_role

    return tuple(f"{one.what}. {one.advice}" for one in of_role() if one.level is Level.WRONG)


def run(host: str, port: int, say: Callable[[str], None]) -> None:
    """Keep pages, worker and, where there is an EHR, the gateway running until Ctrl-C or SIGTERM, which the command
    line makes the same. The gateway listens one port further."""
    from django.conf import settings

    children = [Child("pages", ["web", "--host", host, "--port", str(port)], say), Child("worker", ["worker"], say)]
    if settings.FHIR_BASE:
        children.append(Child("gateway", ["gateway", "--host", host, "--port", str(port + 1)], say))
    keep(children, threading.Event())


def _code() -> str:
    """The one-time code that the first run asks for from other machines: as given, or a new one at each start."""
    return os.environ.get("CHARTWARDEN_SETUP_CODE") or f"{secrets.token_hex(2)}-{secrets.token_hex(2)}"
