"""chartwarden review: the whole review of a folder."""

from __future__ import annotations

import os
import shutil
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from chartwarden.cli.values import day, whole, word
from chartwarden.kernel.errors import refuse

CASES_FOUND = 3


def run(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="The folder of feeds: clinic.toml, accesses, workforce, assignments …"),
    ],
    first: Annotated[
        date | None, typer.Option("--from", metavar="DATE", parser=day("--from"), help="First day of the review.")
    ] = None,
    last: Annotated[
        date | None, typer.Option("--to", metavar="DATE", parser=day("--to"), help="Last day of the review.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the result goes; without it, FOLDER/review.")
    ] = None,
    engine: Annotated[
        str,
        typer.Option(metavar="duckdb|spark", parser=word("--engine", ("duckdb", "spark")), help="Where the SQL runs."),
    ] = "duckdb",
    limit: Annotated[
        int,
        typer.Option(
            metavar="N", parser=whole("--limit", 0, 100_000), help="How many cases are shown, and told in full."
        ),
    ] = 20,
    log_format: Annotated[
        str | None, typer.Option("--format", metavar="ID", help="The log's format, where its content does not say.")
    ] = None,
    fail_on_cases: Annotated[bool, typer.Option("--fail-on-cases", help="Exit with 3 where there are cases.")] = False,
) -> int:
    """Review an access log: explain each access by the coding queue, and rank what a person should look at."""
    from rich.console import Console

    from chartwarden.cli.progress import shown
    from chartwarden.review.services import review_into, show

    if engine == "spark":
        _need_spark()
    place = out or folder / "review"
    with shown() as progress:
        findings = review_into(
            folder,
            place,
            days=(first, last),
            engine=engine,
            log_format=log_format,
            limit=limit,
            progress=progress,
        )
    show(findings, Console(highlight=False), limit)
    print(f"The report lies in {place / 'review.html'}, for filing in {place / 'review.pdf'}.")
    return CASES_FOUND if fail_on_cases and findings.cases else 0


def _need_spark() -> None:
    """Raise InputRefused where Spark or its Java is missing: an extra that was not installed is no fault of ours."""
    if find_spec("pyspark") is None:
        raise refuse("--engine spark", "the extra spark (pip install 'chartwarden[spark]')", "no PySpark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        raise refuse("--engine spark", "Java 17 or newer on the PATH or at JAVA_HOME", "neither")
