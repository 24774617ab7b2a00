"""What a test needs of the machine. Where it is missing the test is skipped by name; in CI that is a failure."""

import os
import shutil

import pytest


def need(program: str, package: str) -> str:
    """The program's path, or a skip that names the Debian package to install; with CI=true, a failure."""
    path = shutil.which(program)
    if path is not None:
        return path
    message = f"needs {program}: install the package {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
