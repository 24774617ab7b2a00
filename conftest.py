"""What all tests share: the store they run on, real programs they need, and a clinic with a person in every role.

``CHARTWARDEN_TEST_STORE=postgresql`` runs them on a throw-away PostgreSQL cluster instead of SQLite.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tools.peers import PEERS

pytest_plugins = ["tests.support.clinic", "tests.support.emptying"]

# What is asserted is behaviour; how quick it is, the bench says, on a machine that does nothing else.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the store, so that they can be run on the other store alone; a browser's need not be."""
    for item in items:
        if {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("store")
        if any("chromium" in mark.args for mark in item.iter_markers("peer")):
            item.add_marker("one_store")


def pytest_collection_finish() -> None:
    """Browser tests wait for what a page shows as long as a busy machine may take."""
    if "playwright.sync_api" in sys.modules:
        sys.modules["playwright.sync_api"].expect.set_options(timeout=60_000)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Honour ``@pytest.mark.peer("java")``."""
    for mark in item.iter_markers("peer"):
        for name in mark.args:
            if PEERS[name].path is None:
                pytest.skip(f"needs {name}, which {PEERS[name].used_for}: install {PEERS[name].package}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one, with the reason that it was skipped for."""
    report = yield
    _fail_skip_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself as a whole."""
    report = yield
    _fail_skip_in_ci(report)
    return report


def _fail_skip_in_ci(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"A skipped test, which CI does not allow. {reason}"
