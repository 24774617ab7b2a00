"""chartwarden clinics: the clinics of an installation, and opening a further one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, prepared
from chartwarden.kernel.errors import refuse

APP = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The clinics of this installation.")
MOST_NAME, MOST_PART, MOST_CODE = 120, 80, 64


@APP.command("list")
def list_clinics(data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None) -> None:
    """Name the clinics, each with its id, time zone and the day it was opened."""
    prepared(data)
    from chartwarden.clinics.queries import clinics
    from chartwarden.clinics.services import across_clinics

    with across_clinics():
        found = clinics()
    for one in found:
        opened = f"{one.opened_at.astimezone(one.time_zone):%Y-%m-%d}" if one.opened_at else "unknown"
        print(f"{one.id}  {one.name}  ({one.time_zone.key}, opened {opened}{', a demo' if one.demo else ''})")
    if not found:
        print("No clinic yet: `chartwarden serve` shows a page that makes the first, or `chartwarden clinics open`.")


@APP.command("open")
def open_clinic(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The clinic's name. No other here may have it.")],
    time_zone: Annotated[str, typer.Option(metavar="ZONE", help="An IANA time zone, such as America/Chicago.")],
    officer: Annotated[str, typer.Option(metavar="EMAIL", help="The mail address of its first officer.")],
    given_name: Annotated[str, typer.Option(metavar="TEXT", help="The officer's given name.")],
    family_name: Annotated[str, typer.Option(metavar="TEXT", help="The officer's family name.")],
    code: Annotated[str, typer.Option(metavar="ID", help="Their id in the staff list.")] = "first-officer",
    holidays: Annotated[str, typer.Option(metavar="REGION", help="Public holidays, such as US or US-IL.")] = "US",
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None,
) -> None:
    """Open a further clinic and invite its first officer, who is its privacy officer and owner."""
    given = (("NAME", name, MOST_NAME), ("--given-name", given_name, MOST_PART),
             ("--family-name", family_name, MOST_PART), ("--code", code, MOST_CODE))  # fmt: skip
    for where, text, most in given:
        if not 0 < len(text.strip()) <= most or not text.isprintable():
            raise refuse(where, f"1 to {most} characters that can be printed", repr(text))
    prepared(data)
    from chartwarden.people.services import open_further_clinic

    clinic, link = open_further_clinic(
        name=name, time_zone=time_zone, holidays=holidays, given_name=given_name.strip(),
        family_name=family_name.strip(), code=code.strip(), email=officer, at=datetime.now(UTC),
    )  # fmt: skip
    print(f"{name.strip()} is open: {clinic}")
    print("This link lets its first officer come in, within a week. A mail server that is set up mails it to them;")
    print("without one, give it to them alone:")
    print(link)
