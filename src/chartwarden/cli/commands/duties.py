"""chartwarden duties: what comes round again."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    one: Annotated[str | None, typer.Argument(metavar="[ID]", help="Tell this one in full.")] = None,
) -> None:
    """List the recurring duties, or tell one in full."""
    from chartwarden.cli.pages.duties import duty_page
    from chartwarden.cli.plugged import list_or_tell
    from chartwarden.duties.contracts import catalog

    list_or_tell("duty", catalog(), one, duty_page, lambda plugin: plugin.title)
