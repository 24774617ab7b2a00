"""chartwarden web: the pages alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, HOST, PORT, port, prepared


def run(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on.")] = HOST,
    at: Annotated[int, typer.Option("--port", metavar="N", parser=port, help="The port to listen on.")] = PORT,
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None,
) -> None:
    """Serve the pages of an installation that `serve` has made, without the worker."""
    prepared(data)
    from chartwarden.web.services import serve_pages

    serve_pages(host, at)
