"""chartwarden doctor: is this installation sound?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, folder

WRONG = 3


def run(data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None) -> int:
    """Examine an installation: keys, database, ledger, clock, disk, worker, mail. Exits with 3 where not sound."""
    from chartwarden.web.contracts import Level
    from chartwarden.web.services import examine

    wrong = warned = 0
    for finding in examine(folder(data)):
        print(f"{finding.level.value:<5}  {finding.what}")
        if finding.advice:
            print(f"       {finding.advice}")
        wrong += finding.level is Level.WRONG
        warned += finding.level is Level.WARN
    print(f"\n{_summary(wrong, warned)}")
    return WRONG if wrong else 0


def _summary(wrong: int, warned: int) -> str:
    if wrong:
        return f"Not sound: {wrong} wrong."
    return f"Sound, with {warned} to look at." if warned else "Sound."
