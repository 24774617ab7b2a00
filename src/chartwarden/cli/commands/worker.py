"""chartwarden worker: the work that nobody waits for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, prepared


def run(data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None) -> None:
    """Do the periodic and the heavy work of an installation that `serve` has made: reviews, mail, imports, upkeep."""
    prepared(data)
    from chartwarden.web.services import work

    work()
