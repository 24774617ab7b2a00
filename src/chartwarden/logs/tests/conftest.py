"""How the tests of the logs room read bytes as a feed or as access logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chartwarden.kernel.progress import Quiet
from chartwarden.logs.contracts import AccessesRead, FeedRead
from chartwarden.logs.services import read_accesses, read_feed
from chartwarden.logs.tests.support import ASSIGNMENTS, CHICAGO


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """An empty folder for what the reading writes."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def feed(tmp_path: Path, scratch: Path) -> Callable[..., FeedRead]:
    """Read bytes as the assignments feed."""

    def read(content: bytes, name: str = "assignments.csv") -> FeedRead:
        path = tmp_path / name
        path.write_bytes(content)
        return read_feed(ASSIGNMENTS, path, CHICAGO, scratch, Quiet())

    return read


@pytest.fixture
def accesses(tmp_path: Path, scratch: Path) -> Callable[..., AccessesRead]:
    """Read access logs, given as bytes by name; files whose names begin with ``beside:`` only lie beside them."""

    def read(contents: dict[str, bytes], format_id: str | None = None) -> AccessesRead:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        for name, content in contents.items():
            path = folder / name.removeprefix("beside:")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        paths = [folder / name for name in contents if not name.startswith("beside:")]
        return read_accesses(paths, CHICAGO, scratch, Quiet(), format_id)

    return read
