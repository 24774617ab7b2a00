"""chartwarden keys: a new master key by command, after which the old one can go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from chartwarden.cli.app import DONE, REFUSED, run
from chartwarden.clinics import keys, services
from chartwarden.kernel.sealing import create_key_file
from tests.support.clinic import make_house


def _forget() -> None:
    keys.forget()


def test_the_master_key_is_changed(
    db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.KEY_FILE = tmp_path / "keys"
    monkeypatch.delenv("CHARTWARDEN_KEYS")
    _forget()
    try:
        assert run(["keys", "rotate"]) == REFUSED
        create_key_file(settings.KEY_FILE)
        house = make_house("Lakeside", "lakeside")
        with services.acting_in(house.id):
            sealed = services.seal(house.id, "people", b"kept")
        factor = Authenticator.objects.create(
            user_id=house.users["coder"], type="totp", data={"secret": get_adapter().encrypt("ABCDEF")}
        )
        _forget()
        assert run(["keys", "rotate"]) == DONE
        assert "Lakeside: 2 keys wrapped anew" in capsys.readouterr().out
        settings.KEY_FILE.write_text(settings.KEY_FILE.read_text().splitlines()[0] + "\n")
        _forget()
        assert get_adapter().decrypt(Authenticator.objects.get(id=factor.id).data["secret"]) == "ABCDEF"
        assert run(["keys", "data"]) == DONE
        with services.acting_in(house.id):
            assert services.unseal(house.id, "people", sealed) == b"kept"
            assert services.seal(house.id, "people", b"new")[:16] != sealed[:16]
    finally:
        monkeypatch.undo()
        _forget()
