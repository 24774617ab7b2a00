"""The feeds of devices and networks, taken over: each file is the whole register of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.devices import models, rules
from chartwarden.devices.keeping import FEED, begun, facts, identity, index, own_people, sealed_identity
from chartwarden.devices.registering import end
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.services import append
from chartwarden.people.queries import by_code

PLAIN = ("person_id", "shared", "owner", "encrypted", "managed", "antivirus", "approved_from", "approved_to")
COUNTS = ("added", "changed", "ended", "unchanged", "absent", "held")
Key = tuple[bytes, str]


@dataclass
class _Register:
    """The rows that are here, and what the file did to them.

    ``withdrawn``: the day on which somebody here last withdrew a device, or disposed of it. ``mine``: whose rows the
    actor may not bring, ``own`` the places of such rows, ``owned`` the devices that are theirs already; with ``holds``
    such rows don't refuse the whole, but are held.
    """

    clinic: UUID
    rows: dict[Key, models.Device]
    withdrawn: dict[bytes, date]
    mine: frozenset[UUID]
    owned: frozenset[bytes]
    holds: bool
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    seen: set[Key] = field(default_factory=set)
    own: list[int] = field(default_factory=list)


def take_devices(*, clinic: UUID, feed: Any, actor: Actor, at: datetime) -> Taken:
    """Take over the register that was read, as ``take_rows``."""
    return take_rows(clinic, pq.read_table(feed.parquet).to_pylist(), feed.count.sha256, actor, at)


def take_rows(
    clinic: UUID,
    rows: Iterable[Mapping[str, Any]],
    sha256: str,
    actor: Actor,
    at: datetime,
    only_news: bool = False,
    set_by: UUID | None = None,
) -> Taken:
    """Take over a whole register, in rows of the devices feed. A device that an earlier one named and this one doesn't
    loses its approval at once; one that was put in by hand stays, and one that somebody here withdrew or disposed of is
    not approved by it.

    ``sha256`` names what it came from in the entry; with ``only_news`` there is none where nothing has changed. Raises
    Refused where a row adds or changes a device of the actor's own, or of somebody who shares a login with them; its
    number is its place among the rows that were read. ``set_by``: who set up where the rows come from by themselves;
    by such rows a device of theirs only loses, and what it would gain is held.
    """
    there = clinic_of(clinic)
    if there is None:
        raise refuse("clinic", "one that is here", "none")
    today = at.astimezone(there.time_zone).date()
    people = by_code(clinic)
    with transaction.atomic():
        found = list(models.Device.objects.select_for_update().filter(clinic_id=clinic).order_by("id"))
        mine = own_people(clinic, Actor.of_person(set_by) if set_by else actor)
        register = _Register(
            clinic,
            {(bytes(row.ref_index), row.stretch): row for row in found},
            _withdrawn(clinic, found, there.time_zone),
            mine,
            frozenset(bytes(row.ref_index) for row in found if row.person_id in mine),
            set_by is not None,
        )
        for number, values in enumerate(rows, start=1):
            _take_device(register, values, people, number)
        require(rules.may_bring(register.own))
        for key, row in register.rows.items():
            if key not in register.seen and row.source != FEED:
                register.counts["absent"] += 1
            elif key not in register.seen and row.withdrawn_at is None:
                end(row, today, None, at)
                register.counts["ended"] += 1
        if register.seen:
            begun(clinic, (rules.DEVICE, rules.ATTESTATION), actor, at)
        news = any(register.counts[what] for what in ("added", "changed", "ended"))
        if only_news and not news:
            return Taken(**register.counts)
        return _taken(clinic, "devices", sha256, register.counts, actor, at)


def _withdrawn(clinic: UUID, found: Iterable[models.Device], zone: tzinfo) -> dict[bytes, date]:
    """On which day of the clinic's somebody last withdrew a device, in whichever stretch, or disposed of it."""
    moments = [(row.ref_index, row.withdrawn_at) for row in found if row.withdrawn_by_id and row.withdrawn_at]
    disposed = models.Disposal.objects.filter(clinic_id=clinic, device__isnull=False)
    moments += disposed.values_list("device__ref_index", "recorded_at")
    days: dict[bytes, date] = {}
    for ref, moment in moments:
        day = moment.astimezone(zone).date()
        days[bytes(ref)] = max(day, days.get(bytes(ref), day))
    return days


def _take_device(register: _Register, values: Mapping[str, Any], people: Mapping[str, UUID], number: int) -> None:
    name, code, begins = values["device"], values["person"], values["approved_from"]
    ref, stretch = index(register.clinic, name), begins.isoformat() if begins else ""
    register.seen.add((ref, stretch))
    row = register.rows.get((ref, stretch))
    by_hand = row is not None and row.withdrawn_by_id is not None
    if by_hand or (ref in register.withdrawn and (begins is None or begins <= register.withdrawn[ref])):
        register.counts["held"] += 1
        return
    person = people.get(code) if code else None
    plain = {
        "person_id": person, "shared": not code, "owner": values["owner"] or "",
        **{flag: values[flag] for flag in PLAIN[3:]},
    }  # fmt: skip
    unknown = code if code and person is None else ""
    if row is None:
        mdm, what = values.get("mdm") or "", "added"
        row = models.Device(clinic_id=register.clinic, ref_index=ref, stretch=stretch, revision=0)
    else:
        kept = identity(row)
        mdm, what = values.get("mdm") or kept.mdm, "changed"
        same = all(getattr(row, name) == value for name, value in plain.items())
        if (
            same
            and row.approved
            and row.withdrawn_at is None
            and (kept.code, kept.mdm) == (unknown, mdm)
            and row.source == FEED
        ):
            register.counts["unchanged"] += 1
            return
        row.revision += 1
    before, theirs = facts(row) if what == "changed" else None, person in register.mine or ref in register.owned
    for name_of, value in plain.items():
        setattr(row, name_of, value)
    row.approved, row.withdrawn_at, row.source = True, None, FEED
    if theirs and register.holds and rules.gains(before, facts(row)):
        register.counts["held"] += 1
        return
    row.sealed = sealed_identity(register.clinic, name, mdm, unknown)
    row.save()
    register.counts[what] += 1
    if theirs and not register.holds:
        register.own.append(number)


def take_networks(*, clinic: UUID, feed: Any, actor: Actor, at: datetime) -> Taken:
    """Take over the ranges that were read. A range that an earlier file named and this one doesn't is taken out, so
    that it is public from now on; what was put in by hand stays. Raises InputRefused for a range that is too wide."""
    counts = dict.fromkeys(COUNTS, 0)
    with transaction.atomic():
        known = {row.cidr: row for row in models.Network.objects.select_for_update().filter(clinic_id=clinic)}
        seen: dict[str, str] = {}
        for values in pq.read_table(feed.parquet).to_pylist():
            cidr = rules.normal_network(values["cidr"], values["kind"])
            if cidr in seen:
                counts["unchanged" if seen[cidr] == values["kind"] else "held"] += 1
                continue
            seen[cidr] = values["kind"]
            row = known.get(cidr)
            if row is None:
                models.Network.objects.create(clinic_id=clinic, cidr=cidr, kind=values["kind"], source=FEED)
                counts["added"] += 1
            elif (row.kind, row.source) == (values["kind"], FEED):
                counts["unchanged"] += 1
            else:
                row.kind, row.source = values["kind"], FEED
                row.save()
                counts["changed"] += 1
        for cidr, row in known.items():
            if cidr not in seen and row.source == FEED:
                row.delete()
                counts["ended"] += 1
            elif cidr not in seen:
                counts["absent"] += 1
        if any(rules.is_secured(kind) for kind in seen.values()):
            begun(clinic, (rules.NETWORK, rules.ATTESTATION), actor, at)
        return _taken(clinic, "networks", feed.count.sha256, counts, actor, at)


def _taken(clinic: UUID, name: str, sha256: str, counts: Mapping[str, int], actor: Actor, at: datetime) -> Taken:
    append(
        clinic=clinic,
        kind="devices.feed_taken",
        actor=actor,
        at=at,
        subject={"feed": name},
        facts={"sha256": sha256, **counts},
    )
    return Taken(**counts)


TAKES: Mapping[str, Callable[..., Taken]] = {"devices": take_devices, "networks": take_networks}
