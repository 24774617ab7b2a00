"""`make test` runs a short sample of these tests, `make faults` all of them, and each for longer.

``full`` marks what starts the whole program and breaks it: only `make faults` runs it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.forms import FULL

HERE = Path(__file__).parent
WHOLE_PROGRAM = ("test_at_once.py", "test_cut_streams.py", "test_database_away.py", "test_large_feed.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to `make faults` alone."""
    left_out = [item for item in items if HERE in item.path.parents and not FULL and _is_long(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_long(item: pytest.Item) -> bool:
    return item.path.name in WHOLE_PROGRAM or item.get_closest_marker("full") is not None
