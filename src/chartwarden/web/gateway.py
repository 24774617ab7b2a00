"""The gateway as a process of its own: one worker, so that what many ask for goes into the ledger together."""

from __future__ import annotations

from chartwarden.web import parent
from chartwarden.web.pages import admit, free


def serve_gateway(host: str, port: int) -> None:
    """Serve until SIGTERM, Ctrl-C, or the parent's end. Raises InputRefused where no EHR is set up, or for an address
    that won't do."""
    from granian import Granian
    from granian.constants import Interfaces

    from chartwarden.gateway.services import check_settings  # needs Django, which is set up by now

    check_settings()
    admit(host)
    free(host, port)
    server = Granian(
        "chartwarden.web.asgi:application",
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
    parent.on_its_end(server.signal_handler_interrupt)
    server.serve()
