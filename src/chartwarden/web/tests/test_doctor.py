"""`chartwarden doctor` finds each fault that is planted in a sound installation, and says what to do."""

from __future__ import annotations

import base64
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from chartwarden.kernel.sealing import create_key_file
from chartwarden.web.contracts import Finding, Level
from chartwarden.web.examining_files import disk, of_folder, of_incoming, of_keys, of_programs, others_may
from chartwarden.web.heartbeat import Heart, JobState
from chartwarden.web.preparing import DATABASE
from tools.postgresql import cluster

UNSET = {"CHARTWARDEN_DATA", "CHARTWARDEN_KEYS", "CHARTWARDEN_MAIL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
KEY = {"CHARTWARDEN_KEYS": base64.b64encode(bytes(range(32))).decode()}
MAKE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from chartwarden.web import preparing
from chartwarden.web.services import point_at, set_up
data, now = Path(sys.argv[1]), datetime.now(UTC)
point_at(data)
preparing.make_keys(data)
set_up()
preparing.migrate(now)
from chartwarden.clinics.services import open_clinic
from chartwarden.kernel.actors import Actor
open_clinic(name="Lakeside Clinic", time_zone="America/Chicago", actor=Actor.of_system("tests"), at=now)
from chartwarden.clinics.jobs import sign_heads
sign_heads(now)
"""


def run(program: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**{name: value for name, value in os.environ.items() if name not in UNSET}, **more}
    return subprocess.run([sys.executable, *program], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("doctor") / "data"
    done = run(["-c", MAKE, str(data)])
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A sound installation of the test's own."""
    shutil.copytree(made, tmp_path / "data", copy_function=shutil.copy2)
    return tmp_path / "data"


def told(data: Path, **more: str) -> tuple[int, str]:
    done = run(["-m", "chartwarden", "doctor", "--data", str(data)], **more)
    assert done.stderr == ""
    return done.returncode, done.stdout


def by_sql(statement: str) -> Callable[[Path], None]:
    def plant(data: Path) -> None:
        with closing(sqlite3.connect(data / DATABASE)) as database:
            for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f'DROP TRIGGER "{trigger}"')
            database.execute(statement)
            database.commit()

    return plant


def other_keys(data: Path) -> None:
    (data / "keys").unlink()
    create_key_file(data / "keys")


def damage(data: Path) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (data / DATABASE).open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 4000)


def failing_worker(data: Path) -> None:
    now = datetime.now(UTC) + timedelta(seconds=30)
    Heart(data, lambda: now).tell("", (JobState("people.send_mail", failures=3, fault="ConnectionRefusedError"),))


def working_worker(data: Path) -> None:
    Heart(data, lambda: datetime.now(UTC)).tell("", (JobState("people.send_mail"),))


def clock_put_back(data: Path) -> None:
    later = MAKE.replace("datetime.now(UTC)", "datetime(2199, 1, 1, tzinfo=UTC)")
    assert run(["-c", later, str(data)]).returncode == 0


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "other keys": (other_keys, "can't be opened"),
    "a damaged file": (damage, "database: "),
    "no database": (lambda data: (data / DATABASE).write_bytes(b"not a database " * 400), "database: not reached"),
    "a migration missing": (by_sql("DELETE FROM django_migrations WHERE app = 'sessions'"), "1 migrations behind"),
    "an entry changed": (by_sql("UPDATE ledger_entry SET kind = 'a.b' WHERE \"index\" = 1"), "entry 1: expected"),
    "a clock put back": (clock_put_back, "but the last entry was made at 2199-01-01"),
    "a job that fails": (failing_worker, "job people.send_mail failed 3 in a row (ConnectionRefusedError)"),
}


@pytest.mark.parametrize(("plant", "said"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(plant: Callable[[Path], None], said: str, data: Path) -> None:
    plant(data)
    status, lines = told(data)
    assert status == 3
    (line,) = [line for line in lines.splitlines() if line.startswith("wrong")]
    assert said in line
    assert lines.endswith("Not sound: 1 wrong.\n")


def test_a_mail_server_that_does_not_answer_is_found(data: Path) -> None:
    status, lines = told(data, CHARTWARDEN_MAIL="smtp://127.0.0.1:9")
    assert (status, "wrong  mail: 127.0.0.1:9 does not answer (ConnectionRefusedError)" in lines) == (3, True)


def test_a_sound_installation_is_said_to_be_sound(data: Path) -> None:
    working_worker(data)
    status, lines = told(data)
    assert (status, "wrong" in lines) == (0, False)
    assert lines.endswith("Sound, with 1 to look at.\n")  # no mail server is set


def test_a_ledger_without_a_checkpoint_outside_the_database_is_said(data: Path) -> None:
    assert "2 entries hold, with 1 checkpoints kept outside the database" in told(data)[1]
    shutil.rmtree(data / "checkpoints")
    assert "2 entries hold, but no checkpoint is kept outside the database" in told(data)[1]
    by_sql("DELETE FROM ledger_checkpoint")(data)
    assert "2 entries hold, but no checkpoint was ever signed" in told(data)[1]


def levels(findings: object) -> list[Level]:
    return [one.level for one in findings]  # type: ignore[attr-defined]


def test_what_the_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHARTWARDEN_KEYS")
    data = tmp_path / "data"
    assert levels(of_folder(data)) == [Level.WRONG]
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    (folder,) = of_folder(data)
    assert (folder.level, folder.advice) == (Level.WRONG, f"chmod 700 {data}")
    data.chmod(0o700)
    assert levels(of_folder(data)) == [Level.OK]
    (keys,) = of_keys(data)
    assert (keys.level, "none yet" in keys.what) == (Level.WRONG, True)
    create_key_file(data / "keys")
    assert levels(of_keys(data)) == [Level.OK]
    (data / "keys").chmod(0o644)
    (keys,) = of_keys(data)
    assert (keys.level, keys.advice) == (Level.WRONG, f"chmod 600 {data / 'keys'}")
    (data / "keys").write_text("no key\n", encoding="ascii")
    (data / "keys").chmod(0o600)
    assert levels(of_keys(data)) == [Level.WRONG]


@pytest.mark.peer("postgresql")
def test_a_role_that_row_level_security_does_not_hold_is_said() -> None:
    look = (
        "import django; django.setup()\n"
        "from chartwarden.web.examining_database import of_role\n"
        "from chartwarden.web.serving import _warnings\n"
        "print(*(one.level.value + ' ' + one.what for one in of_role()), len(_warnings()))\n"
    )
    with cluster() as url:
        said = {}
        for role in ("chartwarden", "postgres"):
            there = url.replace("//chartwarden@", f"//{role}@")
            done = run(["-c", look], DATABASE_URL=there, DJANGO_SETTINGS_MODULE="chartwarden.web.settings", **KEY)
            assert done.returncode == 0, done.stderr
            said[role] = done.stdout.strip()
    assert said["chartwarden"] == "ok database: row-level security holds the role that it is reached by 0"
    assert said["postgres"].startswith(
        "wrong database: the role postgres is a superuser, so row-level security is void"
    )
    assert said["postgres"].endswith(" 1")


def test_a_watched_folder_is_looked_at(tmp_path: Path) -> None:
    clinic = UUID(int=7)
    folder = tmp_path / "incoming" / str(clinic)
    assert levels(of_incoming(tmp_path, [clinic])) == [Level.OK]
    folder.mkdir(parents=True)
    assert levels(of_incoming(tmp_path, [clinic])) == [Level.OK]
    folder.chmod(0o777)
    (found,) = of_incoming(tmp_path, [clinic])
    assert (found.level, "anybody on this machine may put files in (mode 0777)" in found.what) == (Level.WRONG, True)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    assert levels(of_incoming(tmp_path, [clinic])) == [Level.WRONG]
    folder.unlink()
    folder.write_text("")
    assert levels(of_incoming(tmp_path, [clinic])) == [Level.WRONG]
    folder.unlink()
    (tmp_path / "incoming" / "log.csv").touch()
    assert [one.level for one in of_incoming(tmp_path, [clinic])] == [Level.OK, Level.WARN]


@pytest.mark.parametrize(
    ("mode", "uid", "said"),
    [
        (0o700, 1000, ""),
        (0o770, 0, ""),
        (0o700, 1001, "it belongs to another account than the data folder"),
        (0o702, 1000, "anybody on this machine may put files in (mode 0702)"),
    ],
)
def test_who_may_put_files_in(mode: int, uid: int, said: str) -> None:
    assert others_may(mode, uid, owner=1000) == said


@pytest.mark.parametrize(
    ("free", "level"), [(0, Level.WRONG), (499 << 20, Level.WRONG), (500 << 20, Level.WARN), (5 << 30, Level.OK)]
)
def test_a_disk_is_judged_by_what_is_free(free: int, level: Level) -> None:
    found: Finding = disk(free)
    assert found.level is level
    assert bool(found.advice) is (level is not Level.OK)


def test_the_programs_here_are_sound() -> None:
    assert set(levels(of_programs())) == {Level.OK}
