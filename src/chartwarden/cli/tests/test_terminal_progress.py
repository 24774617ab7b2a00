"""A bar on a terminal, nothing in a pipe; a stage's name is never read as markup."""

import io
import re

from rich.console import Console

from chartwarden.cli.progress import TerminalProgress
from chartwarden.kernel.progress import Progress


def run(progress: Progress) -> None:
    progress.stage("Reading [bold]accesses", 10)
    progress.advance(4)
    progress.stage("Looking")
    progress.advance(1)


def test_progress_is_quiet_in_a_pipe():
    pipe = Console(file=io.StringIO())
    with TerminalProgress(pipe) as progress:
        run(progress)
    assert pipe.file.getvalue() == ""


def test_progress_shows_each_stage_on_a_terminal():
    screen = Console(file=io.StringIO(), force_terminal=True)
    with TerminalProgress(screen) as progress:
        run(progress)
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.file.getvalue())
    assert "Reading [bold]accesses" in told
    assert "Looking" in told
