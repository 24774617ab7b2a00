"""Where a review's files go: all of them together, or none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chartwarden.kernel.errors import refuse


@contextmanager
def output_folder(out: Path) -> Iterator[Path]:
    """Lend an empty folder inside ``out``. When the block ends well its files move up into ``out``; else none are left.

    ``out`` is made if it is not there. Raises InputRefused before the block where it can't be made or written.
    """
    made = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".writing-", dir=out))
    except OSError as fault:
        raise refuse(str(out), "a folder that can be written", fault.strerror or str(fault)) from None
    try:
        yield draft
        for file in sorted(draft.iterdir()):
            os.replace(file, out / file.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if made and not any(out.iterdir()):
            out.rmdir()
