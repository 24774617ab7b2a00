"""Files sent over a real connection to real processes: they stream, break off, go on; and as the how-to says."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installation import ROOT, Installation, peak_memory, until

MIB = 1 << 20
WHOLE, FIRST = 160, 60
"""MiB: the whole file, and what is sent before the connection breaks."""
BLOCKS = [hashlib.sha256(bytes([number])).digest() * (MIB // 32) for number in range(4)]
LOG = "occurred_at,actor,patient,action\n" + "".join(
    f"2026-03-02T15:{minute:02}:00Z,ana,P-{minute},open\n" for minute in range(20)
)


def blocks(first: int = 0) -> Iterator[bytes]:
    return (BLOCKS[number % 4] for number in range(first, WHOLE))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("installation") / "data")


def put(installation: Installation, upload: str, offset: int, blocks: Iterator[bytes], breaks: bool = False) -> int:
    """Send a stretch with the length of all that is left; where it ``breaks``, without the end of it. The status, or 0
    where nobody answered.
    """
    connection = http.client.HTTPConnection("127.0.0.1", installation.port, timeout=60)
    path = installation.address.partition(f":{installation.port}")[2] + f"/logs/{upload}/bytes?offset={offset}"
    connection.putrequest("PUT", path)
    connection.putheader("Authorization", f"Bearer {installation.token}")
    connection.putheader("Content-Length", str(WHOLE * MIB - offset))
    connection.endheaders()
    try:
        for block in blocks:
            connection.send(block)
        if not breaks:
            return connection.getresponse().status
        assert connection.sock is not None
        connection.sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # refused before the end of it
        pass
    finally:
        connection.close()
    return 0


def test_a_large_file_streams_breaks_off_and_goes_on(installation: Installation) -> None:
    digest = hashlib.sha256()
    for block in blocks():
        digest.update(block)
    begin = {"sha256": digest.hexdigest(), "size": WHOLE * MIB, "name": "log.csv"}

    def goes_on() -> bool:
        """As the how-to does: while the stretch that broke off is still being kept, it is refused and asks again."""
        status, kept = installation.call("logs", "POST", begin)
        if status != 200 or kept["offset"] < (FIRST - 2) * MIB:
            return False
        assert kept["offset"] % MIB == 0
        return put(installation, kept["id"], kept["offset"], blocks(kept["offset"] // MIB)) == 200

    with installation.running() as pages:
        _, upload = installation.call("logs", "POST", begin)
        before = peak_memory(pages.pid)
        put(installation, upload["id"], 0, (BLOCKS[number % 4] for number in range(FIRST)), breaks=True)
        until(goes_on)
        assert installation.call(f"logs/{upload['id']}/finish", "POST")[1]["state"] == "received"
        assert peak_memory(pages.pid) - before < 64 * MIB
        assert installation.call("logs", "POST", begin)[1]["again"] is True
    sealed = [path for path in (installation.data / "vault").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in sealed) >= WHOLE * MIB
    assert not any(BLOCKS[0][:64] in path.read_bytes()[: 4 * MIB] for path in sealed)


@pytest.mark.peer("curl")
def test_the_how_to_does_what_it_says(installation: Installation, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "how-tos" / "import-by-api.md").read_text(encoding="utf-8")
    send, look = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    log = tmp_path / "accesses.csv"
    log.write_text(LOG, encoding="utf-8")
    given = {"CHARTWARDEN": f"http://127.0.0.1:{installation.port}", "CLINIC": installation.clinic}
    environment = {**os.environ, **given, "TOKEN": installation.token}

    # A stretch that broke off is still being kept: the first call is refused once.
    tools, real = tmp_path / "tools", shutil.which("curl")
    tools.mkdir()
    refused = f"if [ ! -e {tools}/refused ]; then : > {tools}/refused; exit 22; fi"
    (tools / "curl").write_text(f'#!/bin/sh\n{refused}\nexec {real} "$@"\n', encoding="utf-8")
    (tools / "sleep").write_text("#!/bin/sh\nexec /bin/sleep 0.2\n", encoding="utf-8")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environment["PATH"] = f"{tools}:{environment['PATH']}"

    def run(script: str) -> str:
        done = subprocess.run(
            ["sh", "-c", script, "send", str(log)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    with installation.running("serve"):
        said = run(send + look)
        assert re.match(r"[0-9a-f-]{36} is read\n", said), said
        assert '"title": ' in said
        assert "file,line,reason" in said
        assert run(send).endswith(" is here already\n")
        (found,) = [one for one in installation.call("imports")[1]["items"] if one["name"] == "accesses.csv"]
        assert (found["state"], found["rows"], found["read"]) == ("counted", 20, 20)
