"""chartwarden detectors: what is plugged in."""

from __future__ import annotations

from typing import Annotated

import typer


def run(
    one: Annotated[str | None, typer.Argument(metavar="[ID]", help="Tell this one in full.")] = None,
) -> None:
    """List what the review looks for, or tell one detector in full."""
    from chartwarden.cli.pages.review_plugins import detector_page
    from chartwarden.cli.plugged import list_or_tell
    from chartwarden.review.services import detectors

    list_or_tell("detector", detectors(), one, detector_page, lambda plugin: plugin.flags)
