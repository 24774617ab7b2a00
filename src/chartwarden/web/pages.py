"""The pages as a process: granian with two workers, which end when it does."""

from __future__ import annotations

import os
import socket

from django.conf import settings

from chartwarden.kernel.errors import refuse
from chartwarden.web import parent
from chartwarden.web.preparing import gather_static

WORKERS, THREADS = 2, 16
"""Threads are made when they are needed, and end when they are idle. Whoever goes away in the middle of a form without
a word (a laptop that is shut) holds one until the system gives the connection up, so there are more than work needs;
a proxy that takes forms in whole before it hands them on keeps them all free."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def admit(host: str) -> None:
    """Raise InputRefused where a demo would answer to any address but this machine's own."""
    if settings.DEMO and host not in LOOPBACK:
        raise refuse("--host", "127.0.0.1, ::1 or localhost, since this is a demo", repr(host))


def free(host: str, port: int) -> None:
    """Raise InputRefused where the address can't be taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            what = fault.strerror or str(fault)
            raise refuse(
                "--host and --port", "an address of this machine that is free", f"{host}:{port}, {what}"
            ) from None


def serve_pages(host: str, port: int) -> None:
    """Serve until SIGTERM, Ctrl-C, or the parent's end. Raises InputRefused for an address that won't do."""
    from granian import Granian
    from granian.constants import Interfaces

    admit(host)
    free(host, port)
    gather_static()
    server = Granian(
        "chartwarden.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        backlog=256,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    parent.on_its_end(server.signal_handler_interrupt)
    server.serve()
