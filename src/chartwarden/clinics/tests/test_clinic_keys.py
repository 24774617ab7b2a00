"""Keys that change: old data opens, new data is sealed by the new key, and the old master key can go."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chartwarden.clinics import keys, models, services
from chartwarden.kernel.sealing import Keyring, SealBroken, create_key_file, keyring_of_file
from chartwarden.ledger import keys as ledger_keys
from chartwarden.ledger.queries import entries
from chartwarden.people.queries import person_by_code
from tests.support.clinic import AT, House, make_house

ROOT = Path(__file__).parents[4]
LATER = AT + timedelta(days=1)


def forget() -> None:
    keys.forget()


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """An installation whose keys are in a file."""
    create_key_file(tmp_path / "keys")
    monkeypatch.delenv("CHARTWARDEN_KEYS")
    settings.KEY_FILE = tmp_path / "keys"
    forget()
    yield tmp_path / "keys"
    monkeypatch.undo()
    forget()


def kinds(clinic: UUID) -> list[str]:
    return [entry.kind for entry in entries(clinic)]


def test_after_a_new_data_key_old_and_new_open(house: House) -> None:
    old = services.seal(house.id, "people", b"before")
    made = services.rotate_data_key(clinic=house.id, actor=house.actor("security_officer"), at=LATER)
    keys.forget()
    new = services.seal(house.id, "people", b"after")
    assert (old[:16] != new[:16], new[:16]) == (True, made.bytes)
    assert services.unseal(house.id, "people", old) == b"before"
    assert services.unseal(house.id, "people", new) == b"after"
    assert person_by_code(house.id, "u-coder") == house.people["coder"]


def test_after_a_new_master_key_everything_opens_and_the_old_one_can_go(key_file: Path, db: None) -> None:
    house = make_house("Lakeside", "lakeside")
    with services.acting_in(house.id):
        sealed = services.seal(house.id, "people", b"kept")
        before = keyring_of_file(key_file)
        ring = services.add_master_key(key_file)
        assert (len(ring.ids), ring.ids[1:]) == (2, before.ids)
        assert services.unseal(house.id, "people", sealed) == b"kept"
        actor = house.actor("security_officer")
        assert services.rewrap_keys(clinic=house.id, actor=actor, at=LATER) == 2
        assert services.rewrap_keys(clinic=house.id, actor=actor, at=LATER) == 0
        assert kinds(house.id)[-2:] == ["ledger.key_rotated", "clinics.keys_rewrapped"]
        key_file.write_text(key_file.read_text().splitlines()[0] + "\n")
        forget()
        assert services.unseal(house.id, "people", sealed) == b"kept"
        assert person_by_code(house.id, "u-coder") == house.people["coder"]
        ledger_keys.newest(house.id)


def test_without_rewrapping_the_old_master_key_is_still_needed(key_file: Path, db: None) -> None:
    house = make_house("Lakeside", "lakeside")
    with services.acting_in(house.id):
        sealed = services.seal(house.id, "people", b"kept")
        services.add_master_key(key_file)
        key_file.write_text(key_file.read_text().splitlines()[0] + "\n")
        forget()
        with pytest.raises(SealBroken):
            services.unseal(house.id, "people", sealed)


def test_a_process_that_began_before_the_new_key_finds_it(key_file: Path, db: None) -> None:
    house = make_house("Lakeside", "lakeside")
    with services.acting_in(house.id):
        sealed = services.seal(house.id, "people", b"kept")
        stale: Keyring = keys.keyring()
        services.add_master_key(key_file)
        services.rewrap_keys(clinic=house.id, actor=house.actor("owner"), at=LATER)
        keys.forget()
        row = models.DataKey.objects.filter(clinic_id=house.id, purpose="data").get()
        with pytest.raises(SealBroken):
            stale.unwrap(bytes(row.wrapped), keys.wrapping_context(house.id, row.purpose, row.id))
        assert services.unseal(house.id, "people", sealed) == b"kept"


def test_a_process_that_goes_on_notices_what_another_changed(tmp_path: Path) -> None:
    create_key_file(tmp_path / "keys")
    unset = {"CHARTWARDEN_KEYS", "DATABASE_URL"}
    more = {"CHARTWARDEN_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings"}
    environment = {name: value for name, value in os.environ.items() if name not in unset} | more
    program = [sys.executable, "-m", "chartwarden.clinics.tests.keys_process"]
    with subprocess.Popen(
        program, env=environment, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None

        def ask() -> tuple[str, ...]:
            running.stdin.write("\n")  # type: ignore[union-attr]
            running.stdin.flush()  # type: ignore[union-attr]
            return tuple(running.stdout.readline().split())  # type: ignore[union-attr]

        clinic = running.stdout.readline().strip()
        before = ask()
        assert (len(clinic), ask()) == (36, before)
        for what in ("data", "rotate"):
            subprocess.run([sys.executable, "-m", "chartwarden", "keys", what], env=environment, check=True)
            if what == "rotate":  # and the old master key is gone for good
                (tmp_path / "keys").write_text((tmp_path / "keys").read_text().splitlines()[0] + "\n")
            after = ask()
            assert [a == b for a, b in zip(before, after, strict=True)] == [what == "rotate", what == "data"]
            before = after
        running.stdin.close()
        assert running.wait(30) == 0
