"""Tests that commit empty their tables afterwards, which the ledger's triggers refuse: they are off for that moment.

The checkpoints that were kept outside the database go with them.
"""

from __future__ import annotations

import shutil
from typing import Any


def pytest_configure() -> None:
    """Stand around Django's own emptying of tables."""
    from django.conf import settings
    from django.db import connection
    from django.test import TransactionTestCase

    from chartwarden.ledger.triggers import put_up, take_down

    empty = TransactionTestCase._fixture_teardown

    def emptied(case: Any) -> None:
        take_down(connection)
        try:
            empty(case)
        finally:
            put_up(connection)
            shutil.rmtree(settings.DATA / "checkpoints", ignore_errors=True)

    TransactionTestCase._fixture_teardown = emptied
