"""chartwarden gateway: the way to the EHR's records, for what is assigned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, HOST, PORT, port, prepared


def run(
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on.")] = HOST,
    at: Annotated[int, typer.Option("--port", metavar="N", parser=port, help="The port to listen on.")] = PORT + 1,
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None,
) -> None:
    """Open assigned records of the EHR at CHARTWARDEN_FHIR_BASE, each opening in the ledger first; nothing else."""
    prepared(data)
    from chartwarden.web.services import serve_gateway

    serve_gateway(host, at)
