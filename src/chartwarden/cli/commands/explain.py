"""chartwarden explain: would this person's opening of this patient's record be allowed, and why or why not?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.installation import DATA_HELP, prepared
from chartwarden.kernel.errors import refuse


def run(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The person's id in the workforce feed.")],
    patient: Annotated[str, typer.Argument(metavar="PATIENT", help="The patient's id in the EHR.")],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="ISO 8601; without offset: the clinic's time. Now if left out."),
    ] = None,
    purpose: Annotated[str, typer.Option(metavar="PURPOSE", help="coding or quality_review.")] = "coding",
    device: Annotated[
        str, typer.Option(metavar="DEVICE", help="The name of the device that is shown; none if left out.")
    ] = "",
    address: Annotated[
        str, typer.Option("--from", metavar="ADDRESS", help="The network address; a public one if left out.")
    ] = "",
    clinic: Annotated[
        str | None, typer.Option(metavar="CLINIC", help="Its id or exact name, where there are several.")
    ] = None,
    data: Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)] = None,
) -> None:
    """Print the facts and the verdict. Opens nothing, and asks as whoever runs the server may."""
    prepared(data)
    from chartwarden.cli.clinics import one_clinic
    from chartwarden.cli.pages.verdict import lines
    from chartwarden.clinics.services import acting_in
    from chartwarden.gateway.queries import decide
    from chartwarden.gateway.services import facts_for
    from chartwarden.kernel.zones import parse_instant
    from chartwarden.people.queries import person_by_code

    there = one_clinic(clinic)
    now = datetime.now(UTC)
    try:
        when = parse_instant(at, there.time_zone).utc.replace(tzinfo=UTC) if at else now
    except ValueError:
        raise refuse("--at", "ISO 8601, such as 2026-03-02T09:00", repr(at)) from None
    with acting_in(there.id):
        who = person_by_code(there.id, person)
        if who is None:
            raise refuse("PERSON", "an id of the workforce feed", "one that nobody has")
        facts = facts_for(there, who, patient, purpose, when, device, address, past=when < now)
    for line in lines(facts, decide(facts), there.time_zone):
        print(line)
