"""``python -m bench._bare PORT``: the gateway's server and its client to the EHR with nothing in between.

The same process with the same settings, the same upstream connection, the same headers; no token is looked up, nothing
is decided, written or checked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from chartwarden.gateway import replies
from chartwarden.gateway.fetching import Static, Upstream

EHR = os.environ["CHARTWARDEN_FHIR_BASE"]


class Bare:
    """An ASGI application that passes on what it is asked for."""

    def __init__(self) -> None:
        self._upstream = Upstream(EHR, Static("secret"))

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer a request."""
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        rest = scope["path"].split("/", 3)[3]
        body = await self._upstream.get(f"/{rest}?{scope['query_string'].decode()}")
        headers = [*replies.ALWAYS, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


application = Bare()

if __name__ == "__main__":
    from chartwarden.web.gateway import server

    server("bench._bare:application", "127.0.0.1", int(sys.argv[1])).serve()
