"""A large compressed log through the real program: it streams, so memory stays where it was, and no byte is lost."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.served import Person, Program, insist
from tests.faults.test_cut_streams import MIB, Api, officer, served, token

__all__ = ["officer", "served", "token"]
SIZE = int(os.environ.get("CHARTWARDEN_FAULTS_LARGE_MB", "300")) * MIB
"""Of the compressed file."""
GROWTH = {"page worker": 64 * MIB, "worker": 1536 * MIB}
"""By how much the peak of the resident memory may grow while the file is received, and while it is read."""
CHUNK, MILLION = MIB, 10**6
HEADER = b"occurred_at,actor,action,patient,padding\n"


def large(path: Path, size: int) -> tuple[str, int]:
    """Write a log whose gzip file has at least so many bytes; its SHA-256 and its rows."""
    chance, rows = random.Random(8), 0
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(HEADER)
        while path.stat().st_size < size:
            for _ in range(2_000):
                minute = f"2026-02-{1 + rows % 28:02}T{rows // 3600 % 24:02}:{rows // 60 % 60:02}"
                at = f"{minute}:{rows % 60:02}.{rows % MILLION:06}Z"
                file.write(f"{at},ana,open,P{rows % 5000},{chance.randbytes(400).hex()}\n".encode())
                rows += 1
    digest = hashlib.sha256()
    for chunk in chunks(path):
        digest.update(chunk)
    return digest.hexdigest(), rows


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def peaks(program: Program) -> dict[str, dict[int, int]]:
    """The peak of the resident memory of each process, in bytes, by what it is."""
    found: dict[str, dict[int, int]] = {}
    for what, processes in program.processes().items():
        for one in processes:
            lines = Path(f"/proc/{one}/status").read_text("ascii", errors="replace")
            found.setdefault(what, {})[one] = int(re.findall(r"VmHWM:\s+(\d+) kB", lines)[0]) * 1024
    return found


def sent(api: Api, upload: str, path: Path) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=1200)
    try:
        headers = {"Authorization": f"Bearer {api.token}", "Content-Length": str(path.stat().st_size)}
        connection.request("PUT", f"{api.base}/{upload}/bytes?offset=0", chunks(path), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_large_log_streams_through(
    served: Program,
    officer: Person,
    token: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "accesses.csv.gz"
    digest, rows = large(path, SIZE)
    size = path.stat().st_size
    api = Api(served.port, officer.home().split("/")[2], token)
    before = peaks(served)
    wanted = {"sha256": digest, "size": size, "name": path.name, "kind": "log"}
    status, state = api.ask("POST", "", json.dumps(wanted).encode(), **{"Content-Type": "application/json"})
    assert (status, state["offset"]) == (200, 0)
    status, state = sent(api, state["id"], path)
    assert (status, state["offset"]) == (200, size)
    assert api.ask("POST", f"/{state['id']}/finish")[0] == 200

    def read() -> Any:
        found = api.ask("GET", f"/{state['id']}")[1]
        return found if found["state"] not in ("received", "reading") else None

    found = insist(read, 1200.0)
    assert (found["state"], found["rows"]) == ("read", rows)
    after = peaks(served)
    for what, most in GROWTH.items():
        assert set(after[what]) == set(before[what]), f"a {what} was started anew"
        grew = max(after[what][one] - before[what][one] for one in after[what])
        peak = max(after[what].values())
        print(
            f"{size / MIB:.0f} MiB of gzip, {rows:,} rows: {what} at most {peak / MIB:.0f} MiB, {grew / MIB:.0f} more"
        )
        assert grew < most, what
