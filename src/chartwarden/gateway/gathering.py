"""What is known about one person, one patient and one instant, brought together for the decision."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
from django.conf import settings

from chartwarden.assignments import queries as assignments
from chartwarden.assignments.contracts import Scope
from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.queries import inputs_changed_at
from chartwarden.devices.queries import standing
from chartwarden.gateway.chains import Vendors, chain, vendors_from
from chartwarden.gateway.contracts import Conflict, Facts, Grant, Reason
from chartwarden.logs.services import kept_feed
from chartwarden.people.contracts import Permission
from chartwarden.people.queries import work_standing

FEEDS = ("vendors", "baas")


def facts_for(
    clinic: Clinic,
    person: UUID,
    patient: str,
    purpose: str,
    at: datetime,
    device: str = "",
    address: str = "",
    past: bool = False,
) -> Facts:
    """The facts about a person of the clinic and a patient (the EHR's id). Whoever is unknown has no engagement.

    ``device``: the name of the device that was shown, "" where none was; ``address``: where the person comes from, ""
    where that is not known, which is taken for a public network. ``past``: ``at`` is over, so that assignments are
    judged by when they began and ended; a suspension stands as it is now.
    """
    there = work_standing(clinic.id, person, at)
    close = assignments.conflict(clinic.id, person, patient)
    place = standing(clinic, person, device, address, at, there.begins if there else None)
    return Facts(
        at=at,
        purpose=purpose,
        grants=tuple(
            Grant(str(one.id), one.kind, one.is_open, one.begins, one.ends, one.expires, one.encounter)
            for one in assignments.grants(clinic.id, person, patient, past)
        ),
        engaged_from=there.begins if there else None,
        engaged_until=there.ends if there else None,
        suspended=bool(there and there.suspended),
        role_opens=bool(there and Permission.CODE_RECORDS in there.permissions),
        agreements=chain(vendors(clinic), there.employer, at) if there and there.employer else (),
        device_approved=place.device_approved,
        network_secured=place.network_secured,
        attestation_due=place.attestation_due,
        training_due=place.training_due,
        conflict=Conflict(close.kind) if close else None,
        conflict_accepted=bool(close and close.accepted_by),
        excused={Reason(reason): ends for reason, ends in place.excused.items()},
        roles=there.roles if there else frozenset(),
    )


def scope_of(clinic: UUID, facts: Facts, kind: str) -> Scope:
    """What the policy in force gives of the record to this person, who does this kind of work."""
    return assignments.scope(clinic, kind, facts.roles)


def vendors(clinic: Clinic) -> Vendors:
    """The vendors and agreements that were counted last. Read anew only when another file counts."""
    revisions = inputs_changed_at(clinic.id)
    return _vendors(clinic.id, clinic.time_zone, tuple(revisions.get(name) for name in FEEDS))


@lru_cache(maxsize=64)
def _vendors(clinic: UUID, zone: ZoneInfo, newest: tuple[object, ...]) -> Vendors:  # noqa: ARG001  what it rests on
    rows = []
    scratch = Path(settings.DATA) / "scratch"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder:
        for name in FEEDS:
            feed = kept_feed(clinic, name, Path(folder))
            rows.append(pq.read_table(feed.parquet).to_pylist() if feed else [])
    return vendors_from(rows[0], rows[1], zone)
