"""The gateway against the same process as a bare proxy: 32 programs at once, a durable entry before each answer.

The EHR, the load and each of the two proxies are processes of their own on loopback, so all share this machine's cores;
the two take turns within one run. Besides: whether memory stays flat over 100,000 requests, and a thousand idle
connections.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench._serving import environment

CONNECTIONS, ROUNDS, SECONDS = 32, 5, 6.0
REQUESTS, WARM, IDLE = 100_000, 20_000, 1000
SMALL, LARGE = "category=laboratory", "code=large"


def run() -> Iterator[dict[str, Any]]:
    """Figures as they come."""
    with TemporaryDirectory(prefix="chartwarden-bench-") as place, ExitStack() as stack:
        data = Path(place) / "data"
        ehr = stack.enter_context(_printing("bench._ehr", os.environ))
        surroundings = environment(data) | {"CHARTWARDEN_FHIR_BASE": f"http://127.0.0.1:{ehr}/fhir"}
        opened = _opened(surroundings)
        ports = [_free(), _free()]
        bare = stack.enter_context(_served(["bench._bare", str(ports[0])], surroundings, ports[0]))
        command = ["chartwarden", "gateway", "--data", str(data), "--port", str(ports[1])]
        gateway = stack.enter_context(_served(command, surroundings, ports[1]))
        del bare
        for port in ports:
            _load(port, opened, seconds=2.0)
        for name, query, goal in (("18_kB", SMALL, "≥ 0.7"), ("1_MB", LARGE, "≥ 0.9")):
            pairs = [[_load(port, opened, query=query) for port in ports] for _ in range(ROUNDS)]
            for way, found in zip(("bare", "gateway"), zip(*pairs, strict=True), strict=True):
                yield _figure(f"gateway_{name}_{way}", median(one["rate"] for one in found), "requests/s", "none")
                yield _figure(f"gateway_{name}_{way}_median", median(one["median"] for one in found), "ms", "none")
            yield _figure(
                f"gateway_{name}_against_bare", median(ours["rate"] / bare["rate"] for bare, ours in pairs), "×", goal
            )
            above = median(ours["p99"] - bare["p99"] for bare, ours in pairs)
            yield _figure(f"gateway_{name}_p99_above_bare", above, "ms", "≤ 5" if query == SMALL else "none")
        yield from _steady(ports[1], opened, gateway)


def _steady(port: int, opened: Any, gateway: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """Memory after a warm-up and after 100,000 requests; speed beside a thousand connections that say nothing."""
    _load(port, opened, requests=WARM, seconds=600)
    before = _resident(gateway.pid)
    _load(port, opened, requests=REQUESTS, seconds=600)
    yield _figure("gateway_memory_growth_over_100000_requests", _resident(gateway.pid) / before, "×", "≤ 1.05")
    alone, before = _load(port, opened), _resident(gateway.pid)
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(IDLE)]
    try:
        beside = _load(port, opened)
        grown = _resident(gateway.pid) - before
        for one in idle:
            one.settimeout(5)
            one.sendall(b"GET /fhir/x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        well = sum(one.recv(12) == b"HTTP/1.1 404" for one in idle)
    finally:
        for one in idle:
            one.close()
    yield _figure("gateway_1000_idle_connections_answered", well, "connections", f"≥ {IDLE}")
    yield _figure("gateway_beside_1000_idle_connections", beside["rate"] / alone["rate"], "×", "≥ 0.9")
    yield _figure("gateway_memory_of_an_idle_connection", grown / IDLE / 1024, "kB", "≤ 64")


def _opened(surroundings: Mapping[str, str]) -> Any:
    command = [sys.executable, "-m", "bench._gateway_clinic", str(CONNECTIONS)]
    return json.loads(subprocess.run(command, env=surroundings, stdout=subprocess.PIPE, check=True).stdout)


def _load(
    port: int, opened: Any, requests: int = 10**9, seconds: float = SECONDS, query: str = SMALL
) -> dict[str, float]:
    given = [str(port), str(CONNECTIONS), str(requests), str(seconds), query]
    command = [sys.executable, "-m", "bench._load", *given]
    done = subprocess.run(command, input=json.dumps(opened), stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def _printing(module: str, surroundings: Mapping[str, str]) -> Iterator[int]:
    """A process of ours that prints its port."""
    with _child(["-m", module], surroundings) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


@contextmanager
def _served(command: list[str], surroundings: Mapping[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A proxy, once it listens."""
    with _child(["-m", *command], surroundings) as process:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except OSError:
                time.sleep(0.1)
            else:
                break
        yield process


@contextmanager
def _child(arguments: list[str], surroundings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *arguments], env=surroundings, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _resident(process: int) -> float:
    """Bytes of memory that a process and its children hold (Linux)."""
    total, waiting = 0.0, [process]
    while waiting:
        one = Path("/proc") / str(waiting.pop())
        total += int((one / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        for task in (one / "task").iterdir():
            waiting += map(int, (task / "children").read_text().split())
    return total


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _figure(name: str, figure: float, unit: str, goal: str) -> dict[str, Any]:
    return {"name": name, "figure": round(figure, 3), "unit": unit, "goal": goal}


if __name__ == "__main__":
    for figure in run():
        print(figure)
