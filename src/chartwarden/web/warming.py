"""A process made ready for its first page or job, so that nobody's click pays for it."""

from __future__ import annotations

import atexit
import gc

from django.urls import get_resolver


def warm() -> None:
    """Import every page, and with them what every room does; then let collections of garbage pass all that by.

    It stays until the process ends, and a full collection would look through it again each time, for longer than a
    page takes.
    """
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # some libraries complain of what is not collected at the end
