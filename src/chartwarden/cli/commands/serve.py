"""chartwarden serve: everything for one clinic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, HOST, PORT, folder, port

if TYPE_CHECKING:
    from chartwarden.web.contracts import Ready


def run(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on.")] = HOST,
    at: Annotated[int, typer.Option("--port", metavar="N", parser=port, help="The port to listen on.")] = PORT,
    demo: Annotated[
        bool, typer.Option("--demo", help="A made-up clinic in ./demo-data, on this machine's own address only.")
    ] = False,
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None,
) -> None:
    """Start Chartwarden: make the data folder, keys and tables where there are none; serve the pages; do the work."""
    from chartwarden.web.services import make_ready, run

    ready = make_ready(folder(data, demo=demo), host, at, demo=demo, tell=_tell)
    print(screen(ready), flush=True)
    for line in ready.warnings:
        typer.secho(f"WRONG  {line}", fg=typer.colors.RED, bold=True, err=True)
    run(host, at, _tell)
    _tell("Ended in order.")


def screen(ready: Ready) -> str:
    """What a person needs now, on one screen."""
    lines = ["", f"Chartwarden is at {ready.address}", ""]
    if ready.accounts:
        width = max(len(mail) for _, mail, _ in ready.accounts)
        roles = max(len(role) for role, _, _ in ready.accounts)
        lines += ["This is a demo. Everybody in it is made up. Sign in as one of:", ""]
        lines += [f"  {role:<{roles}}  {mail:<{width}}  {password}" for role, mail, password in ready.accounts]
        lines += ["", "A demo asks for no second factor, and answers to this machine alone."]
    elif ready.first_use:
        lines += [f"Set up your clinic first: {ready.address}setup/"]
        if ready.code:
            lines += [f"From another machine it asks for this code, until there is a clinic: {ready.code}"]
    if ready.migrations and ready.backup:
        lines += ["", f"The database was brought up to date. A copy from before lies in {ready.backup}"]
    elif ready.migrations and ready.external:
        lines += ["", f"The database was brought up to date ({ready.migrations} steps). Back it up with pg_dump."]
    lines += ["", f"Data: {ready.data}"]
    if not ready.accounts:
        lines += [f"Keys: {ready.keys}. Without them the data can't be read: back them up, apart from the data."]
    return "\n".join([*lines, "", "Ctrl-C ends it.", ""])


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
