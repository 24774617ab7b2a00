"""What the queue asks of somebody, and what is true of it now."""

from __future__ import annotations

from datetime import datetime

from chartwarden.assignments import keeping, models, policy_keeping, rules
from chartwarden.assignments.conflicted import conflicted, unlooked
from chartwarden.assignments.ehr_source import source
from chartwarden.assignments.rule_keeping import share_rules
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.dues import Due, Fact
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.queries import roster

MY_WORK, COPIES, ONE = "assignments:my_work", "gateway:copies", "assignments:one"


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """What a coder has to delete, and their next record; for who assigns, work that its coder should not do or that
    nobody could look at, copies that outlive their work, and work that is nobody's; a draft of the policy for who
    approves it; an EHR that can't be read for those who can mend it."""
    found = []
    if member.may(Permission.CODE_RECORDS) and (left := _copies(clinic, member)):
        what = "1 saved copy is" if left == 1 else f"{left:,} saved copies are"
        found.append(Due(f"{what} to be deleted", "Confirm it", COPIES))
    if member.may(Permission.CODE_RECORDS) and (own := _open_to(clinic, member, now)):
        found.append(Due(f"{own:,} {'record is' if own == 1 else 'records are'} open to you", "Go on", MY_WORK))
    if member.may(Permission.ASSIGN_WORK) and (close := len(conflicted(clinic.id))):
        records, whose = ("record", "its") if close == 1 else ("records", "their")
        what = f"A conflict of interest keeps {close:,} {records} from {whose} coder"
        found.append(Due(what, "Reassign", "assignments:conflicts"))
    if member.may(Permission.ASSIGN_WORK) and (behind := _left_behind(clinic, now)):
        what = "1 saved copy is" if len(behind) == 1 else f"{len(behind):,} saved copies are"
        told = f"{what} not confirmed as deleted, though the work is over or the person has left"
        found.append(Due(told, "See whose", ONE, {"assignment": str(behind[0].assignment_id)}, late=True))
    if member.may(Permission.ASSIGN_WORK):
        found += _unlooked(clinic)
    if member.may(Permission.ASSIGN_WORK) and (nobodys := _unassigned(clinic)):
        what = f"{nobodys:,} {'record waits' if nobodys == 1 else 'records wait'} for a coder"
        by = "rules" if share_rules(clinic.id).rules else "share"
        found.append(Due(what, "Share them out", f"assignments:{by}"))
    if member.may(Permission.APPROVE_POLICY) and policy_keeping.draft(clinic.id):
        what = "A draft of the minimum-necessary policy waits for you"
        found.append(Due(what, "Read and approve", "assignments:policy"))
    return [*found, *(_source(clinic) if member.may(Permission.IMPORT_QUEUE) else [])]


def _unlooked(clinic: Clinic) -> list[Due]:
    """Records that open though nobody could look for conflicts of interest."""
    there = unlooked(clinic.id)
    if not there.work:
        return []
    open_ones = "1 record is" if there.work == 1 else f"{there.work:,} records are"
    if not there.feed:
        what = "Conflicts of interest are not looked for: no patients feed"
        detail = f"{open_ones} open, and nobody knows whether their coders are close to the patients."
        return [Due(what, "Look", "assignments:conflicts", late=True, detail=detail)]
    if not there.ever:
        what = "Conflicts of interest are not looked for yet"
        detail = f"{open_ones} open. The worker looks soon; where this stays, it does not run."
        return [Due(what, "Look", "assignments:conflicts", detail=detail)]
    what = f"{open_ones} open of patients who are not in the patients feed"
    detail = "Whether a coder is close to them was not looked for."
    return [Due(what, "Look", "assignments:conflicts", detail=detail)]


def _source(clinic: Clinic) -> list[Due]:
    there, page = source(clinic.id), "assignments:source"
    if there is None or not there.on:
        return []
    if there.failing_since is not None:
        return [Due("The EHR's tasks can't be read", "Look", page, late=True, detail=f"It failed: {there.trouble}.")]
    if there.not_taken:
        what = f"{there.not_taken:,} of the EHR's tasks could not be taken over"
        return [Due(what, "Look", page)]
    return []


def facts(member: Member, clinic: Clinic, now: datetime) -> list[Fact]:  # noqa: ARG001  every room's have a clock
    """For who sees the queue: how much is open, and how much of it is on hold; for who imports it, the EHR's tasks."""
    found = []
    if member.may(Permission.SEE_QUEUE):
        states = keeping.counts(clinic.id)
        held, working = states.get(rules.ON_HOLD, 0), sum(states.get(one, 0) for one in rules.OPEN)
        found.append(Fact("records open to coders", f"{working:,}", f"{held:,} of them on hold", "assignments:board"))
    if member.may(Permission.IMPORT_QUEUE):
        there = source(clinic.id)
        said = "not read" if there is None or not there.on else "failing" if there.failing_since else "in step"
        found.append(Fact("the EHR's tasks", said, "", "assignments:source", late=said == "failing"))
    return found


def _copies(clinic: Clinic, member: Member) -> int:
    left = models.RecordCopy.objects.filter(clinic_id=clinic.id, person_id=member.person, deleted_at=None)
    return int(left.count())


def _left_behind(clinic: Clinic, now: datetime) -> list[models.RecordCopy]:
    """Copies, the oldest first, of work that is over, and those that people have who left."""
    kept = models.RecordCopy.objects.filter(clinic_id=clinic.id, deleted_at=None).select_related("assignment")
    rows = list(kept.order_by("made_at", "id"))
    people = {row.person_id for row in rows}
    left = {one.person for one in roster(clinic.id, now, people) if one.state == "ended"} if people else set()
    return [row for row in rows if row.assignment.state not in rules.OPEN or row.person_id in left]


def _open_to(clinic: Clinic, member: Member, now: datetime) -> int:
    rows = keeping.in_queue(clinic.id).filter(coder_id=member.person, state__in=rules.OPEN)
    return int(rows.exclude(expires_at__lte=now).count())


def _unassigned(clinic: Clinic) -> int:
    return int(keeping.in_queue(clinic.id).filter(state=rules.UNASSIGNED).count())
