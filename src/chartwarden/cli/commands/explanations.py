"""chartwarden explanations: what is plugged in."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    one: Annotated[str | None, typer.Argument(metavar="[ID]", help="Tell this one in full.")] = None,
) -> None:
    """List what makes an access explained, or tell one explanation in full."""
    from chartwarden.cli.pages.review_plugins import explanation_page
    from chartwarden.cli.plugged import list_or_tell
    from chartwarden.review.services import explanations

    list_or_tell("explanation", explanations(), one, explanation_page, lambda plugin: plugin.meaning)
