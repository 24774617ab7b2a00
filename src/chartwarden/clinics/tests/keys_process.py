"""A program of the keys' tests: a process that goes on while another changes keys.

Makes an installation, then for each line that it reads seals, signs and opens, and says by which keys.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import django


def main() -> None:
    """Make the tables and a clinic; then answer lines."""
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from chartwarden.clinics.keys import keyring
    from chartwarden.clinics.services import acting_in, open_clinic, open_for_installation, seal, seal_for_installation
    from chartwarden.clinics.services import unseal as open_sealed
    from chartwarden.kernel.actors import Actor
    from chartwarden.ledger.services import append, sign_checkpoint

    call_command("migrate", verbosity=0)
    at, actor = datetime(2026, 3, 9, 15, tzinfo=UTC), Actor.of_system("tests")
    clinic = open_clinic(name="Lakeside", time_zone="America/Chicago", actor=actor, at=at).id
    print(clinic, flush=True)
    with acting_in(clinic):
        first = seal(clinic, "people", b"kept")
        for _ in sys.stdin:
            sealed, own = seal(clinic, "people", b"kept"), seal_for_installation("test", b"own")
            opened = {open_sealed(clinic, "people", one) for one in (first, sealed)}
            assert (opened, open_for_installation("test", own)) == ({b"kept"}, b"own")
            with transaction.atomic():
                append(clinic=clinic, kind="tests.done", actor=actor, at=at, subject={})
                sign_checkpoint(clinic=clinic, at=at)
            master = keyring().ids[0]
            assert own[2:7] == b"\x01" + master
            print(sealed[:16].hex(), master.hex(), flush=True)


if __name__ == "__main__":
    main()
