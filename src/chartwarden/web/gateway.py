"""The gateway as a process of its own: one worker, so that what many ask for goes into the ledger together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chartwarden.web import parent
from chartwarden.web.pages import admit, free

if TYPE_CHECKING:
    from granian import Granian


def serve_gateway(host: str, port: int) -> None:
    """Serve until SIGTERM, Ctrl-C, or the parent's end. Raises InputRefused where no EHR is set up, or for an address
    that won't do."""
    from chartwarden.gateway.services import check_settings  # needs Django, which is set up by now

    check_settings()
    admit(host)
    free(host, port)
    gateway = server("chartwarden.web.asgi:application", host, port)
    parent.on_its_end(gateway.signal_handler_interrupt)
    gateway.serve()


def server(target: str, host: str, port: int) -> Granian:
    """The server of an ASGI application, ``module:name``."""
    from granian import Granian
    from granian.constants import Interfaces

    return Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        backlog=1024,
        websockets=False,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
