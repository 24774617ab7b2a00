"""The web application's settings for tests: a data folder and keys of their own, on the store that was asked for.

Read before any test is collected. Workers of xdist use what their controller has prepared.
"""

from __future__ import annotations

import atexit
import base64
import os
import tempfile
from contextlib import ExitStack

from tools.postgresql import cluster

if "PYTEST_XDIST_WORKER" not in os.environ:
    _open = ExitStack()
    atexit.register(_open.close)
    for name in ("CHARTWARDEN_DEMO", "CHARTWARDEN_HOSTS", "CHARTWARDEN_HTTPS", "CHARTWARDEN_MAIL", "DATABASE_URL"):
        os.environ.pop(name, None)
    os.environ["CHARTWARDEN_DATA"] = _open.enter_context(tempfile.TemporaryDirectory(prefix="chartwarden-tests-"))
    os.environ["CHARTWARDEN_KEYS"] = base64.b64encode(os.urandom(32)).decode()
    if os.environ.get("CHARTWARDEN_TEST_STORE") == "postgresql":
        os.environ["DATABASE_URL"] = _open.enter_context(cluster())

from chartwarden.web.settings import *  # noqa: F403  after the environment is set

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick: a house has a user for every role
STATIC_ROOT = None
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
