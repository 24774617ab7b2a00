"""Whether a record opens. Pure: facts in, verdict out; all reasons that apply, not only the first.

A record opens by an assignment alone (45 CFR 164.514(d)(2)); everything else can only keep it shut.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chartwarden.gateway.contracts import Agreement, Conflict, Facts, Grant, Reason, Verdict

PURPOSES = {
    "coding": frozenset({"initial", "provider_query", "addendum", "payer_edit", "denial", "rebuttal"}),
    "quality_review": frozenset({"qa_review", "audit"}),
}
"""What may be stated as purpose, and the kinds of assignment that each belongs to (S5)."""
NEVER_EXCUSED = frozenset(
    {
        Reason.NOT_ASSIGNED, Reason.ASSIGNMENT_NOT_OPEN, Reason.REOPEN_EXPIRED, Reason.ENGAGEMENT_ENDED,
        Reason.ACCOUNT_SUSPENDED, Reason.ROLE_WITHOUT_ACCESS, Reason.VENDOR_AGREEMENT_MISSING,
        Reason.VENDOR_AGREEMENT_NOT_IN_FORCE, Reason.VENDOR_AGREEMENT_INCOMPLETE, Reason.SUBCONTRACTOR_NOT_COVERED,
        Reason.CONFLICT_OF_INTEREST, Reason.PURPOSE_NOT_PERMITTED, Reason.LEDGER_UNAVAILABLE,
    }
)  # fmt: skip
"""An exception may bridge a late attestation or a new laptop, never a missing assignment or agreement."""
OPENS = (Reason.ALLOWED,)


def decide(facts: Facts) -> Verdict:
    """Every reason that keeps the record shut, or the grant that it opens by."""
    grant = usable(facts.grants, facts.purpose, facts.at)
    found = [*_assignment(facts, grant), *_person(facts), *_vendor(facts), *_workplace(facts), *_purpose(facts)]
    if not found:
        return Verdict(OPENS, grant)
    excused = tuple(one for one in found if _is_excused(facts, one))
    reasons = tuple(one for one in found if one not in excused)
    return Verdict(reasons or OPENS, None if reasons else grant, excused)


def usable(grants: tuple[Grant, ...], purpose: str, at: datetime) -> Grant | None:
    """The assignment that opens the record at that instant: one of the stated purpose, or else any that is open."""
    kinds, other = PURPOSES.get(purpose, frozenset()), None
    for grant in grants:
        if is_open(grant, at):
            if grant.kind in kinds:
                return grant
            other = other or grant
    return other


def is_open(grant: Grant, at: datetime) -> bool:
    """Open from its first instant until, and not at, its last; a reopened one until it expires."""
    return (
        grant.open_state
        and grant.begins <= at
        and (grant.ends is None or at < grant.ends)
        and (grant.expires is None or at < grant.expires)
    )


def _assignment(facts: Facts, grant: Grant | None) -> Iterator[Reason]:
    if grant is not None:
        return
    if not facts.grants:
        yield Reason.NOT_ASSIGNED
    elif any(one.expires is not None and one.expires <= facts.at for one in facts.grants if one.open_state):
        yield Reason.REOPEN_EXPIRED
    else:
        yield Reason.ASSIGNMENT_NOT_OPEN


def _person(facts: Facts) -> Iterator[Reason]:
    if not in_force(facts.engaged_from, facts.engaged_until, facts.at):
        yield Reason.ENGAGEMENT_ENDED
    if facts.suspended:
        yield Reason.ACCOUNT_SUSPENDED
    if not facts.role_opens:
        yield Reason.ROLE_WITHOUT_ACCESS


def _vendor(facts: Facts) -> Iterator[Reason]:
    if not facts.agreements:
        return
    own, *above = facts.agreements
    if own.begins is None:
        yield Reason.VENDOR_AGREEMENT_MISSING
    elif not in_force(own.begins, own.ends, facts.at):
        yield Reason.VENDOR_AGREEMENT_NOT_IN_FORCE
    if own.begins is not None and own.missing:
        yield Reason.VENDOR_AGREEMENT_INCOMPLETE
    if any(not covers(one, facts.at) for one in above):
        yield Reason.SUBCONTRACTOR_NOT_COVERED


def covers(agreement: Agreement, at: datetime) -> bool:
    """Whether it is signed, in force and complete."""
    return in_force(agreement.begins, agreement.ends, at) and not agreement.missing


def in_force(begins: datetime | None, ends: datetime | None, at: datetime) -> bool:
    """From its first instant until, and not at, its last. What never began is not in force."""
    return begins is not None and begins <= at and (ends is None or at < ends)


def _workplace(facts: Facts) -> Iterator[Reason]:
    if not facts.device_approved:
        yield Reason.DEVICE_NOT_APPROVED
    if not facts.network_secured:
        yield Reason.NETWORK_NOT_SECURED
    if facts.attestation_due is not None and facts.attestation_due <= facts.at:
        yield Reason.ATTESTATION_OVERDUE
    if facts.training_due is not None and facts.training_due <= facts.at:
        yield Reason.TRAINING_OVERDUE


def _purpose(facts: Facts) -> Iterator[Reason]:
    accepted = facts.conflict is Conflict.COLLEAGUE and facts.conflict_accepted
    if facts.conflict is not None and not accepted:
        yield Reason.CONFLICT_OF_INTEREST
    if facts.purpose not in PURPOSES or not _fits(facts):
        yield Reason.PURPOSE_NOT_PERMITTED
    if not facts.ledger_available:
        yield Reason.LEDGER_UNAVAILABLE


def _fits(facts: Facts) -> bool:
    """Whether the purpose is one that an open assignment was given for; without an open one there is nothing to fit."""
    kinds = PURPOSES[facts.purpose]
    opened = [grant.kind for grant in facts.grants if is_open(grant, facts.at)]
    return not opened or any(kind in kinds for kind in opened)


def _is_excused(facts: Facts, reason: Reason) -> bool:
    until = facts.excused.get(reason)
    return until is not None and facts.at < until and reason not in NEVER_EXCUSED
