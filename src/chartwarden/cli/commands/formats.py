"""chartwarden formats: what is plugged in."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    one: Annotated[str | None, typer.Argument(metavar="[ID]", help="Tell this one in full.")] = None,
) -> None:
    """List the log formats that can be read, or tell one in full."""
    from chartwarden.cli.pages.log_formats import format_page
    from chartwarden.cli.plugged import list_or_tell
    from chartwarden.logs.queries import formats

    list_or_tell("format", formats(), one, format_page, lambda plugin: plugin.title)
