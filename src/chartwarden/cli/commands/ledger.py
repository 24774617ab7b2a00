"""chartwarden ledger: take a clinic's ledger out, and check it anywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from chartwarden.cli.installation import DATA_HELP, prepared
from chartwarden.cli.installation import folder as installation
from chartwarden.kernel.errors import InputRefused, refuse

APP = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Take a clinic's ledger out, and check it where there is no server.",
)


@APP.command("export")
def export_ledger(
    clinic: Annotated[str, typer.Argument(metavar="CLINIC", help="The clinic's id, or its exact name.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new or empty folder, or a new file ending in .zip.")],
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help=DATA_HELP),
    ] = None,
) -> None:
    """Sign the head and write the whole ledger, as C2SP tlog-tiles, with its keys."""
    prepared(data)
    from chartwarden.clinics.queries import clinics
    from chartwarden.clinics.services import across_clinics, acting_in
    from chartwarden.ledger.queries import signing_keys
    from chartwarden.ledger.services import export_signed

    with across_clinics():
        found = [one for one in clinics() if clinic == one.name or clinic.lower() in (str(one.id), one.id.hex)]
    if len(found) != 1:
        raise refuse("CLINIC", "the id or the exact name of one clinic", f"{len(found)} of that name or id")
    identity: UUID = found[0].id
    with acting_in(identity):
        head = export_signed(clinic=identity, out=out, at=datetime.now(UTC))
        keys = signing_keys(identity)
    print(f"The ledger of {found[0].name} lies in {out}: {head.size:,} entries, root {head.root.hex()}.")
    print("Whoever checks it needs its first key, given to them another way than with the export:")
    print(f"  chartwarden ledger verify {out} --key {keys[0]}")


@APP.command("verify")
def verify_ledger(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="An export: a folder or a zip.")],
    key: Annotated[str, typer.Option(metavar="VKEY", help="The verifier key that you trust: NAME+KEYID+BASE64.")],
    earlier: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Checkpoints that you kept, a file or folder: it must begin with what they signed."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A data folder whose kept checkpoints are used too, where there is one."),
    ] = None,
) -> None:
    """Check every entry, hash, key and signature of an export. Needs no server and no database."""
    from chartwarden.ledger.verify import kept_beside, verify

    beside, beyond = kept_beside(folder, installation(data))
    found = verify(folder, key, [*(_notes(earlier) if earlier is not None else ()), *beside])
    if not found.sound:
        raise InputRefused(*found.faults)
    print(f"Sound: {found.size:,} entries of {found.origin}, {len(found.keys)} key(s), root {found.root.hex()}.")
    if found.outside:
        print(f"It begins with what {found.outside:,} checkpoint(s) kept apart from it have signed.")
    else:
        print(
            "No checkpoint kept apart from it was at hand: nothing here shows that history before it was not rewritten."
        )
    if beyond:
        print(f"This is not the newest: a checkpoint in the data folder has {beyond:,} entries.")


def _notes(path: Path) -> list[str]:
    from chartwarden.ledger.verify import read_checkpoints

    try:
        found = read_checkpoints(path)
    except (OSError, ValueError):
        found = []
    if not found:
        raise refuse("--earlier", "a file or a folder with checkpoints", "nothing that can be read as one")
    return found
