"""Whether this installation works, for a monitor that asks again and again. It says nothing of any clinic."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from chartwarden.people.contracts import public
from chartwarden.web.heartbeat import SEVERAL, states

LEAST_FREE = 500 << 20
"""Bytes that must be free in the data folder."""


def parts(request: HttpRequest) -> Mapping[str, str]:
    """The database, the worker and the disk, each ``ok`` or what is wrong."""
    return {"database": _database(), "worker": _worker(request), "disk": _disk()}


@public
def healthz(request: HttpRequest) -> JsonResponse:
    """200 where all is well, 503 where not."""
    found = parts(request)
    well = all(said == "ok" for said in found.values())
    return JsonResponse({"status": "ok" if well else "wrong", **found}, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "not reached"
    return "ok"


def _worker(request: HttpRequest) -> str:
    alive = [state for state in states(settings.DATA) if state.lives(request.now)]
    if not alive:
        return "not seen in the last minute"
    failing = sum(job.failures >= SEVERAL for state in alive for job in state.jobs)
    return f"{failing} failing" if failing else "ok"


def _disk() -> str:
    try:
        return "ok" if shutil.disk_usage(settings.DATA).free >= LEAST_FREE else "nearly full"
    except OSError:
        return "not reached"
