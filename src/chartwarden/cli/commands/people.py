"""chartwarden people: what only whoever runs the server can do for somebody who can't get in."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, prepared


class What(StrEnum):
    """What is done."""

    RESET_FACTORS = "reset-factors"


def run(
    what: Annotated[What, typer.Argument(help="reset-factors: remove passkeys, app and recovery codes.")],  # noqa: ARG001  one so far
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address that they sign in with.")],
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None,
) -> None:
    """Reset the second factors of somebody who has lost phone and codes, where no officer is left to do it."""
    from datetime import UTC, datetime

    prepared(data)
    from django.conf import settings
    from django.urls import reverse

    from chartwarden.people.services import reset_factors_here

    token = reset_factors_here(email=email, at=datetime.now(UTC))
    print("Their passkeys, app and recovery codes are gone, and their sessions have ended.")
    print("This link lets them set up a new one within a day, with their password. Give it to them alone:")
    print(settings.SITE_URL.rstrip("/") + reverse("signin:new_factor", kwargs={"token": token}))
