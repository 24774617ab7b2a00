"""`chartwarden serve` as a person and an operating system meet it: started, started again, ended, killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

WITHIN = 60.0
UNSET = {"CHARTWARDEN_DATA", "CHARTWARDEN_KEYS", "CHARTWARDEN_HOSTS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}


def environment(**more: str) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in UNSET}, **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + WITHIN
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def asked(port: int, path: str = "/healthz", **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def well(port: int) -> bool:
    return asked(port)[0] == 200


def heartbeats(data: Path) -> dict[int, Path]:
    """Workers at work, by process id."""
    return {int(path.stem.rsplit("-", 1)[1]): path for path in (data / "worker").glob("*.json")}


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def below(process: int) -> list[int]:
    """A process's children and theirs."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = [process]
    for one in found:
        found += [child for child, parent in parents if parent == one]
    return found[1:]


@contextmanager
def serving(data: Path, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "chartwarden", "serve", "--data", str(data), "--port", str(port), *more]
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        until(lambda: well(port) or process.poll() is not None)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_an_empty_folder_is_made_ready_and_a_second_start_keeps_it(tmp_path: Path) -> None:
    data, port = tmp_path / "new" / "data", free_port()
    with serving(data, port) as process:
        assert well(port)
        assert json.loads(asked(port)[1]) == {"status": "ok", "database": "ok", "worker": "ok", "disk": "ok"}
        assert asked(port, "/accounts/login/")[0] == 200
        assert data.stat().st_mode & 0o777 == 0o700
        assert (data / "keys").stat().st_mode & 0o777 == 0o600
        children = below(process.pid)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=WITHIN)
    assert process.returncode == 0
    assert [child for child in children if alive(child)] == []
    assert heartbeats(data) == {}
    for told in (f"http://127.0.0.1:{port}/setup/", str(data / "keys"), "apart from the data", "Ctrl-C"):
        assert told in said
    assert len(said.splitlines()) <= 24
    keys = (data / "keys").read_bytes()
    with serving(data, port) as again:
        assert well(port)
        again.send_signal(signal.SIGINT)
        again.communicate(timeout=WITHIN)
        assert again.returncode == 0
    assert (data / "keys").read_bytes() == keys


def test_a_dead_worker_is_started_again_and_kill_9_leaves_nobody(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    with serving(data, port) as process:
        (first,) = heartbeats(data)
        left = data / "scratch" / "left.parquet"
        left.write_bytes(b"unsealed")
        os.kill(first, signal.SIGKILL)
        until(lambda: set(heartbeats(data)) - {first})
        assert not left.exists()
        assert heartbeats(data).keys() != {first}
        children = below(process.pid)
        assert len(children) >= 3
        process.send_signal(signal.SIGKILL)
        until(lambda: not any(alive(child) for child in children))
    with serving(data, port) as again:
        assert well(port)
        assert again.poll() is None


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "chartwarden", *arguments]
    return subprocess.run(command, env=environment(**more), capture_output=True, text=True, timeout=WITHIN, check=False)


@pytest.mark.parametrize(
    ("host", "mark"), [("0.0.0.0", "--demo"), ("::", "--demo"), ("192.0.2.7", "--demo"), ("0.0.0.0", "demo file")]
)
@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_demo_refuses_any_address_but_this_machines_own(tmp_path: Path, command: str, host: str, mark: str) -> None:
    (tmp_path / "demo").write_text("ready", encoding="ascii")
    flag = ["--demo"] if (mark, command) == ("--demo", "serve") else []
    done = run(command, "--data", str(tmp_path), "--host", host, *flag)
    assert done.returncode == 2
    assert re.match("--host: expected 127.0.0.1", done.stderr)


def test_a_demo_is_not_made_over_a_clinics_own_data(tmp_path: Path) -> None:
    (tmp_path / "chartwarden.sqlite3").write_bytes(b"")
    done = run("serve", "--demo", "--data", str(tmp_path))
    assert (done.returncode, done.stderr.startswith("--data: expected a new folder")) == (2, True)


def test_new_keys_are_not_made_for_an_old_database(tmp_path: Path) -> None:
    (tmp_path / "chartwarden.sqlite3").write_bytes(b"")
    done = run("serve", "--data", str(tmp_path))
    assert (done.returncode, "expected the key file that belongs to this database" in done.stderr) == (2, True)
    assert not (tmp_path / "keys").exists()


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--data", str(tmp_path / "data"), "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stderr.startswith("--host and --port: expected an address")) == (2, True)


@pytest.mark.parametrize("command", ["web", "worker"])
def test_pages_and_worker_want_a_folder_that_is_there(tmp_path: Path, command: str) -> None:
    done = run(command, "--data", str(tmp_path / "none"))
    assert (done.returncode, done.stderr.startswith("--data: expected a data folder")) == (2, True)


def test_a_demo_answers_to_this_machines_names_alone(tmp_path: Path) -> None:
    data, port = tmp_path / "demo", free_port()
    with serving(data, port, "--demo") as process:
        for name, status in ((f"localhost:{port}", 200), ("clinic.example", 400), (f"evil.example:{port}", 400)):
            assert asked(port, "/accounts/login/", Host=name)[0] == status
        page = asked(port, "/no-such-page/")[1]
        assert "Everybody and everything here is made up" in page
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=WITHIN)
    assert "privacy.officer@demo.example" in said


@pytest.mark.parametrize("marked", [False, True])
def test_a_demo_with_a_database_is_refused(tmp_path: Path, marked: bool) -> None:
    data = tmp_path / "data"
    if marked:
        data.mkdir(mode=0o700)
        (data / "demo").touch()
    words = [sys.executable, "-m", "chartwarden", "serve", "--data", str(data), *([] if marked else ["--demo"])]
    done = subprocess.run(
        words, env=environment(DATABASE_URL="postgresql://x@127.0.0.1:9/x"), capture_output=True, text=True, check=False
    )
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith("DATABASE_URL: expected nothing, since a demo keeps its own SQLite file")
    assert marked or not data.exists()
