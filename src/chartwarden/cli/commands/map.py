"""chartwarden map FILE: draft what an unknown log's columns and words mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or TSV that no format knows.")]) -> None:
    """Draft the TOML that lets FILE be read: check it, and keep it beside FILE under FILE's name, ending in .toml."""
    from chartwarden.logs.queries import draft_mapping

    typer.echo(draft_mapping(file), nl=False)
