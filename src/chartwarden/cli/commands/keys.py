"""chartwarden keys: change the keys that identity and logs are sealed under."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, prepared


class What(StrEnum):
    """What is changed."""

    MASTER = "rotate"
    DATA = "data"


def run(
    what: Annotated[What, typer.Argument(help="rotate: the master key. data: each clinic's data key.")],
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None,
) -> None:
    """Change keys. What was sealed before still opens; the old master key can go once this has said so."""
    import os
    from datetime import UTC, datetime

    from chartwarden.kernel.actors import Actor
    from chartwarden.kernel.errors import refuse

    prepared(data)
    from django.conf import settings

    from chartwarden.clinics import queries, services
    from chartwarden.people.services import rewrap_second_factors

    if what is What.MASTER and os.environ.get("CHARTWARDEN_KEYS"):
        rewrap_only = True
    elif what is What.MASTER and not settings.KEY_FILE.is_file():
        raise refuse("keys", "a key file in the data folder, or keys in CHARTWARDEN_KEYS", "neither")
    else:
        rewrap_only = False
    if what is What.MASTER and not rewrap_only:
        services.add_master_key(settings.KEY_FILE)
    actor, at = Actor.of_system("command-line"), datetime.now(UTC)
    for clinic in queries.clinics():
        with services.acting_in(clinic.id):
            if what is What.MASTER:
                print(f"{clinic.name}: {services.rewrap_keys(clinic=clinic.id, actor=actor, at=at)} keys wrapped anew")
            else:
                services.rotate_data_key(clinic=clinic.id, actor=actor, at=at)
                print(f"{clinic.name}: a new data key seals from now on")
    if what is What.MASTER:
        print(f"{rewrap_second_factors()} second factors sealed anew")
        print("Now take every key but the first out, and destroy it together with its copies.")
