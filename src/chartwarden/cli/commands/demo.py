"""chartwarden demo: a clinic to try the review on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.values import whole


def run(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder, or an earlier demo clinic.")],
    seed: Annotated[
        int, typer.Option(metavar="N", parser=whole("--seed", 0, 10**9), help="The same seed makes the same clinic.")
    ] = 1,
    coders: Annotated[
        int, typer.Option(metavar="N", parser=whole("--coders", 1, 10_000), help="How many coders work there.")
    ] = 10,
    weeks: Annotated[
        int, typer.Option(metavar="N", parser=whole("--weeks", 1, 520), help="How many weeks of log there are.")
    ] = 8,
    patients: Annotated[
        int, typer.Option(metavar="N", parser=whole("--patients", 1, 10_000_000), help="How many patients there are.")
    ] = 4000,
    log_format: Annotated[
        str, typer.Option("--format", metavar="fhir|plain|dicom", help="The dress that the log comes in.")
    ] = "plain",
) -> None:
    """Make a clinic that never was, with wrongs planted in its log, and the truth about them beside the folder."""
    from chartwarden.cli.progress import shown
    from chartwarden.demo.queries import truth_path
    from chartwarden.demo.services import make_clinic

    with shown() as progress:
        truth = make_clinic(folder, seed, coders, weeks, patients, log_format, progress=progress)
    print(f"A demo clinic lies in {folder}: {coders:,} coders, {weeks:,} weeks, {patients:,} patients, all made up.")
    planted = len(truth.violations)
    print(f"{planted:,} violations are planted in it. They are told in {truth_path(folder)}, which no review reads.")
