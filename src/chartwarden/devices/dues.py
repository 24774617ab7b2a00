"""What the devices room asks of somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.clinics.contracts import Clinic
from chartwarden.devices import models, rules
from chartwarden.devices.standing import preconditions, shut_from, statement_due, training_due
from chartwarden.kernel.dues import Due, Fact
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.queries import holders, work_standing

SOON, UNASKED = timedelta(days=7), timedelta(hours=3)
OPENING = ("coder", "qa_auditor")
"""The roles of those who open records."""


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """One's own statement when it is due; for who manages devices, preconditions in their grace and open troubles."""
    found = _own(member, clinic, now) if member.may(Permission.ATTEST_WORKPLACE) else []
    if member.may(Permission.MANAGE_DEVICES):
        found += [*_begun(clinic, now), *_troubles(clinic), *_mdm(clinic, now)]
    if member.may(Permission.RECORD_TRAINING):
        found += _untrained(clinic, now)
    return found


def _own(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    asked = preconditions(clinic.id).get(rules.ATTESTATION)
    there = work_standing(clinic.id, member.person, now)
    begins = there.begins if there else None
    by = statement_due(clinic, member.person, asked, begins)
    shut = shut_from(clinic, member.person, asked, begins)
    if by is None or shut is None or now < by - rules.REMIND:
        return []
    detail = "Records are shut to you until then." if shut <= now else f"From {_said(shut, clinic)} records stay shut."
    what, late = "Your statement about your workplace", by <= now
    return [Due(what, "Read and sign", "devices:my_workplace", by=by, late=late, detail=detail if late else "")]


def _begun(clinic: Clinic, now: datetime) -> list[Due]:
    """What began by itself and will shut records soon, or has since a while: somebody should decide about it."""
    found = []
    for one in preconditions(clinic.id).values():
        begins = rules.enforced_from(one)
        if begins is None or one.decided_by is not None or now > begins + SOON:
            continue
        what, late = f"{rules.PRECONDITIONS[one.kind][1]}: asked of everybody who opens records", begins <= now
        detail = "Until then it is only told. Look whether it is in order for everybody, and confirm."
        found.append(Due(what, "Look and decide", "devices:preconditions", by=begins, late=late, detail=detail))
    return found


def _mdm(clinic: Clinic, now: datetime) -> list[Due]:
    """Whether the MDM does not answer as it should, or nobody has asked it for long."""
    row = models.MdmSource.objects.filter(clinic_id=clinic.id).first()
    if row is None:
        return []
    if row.failing_since is not None:
        since = f"Since {_said(row.failing_since, clinic)}: {row.trouble}. The register stays as it was."
        return [Due("Devices don't come from the MDM", "Look at it", "devices:mdm", late=True, detail=since)]
    if row.next_at < now - UNASKED:
        return [Due("Nobody asks the MDM: the worker does not run", "Look at it", "devices:mdm", late=True)]
    return []


def _untrained(clinic: Clinic, now: datetime) -> list[Due]:
    """People who open records and whose training is due, for who writes it down."""
    asked = preconditions(clinic.id).get(rules.TRAINING)
    if asked is None or asked.asked_from is None:
        return []
    late = []
    for person in {one for role in OPENING for one in holders(clinic.id, role, now)}:
        there = work_standing(clinic.id, person, now)
        by = training_due(clinic, person, asked, there.begins if there else None)
        late += [by] if by is not None and by <= now else []
    if not late:
        return []
    who = "The yearly training of 1 person is" if len(late) == 1 else f"The yearly training of {len(late)} people is"
    detail = "They are told; after the days of grace, records stay shut to them."
    return [Due(f"{who} due", "Train and write it down", "devices:training", late=True, detail=detail)]


def _troubles(clinic: Clinic) -> list[Due]:
    """People whose newest statement leaves a point open."""
    newest: dict[object, bool] = {}
    rows = models.WorkplaceStatement.objects.filter(clinic_id=clinic.id).order_by("signed_at", "id")
    for person, whole in rows.values_list("person_id", "whole"):
        newest[person] = whole
    open_ones = sum(not whole for whole in newest.values())
    if not open_ones:
        return []
    who = "1 person says" if open_ones == 1 else f"{open_ones} people say"
    return [Due(f"{who} that a workplace is not in order", "Read it", "devices:statements", late=True)]


def facts(member: Member, clinic: Clinic, now: datetime) -> list[Fact]:  # noqa: ARG001  every room's has it
    """For who sees devices: how many are in the register, and how many of them are approved without a fault."""
    if not member.may(Permission.SEE_DEVICES):
        return []
    rows = models.Device.objects.filter(clinic_id=clinic.id, withdrawn_at=None, approved=True)
    total = rows.values("ref_index").distinct().count()
    if not total:
        return []
    faulty = rows.exclude(owner__in=("clinic", "vendor"), encrypted=True, managed=True, antivirus=True)
    wrong = faulty.values("ref_index").distinct().count()
    note = f"{wrong:,} of them lack a safeguard" if wrong else ""
    return [Fact("devices approved", f"{total:,}", note, "devices:devices", late=bool(wrong))]


def _said(moment: datetime, clinic: Clinic) -> str:
    there = moment.astimezone(clinic.time_zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"
