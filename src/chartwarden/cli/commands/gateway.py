"""chartwarden gateway: the way to the EHR's records, for what is assigned; and what went through it, for auditors."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from chartwarden.cli.installation import DATA_HELP, HOST, PORT, port, prepared
from chartwarden.kernel.errors import refuse

APP = typer.Typer(rich_markup_mode=None)
INSTANT = "ISO 8601; without offset: the clinic's time."
Data = Annotated[Path | None, typer.Option(metavar="FOLDER", help=DATA_HELP)]


@APP.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen on.")] = HOST,
    at: Annotated[int, typer.Option("--port", metavar="N", parser=port, help="The port to listen on.")] = PORT + 1,
    data: Data = None,
) -> None:
    """Open assigned records of the EHR at CHARTWARDEN_FHIR_BASE, each opening in the ledger first; nothing else."""
    if context.invoked_subcommand is not None:
        return
    prepared(data)
    from chartwarden.web.services import serve_gateway

    serve_gateway(host, at)


@APP.command("audit-events")
def audit_events(
    begins: Annotated[str, typer.Option("--from", metavar="TIME", help=f"The first instant. {INSTANT}")],
    ends: Annotated[str, typer.Option("--to", metavar="TIME", help="Until, and not at, this instant.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file; it names patients by their ids.")],
    clinic: Annotated[
        str | None, typer.Option(metavar="CLINIC", help="Its id or exact name, where there are several.")
    ] = None,
    data: Data = None,
) -> None:
    """Write the openings of a span as FHIR AuditEvents after IHE BALP, one a line, and tell the ledger."""
    prepared(data)
    from chartwarden.cli.clinics import one_clinic
    from chartwarden.clinics.services import acting_in
    from chartwarden.gateway.queries import line
    from chartwarden.gateway.services import take_out_audit_events
    from chartwarden.kernel.actors import Actor

    there = one_clinic(clinic)
    span = [_instant(name, text, there.time_zone) for name, text in (("--from", begins), ("--to", ends))]
    count = 0
    with acting_in(there.id):
        try:
            descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as fault:
            raise refuse("--out", "a file that is not there yet and can be made", fault.strerror or "none") from None
        with os.fdopen(descriptor, "wb") as file:
            for event in take_out_audit_events(
                clinic=there.id,
                begins=span[0],
                ends=span[1],
                actor=Actor.of_system("command line"),
                at=datetime.now(UTC),
            ):
                file.write(line(event))
                count += 1
    print(f"{count:,} AuditEvents of {there.name} lie in {out}. They name patients: keep them as you keep records.")


def _instant(where: str, text: str, zone: ZoneInfo) -> datetime:
    from chartwarden.kernel.zones import parse_instant

    try:
        return parse_instant(text, zone).utc.replace(tzinfo=UTC)
    except ValueError:
        raise refuse(where, "ISO 8601, such as 2026-03-02T09:00", repr(text)) from None
