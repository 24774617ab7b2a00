"""Demo clinics, made once for all tests of this room."""

from __future__ import annotations

import pytest

from chartwarden.demo.clinic import make_clinic
from chartwarden.demo.tests.made import Made

TINY = {"coders": 3, "weeks": 2, "patients": 300}


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("demo") / "tiny"
    return Made(folder, make_clinic(folder, seed=3, **TINY))


@pytest.fixture(scope="session", params=[1, 2, 3])
def usual(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A clinic of the default size, for each of three seeds."""
    folder = tmp_path_factory.mktemp("demo") / f"seed-{request.param}"
    return Made(folder, make_clinic(folder, seed=request.param))
