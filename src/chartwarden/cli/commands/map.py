"""chartwarden map: a first draft of how to read an unknown log."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer


def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or TSV access log that no format knows.")],
) -> None:
    """Draft the small TOML file that says how to read an unknown log, from its header and first rows.

    Save what is printed beside the log, under the log's name with .toml at the end, and check every line.
    """
    from chartwarden.logs.services import draft_mapping

    with tempfile.TemporaryDirectory(prefix="chartwarden-") as scratch:
        sys.stdout.write(draft_mapping(file, Path(scratch)))
