"""Where the MDM tells of its devices: set, and set aside."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from django.db import transaction

from chartwarden.clinics.services import checked_address, seal, unseal
from chartwarden.devices import mdm_rules, models, rules
from chartwarden.devices.contracts import MdmAccess, MdmState
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append

PURPOSE = "mdm"
MOST_TOKEN = 4000


def set_mdm(*, clinic: UUID, url: str, token: str, mapping: str, actor: Actor, at: datetime) -> None:
    """Have devices brought from an MDM's API each hour, beginning now. ``token`` "": the one that is kept.

    Whoever sets it stands by it with their name, and no device of theirs gains by it. Raises InputRefused for an
    address that won't do, a token that can't be sent, a mapping that can't be read, or another host without its own
    token; Refused without a name.
    """
    require(rules.may_set_mdm(actor.person))
    parts = checked_address(url)
    mdm_rules.read_mapping(mapping)
    token = token.strip()
    if len(token) > MOST_TOKEN or not token.isascii() or any(ord(one) < 32 for one in token):
        raise refuse("token", f"at most {MOST_TOKEN} characters of ASCII in one line", "something else")
    with transaction.atomic():
        row = models.MdmSource.objects.select_for_update().filter(clinic_id=clinic).first()
        kept = access(row) if row else None
        if kept and kept.token and not token and urlsplit(kept.url)[:2] != parts[:2]:
            raise refuse("token", "one for the new host, for which the kept one was not given", "nothing")
        found = MdmAccess(url.strip(), token or (kept.token if kept else ""), mapping.strip())
        row = row or models.MdmSource(clinic_id=clinic)
        row.sealed = seal(clinic, PURPOSE, msgspec.json.encode(found))
        row.set_at, row.set_by_id, row.next_at = at, actor.person, at
        row.failing_since, row.trouble = None, ""
        row.save()
        append(
            clinic=clinic,
            kind="devices.mdm_set",
            actor=actor,
            at=at,
            subject={"clinic": str(clinic)},
            facts={"host": parts.hostname},
        )


def stop_mdm(*, clinic: UUID, actor: Actor, at: datetime) -> None:
    """Bring nothing more, and forget address and token. The register stays as it is. Again is harmless."""
    with transaction.atomic():
        gone, _ = models.MdmSource.objects.filter(clinic_id=clinic).delete()
        if gone:
            append(clinic=clinic, kind="devices.mdm_stopped", actor=actor, at=at, subject={"clinic": str(clinic)})


def access(row: models.MdmSource) -> MdmAccess:
    """How an MDM is reached."""
    return msgspec.json.decode(unseal(row.clinic_id, PURPOSE, bytes(row.sealed)), type=MdmAccess)


def mdm_state(clinic: UUID) -> MdmState | None:
    """How the last pull went; None where no MDM is set."""
    row = models.MdmSource.objects.filter(clinic_id=clinic).first()
    if row is None:
        return None
    there = access(row)
    return MdmState(
        there.url, there.mapping, bool(there.token), row.set_at, row.set_by_id, row.pulled_at, row.rows, row.left_out,
        row.held, row.failing_since, row.trouble, row.next_at,
    )  # fmt: skip
