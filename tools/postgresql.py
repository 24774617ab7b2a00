"""A throw-away PostgreSQL cluster for tests: made in a scratch folder, on a socket of its own, gone afterwards.

The role that the tests use is no superuser, as a clinic's is not: a superuser would see through row-level security.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPTIONS = (
    "listen_addresses=''", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100",
    "shared_buffers=64MB", "log_min_messages=fatal",
)  # fmt: skip


def program(name: str) -> str | None:
    """Where a program of the server lies: Debian keeps them off the path."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    return str(places[0]) if places else shutil.which(name)


@contextmanager
def cluster(durable: bool = False) -> Iterator[str]:
    """Start a server and yield its DATABASE_URL; ``durable`` keeps fsync on, for measurements and faults."""
    # Not TemporaryDirectory: at the interpreter's end its own clean-up would come before the server's.
    folder = Path(tempfile.mkdtemp(prefix="chartwarden-pg-"))
    try:
        account = _hand_over(folder)
        data = folder / "data"
        _run(account, [_found("initdb"), "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"])
        url = f"postgresql://chartwarden@/chartwarden?host={folder}"
        start(url, durable)
        try:
            create = "CREATE ROLE chartwarden LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS"
            _run(account, [_found("psql"), "-h", folder, "-U", "postgres", "-qc", create, "postgres"])
            _run(account, [_found("createdb"), "-h", folder, "-U", "postgres", "-O", "chartwarden", "chartwarden"])
            yield url
        finally:
            stop(url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(url: str, durable: bool) -> None:
    """Start the server of a cluster that was stopped."""
    folder = _folder(url)
    options = [option for option in OPTIONS if not (durable and _is_about_durability(option))]
    settings = " ".join(f"-c {option}" for option in (*options, f"unix_socket_directories={folder}"))
    command = [_found("pg_ctl"), "-D", folder / "data", "-w", "-t", "60", "-l", folder / "log", "-o", settings, "start"]
    _run(_account(), command)


def stop(url: str) -> None:
    """Stop a cluster's server at once, as a power cut would: connections break off. It may be stopped already."""
    data = _folder(url) / "data"
    if (data / "postmaster.pid").exists():
        _run(_account(), [_found("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop"])


def _folder(url: str) -> Path:
    return Path(url.partition("host=")[2])


def _hand_over(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: name the account that runs it then, and give it the folder."""
    account = _account()
    if account is not None:
        shutil.chown(folder, account)
    return account


def _account() -> str | None:
    return "postgres" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def _is_about_durability(option: str) -> bool:
    return option.startswith(("fsync", "synchronous_commit", "full_page_writes"))


def _found(name: str) -> str:
    path = program(name)
    if path is None:
        raise FileNotFoundError(f"{name} of PostgreSQL is missing: install Debian's package postgresql")
    return path


def _run(account: str | None, command: list[object]) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(
        words, user=account, cwd="/", env={**os.environ, "LC_ALL": "C"}, check=False, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{Path(words[0]).name} ended with {done.returncode}: {done.stderr.strip()}")
