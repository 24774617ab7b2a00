"""chartwarden evaluate: how well a review did, where the truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run(
    findings: Annotated[Path, typer.Argument(metavar="FINDINGS", help="The findings.json of a review.")],
    truth: Annotated[Path, typer.Argument(metavar="TRUTH", help="The demo clinic's FOLDER.truth.json.")],
    feeds: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The folder that was reviewed: plain ways to look at it are run beside."),
    ] = None,
) -> None:
    """Compare a review's findings with the truth about the demo clinic that it reviewed."""
    from chartwarden.evaluation.services import evaluate, to_text

    print(to_text(evaluate(findings, truth, feeds)), end="")
