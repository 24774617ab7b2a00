"""Whether a record opens. Pure: facts in, verdict out; all reasons that apply, not only the first.

A record opens by an assignment alone (45 CFR 164.514(d)(2)); everything else can only keep it shut.
"""

from __future__ import annotations

from datetime import datetime

from chartwarden.gateway.contracts import Agreement, Conflict, Facts, Grant, Reason, Verdict

PURPOSES = {
    "coding": frozenset({"initial", "provider_query", "addendum", "payer_edit", "denial", "rebuttal"}),
    "quality_review": frozenset({"qa_review", "audit"}),
}
"""What may be stated as purpose, and the kinds of assignment that each belongs to (S5)."""
OTHER = "other"
"""How the ledger names what was stated and is no purpose: free text may name a patient."""
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


def decide(facts: Facts, at: datetime | None = None) -> Verdict:
    """Every reason that keeps the record shut, or the grant that it opens by, at an instant (None: when they were
    gathered).

    Written as one run of questions, since it is asked before each request: a call for each would take twice as long.
    """
    at, grants, agreements = at or facts.at, facts.grants, facts.agreements
    found: list[Reason] = []
    kinds = PURPOSES.get(facts.purpose)
    grant = usable(grants, facts.purpose, at)
    if grant is None:
        found.append(_shut(grants, at))
    if not in_force(facts.engaged_from, facts.engaged_until, at):
        found.append(Reason.ENGAGEMENT_ENDED)
    if facts.suspended:
        found.append(Reason.ACCOUNT_SUSPENDED)
    if not facts.role_opens:
        found.append(Reason.ROLE_WITHOUT_ACCESS)
    if agreements:
        found += _vendor(agreements, at)
    if not facts.device_approved:
        found.append(Reason.DEVICE_NOT_APPROVED)
    if not facts.network_secured:
        found.append(Reason.NETWORK_NOT_SECURED)
    if facts.attestation_due is not None and facts.attestation_due <= at:
        found.append(Reason.ATTESTATION_OVERDUE)
    if facts.training_due is not None and facts.training_due <= at:
        found.append(Reason.TRAINING_OVERDUE)
    if facts.conflict is not None and not (facts.conflict is Conflict.COLLEAGUE and facts.conflict_accepted):
        found.append(Reason.CONFLICT_OF_INTEREST)
    # Of the open assignments ``usable`` prefers one that the purpose fits; without an open one there is nothing to fit.
    if kinds is None or (grant is not None and grant.kind not in kinds):
        found.append(Reason.PURPOSE_NOT_PERMITTED)
    if not facts.ledger_available:
        found.append(Reason.LEDGER_UNAVAILABLE)
    if not found:
        return Verdict(OPENS, grant)
    if not facts.excused:
        return Verdict(tuple(found))
    excused = tuple(one for one in found if _is_excused(facts, one, at))
    reasons = tuple(one for one in found if one not in excused)
    return Verdict(reasons or OPENS, None if reasons else grant, excused)


def purpose_of(kind: str) -> str:
    """What a kind of assignment is for, where nobody states another purpose."""
    return next((purpose for purpose, kinds in PURPOSES.items() if kind in kinds), "")


def stated(purpose: str) -> str:
    """A purpose as the ledger names it: one of PURPOSES, or OTHER."""
    return purpose if purpose in PURPOSES else OTHER


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


def _shut(grants: tuple[Grant, ...], at: datetime) -> Reason:
    """Why no assignment opens the record."""
    if not grants:
        return Reason.NOT_ASSIGNED
    for one in grants:
        if one.open_state and one.expires is not None and one.expires <= at:
            return Reason.REOPEN_EXPIRED
    return Reason.ASSIGNMENT_NOT_OPEN


def _vendor(agreements: tuple[Agreement, ...], at: datetime) -> list[Reason]:
    own = agreements[0]
    found: list[Reason] = []
    if own.begins is None:
        found.append(Reason.VENDOR_AGREEMENT_MISSING)
    elif not in_force(own.begins, own.ends, at):
        found.append(Reason.VENDOR_AGREEMENT_NOT_IN_FORCE)
    if own.begins is not None and own.missing:
        found.append(Reason.VENDOR_AGREEMENT_INCOMPLETE)
    if len(agreements) > 1 and not all(covers(one, at) for one in agreements[1:]):
        found.append(Reason.SUBCONTRACTOR_NOT_COVERED)
    return found


def covers(agreement: Agreement, at: datetime) -> bool:
    """Whether it is signed, in force and complete."""
    return in_force(agreement.begins, agreement.ends, at) and not agreement.missing


def in_force(begins: datetime | None, ends: datetime | None, at: datetime) -> bool:
    """From its first instant until, and not at, its last. What never began is not in force."""
    return begins is not None and begins <= at and (ends is None or at < ends)


def _is_excused(facts: Facts, reason: Reason, at: datetime) -> bool:
    until = facts.excused.get(reason)
    return until is not None and at < until and reason not in NEVER_EXCUSED
