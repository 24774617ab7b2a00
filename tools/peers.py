"""Real programs that tests need: ``python tools/peers.py`` installs those that are missing, as root on Debian.

Elsewhere it says which packages to install; tests that miss one are then skipped by name.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Peer:
    """A program: any of ``programs`` on the path will do; ``package`` is Debian's package that brings it.

    With a ``lock`` it is a Python program in an environment of its own, made from that file under .tools; with ``npm``
    one for Node, whose packages are installed by the lock in that folder.
    """

    programs: tuple[str, ...]
    package: str
    used_for: str
    lock: str = ""
    npm: str = ""

    @property
    def path(self) -> str | None:
        """Where it is, or None."""
        if self.npm and not (ROOT / self.npm / "node_modules" / ".package-lock.json").is_file():
            return None
        return next((found for program in self.programs if (found := _where(program))), None)


def _where(program: str) -> str | None:
    """On the path, or by a pattern where Debian keeps it off the path."""
    if "*" not in program:
        return shutil.which(program)
    return next(iter(sorted(glob.glob(program), reverse=True)), None)


PEERS = {
    "chromium": Peer(("chromium", "chromium-browser", "google-chrome"), "chromium", "looks at the report page"),
    "curl": Peer(("curl",), "curl", "sends files as the how-to says"),
    "java": Peer(("java",), "default-jre-headless", "runs Spark"),
    "postgresql": Peer(("initdb", "/usr/lib/postgresql/*/bin/initdb"), "postgresql", "is the second store"),
    "canaille": Peer(
        (str(ROOT / ".tools" / "canaille" / "bin" / "canaille"),),
        "it by `python tools/peers.py`",
        "is the single sign-on provider",
        "tools/canaille.lock",
    ),
    "node": Peer(("node",), "nodejs and npm", "runs the FHIR server"),
    "fhir": Peer(("node",), "it by `python tools/peers.py`", "is the EHR in tests", npm="tools/fhir"),
    "nginx": Peer(("nginx", "/usr/sbin/nginx"), "nginx-light", "stands before the pages"),
    "rsyslog": Peer(
        ("rsyslogd", "/usr/sbin/rsyslogd"), "rsyslog and rsyslog-openssl", "collects audit events over TLS"
    ),
    "pdftoppm": Peer(("pdftoppm",), "poppler-utils", "turns the PDF report into pictures"),
}


def install() -> int:
    """Install what is missing where that can be done, else name it. Returns an exit status; missing peers are none."""
    for name, peer in PEERS.items():
        if peer.lock and peer.path is None and (failed := _install_python(name, ROOT / peer.lock)):
            return failed
    if failed := _install_debian():
        return failed
    return next((failed for peer in PEERS.values() if peer.npm and not peer.path and (failed := _install_npm(peer))), 0)


def _install_debian() -> int:
    """Packages of Debian, all at once. Returns an exit status; packages that can't be installed here are named."""
    missing = {name: peer for name, peer in PEERS.items() if peer.path is None and not peer.lock and not peer.npm}
    if not missing:
        return 0
    packages = [package for peer in missing.values() for package in peer.package.split(" and ")]
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        for name, peer in missing.items():
            print(
                f"{name} ({peer.used_for}) is missing: its tests are skipped; install {peer.package}", file=sys.stderr
            )
        return 0
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {', '.join(packages)} for the tests …", file=sys.stderr)
    for command in ([apt, "update", "-qq"], [apt, "install", "-qq", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            print(f"{' '.join(command)} ended with {done.returncode}", file=sys.stderr)
            return done.returncode
    return 0


def _install_python(name: str, lock: Path) -> int:
    """An environment of its own from a lock, by the uv that tools/setup.sh brought. Returns an exit status."""
    uv, folder = str(ROOT / ".tools" / "bin" / "uv"), str(ROOT / ".tools" / name)
    print(f"Installing {name} for the tests …", file=sys.stderr)
    for command in (
        [uv, "venv", "--quiet", "--clear", "--no-python-downloads", "--python", sys.executable, folder],
        [uv, "pip", "install", "--quiet", "--python", folder, "--require-hashes", "-r", str(lock)],
    ):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            print(f"{' '.join(command)} ended with {done.returncode}", file=sys.stderr)
            return done.returncode
    return 0


def _install_npm(peer: Peer) -> int:
    """The packages of a lock, where there is npm. Returns an exit status."""
    npm = shutil.which("npm")
    if npm is None:
        print(f"npm is missing: tests are skipped that need what {peer.used_for}", file=sys.stderr)
        return 0
    print(f"Installing what {peer.used_for} for the tests …", file=sys.stderr)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    return subprocess.run(command, cwd=ROOT / peer.npm, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(install())
