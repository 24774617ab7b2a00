"""``python -m bench._load PORT CONNECTIONS REQUESTS SECONDS QUERY``: programs of coders that ask as fast as they are
answered.

On standard input ``[[assignment, token], …]``, one for each connection in turn. It ends after so many requests, or so
many seconds. Prints how many answers a second came, and how long they took, in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from time import perf_counter
from typing import Any


class Client(asyncio.Protocol):
    """One connection: a request, its answer in whole, the next."""

    def __init__(self, request: bytes, load: Load) -> None:
        self._request, self._load, self._left = request, load, 0
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self._transport: Any = transport
        self._ask()

    def _ask(self) -> None:
        self._began = perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count the answer's bytes."""
        if not self._left:
            head, found, body = (self._head + data).partition(b"\r\n\r\n")
            if not found:
                self._head = head
                return
            self._head = b""
            assert head.startswith(b"HTTP/1.1 200"), head[:200]
            at = head.lower().index(b"content-length:") + 15
            self._left = int(head[at:].partition(b"\r\n")[0]) - len(body)
        else:
            self._left -= len(data)
        if self._left == 0:
            self._load.times.append(perf_counter() - self._began)
            if self._load.goes_on():
                self._ask()
            else:
                self._transport.close()

    def connection_lost(self, fault: Exception | None) -> None:
        """The end, or a fault."""
        self._load.ended(fault)


class Load:
    """All connections together."""

    def __init__(self, connections: int, requests: int, seconds: float) -> None:
        self.times: list[float] = []
        self._open, self._requests, self._until = connections, requests, perf_counter() + seconds
        self.done = asyncio.get_running_loop().create_future()

    def goes_on(self) -> bool:
        """Whether to ask once more."""
        return len(self.times) < self._requests and perf_counter() < self._until

    def ended(self, fault: Exception | None) -> None:
        """A connection has ended."""
        self._open -= 1
        if fault is not None or self._open == 0:
            self.done.set_exception(fault) if fault else self.done.set_result(None)


async def main(port: int, connections: int, requests: int, seconds: float, query: str) -> dict[str, float]:
    """Ask, and say what came of it."""
    opened = json.load(sys.stdin)
    load = Load(connections, requests, seconds)
    began = perf_counter()
    for number in range(connections):
        assignment, token = opened[number % len(opened)]
        request = (
            f"GET /fhir/{assignment}/Observation?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Accept: application/fhir+json\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        client = Client(request.encode(), load)
        await asyncio.get_running_loop().create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await load.done
    took = perf_counter() - began
    times = sorted(load.times)
    return {
        "rate": len(times) / took,
        "median": times[len(times) // 2] * 1000,
        "p99": times[len(times) * 99 // 100] * 1000,
    }


if __name__ == "__main__":
    given = sys.argv[1:]
    print(json.dumps(asyncio.run(main(int(given[0]), int(given[1]), int(given[2]), float(given[3]), given[4]))))
