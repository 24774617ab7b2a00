"""Which installation a command is about, and Django set up for it."""

from __future__ import annotations

import os
from pathlib import Path

from chartwarden.cli.values import whole
from chartwarden.kernel.errors import refuse

HOST, PORT = "127.0.0.1", 8700
FOLDER, DEMO_FOLDER = Path("chartwarden-data"), Path("demo-data")
DATA_HELP = "The data folder; without it, CHARTWARDEN_DATA or ./chartwarden-data."
port = whole("--port", 1, 65535)


def folder(given: Path | None, *, demo: bool = False) -> Path:
    """The data folder: as given, or CHARTWARDEN_DATA, or a folder here."""
    named = os.environ.get("CHARTWARDEN_DATA", "")
    return given or (Path(named) if named else DEMO_FOLDER if demo else FOLDER)


def prepared(given: Path | None) -> Path:
    """Set Django up for a data folder that is there. Raises InputRefused where it is not."""
    data = folder(given)
    if not data.is_dir():
        raise refuse("--data", "a data folder that `chartwarden serve` has made", str(data))
    from chartwarden.web.services import point_at, set_up

    point_at(data)
    set_up()
    return data
