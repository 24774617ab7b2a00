"""What is known when somebody asks to open a record, and what is answered. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from chartwarden.assignments.contracts import Scope
from chartwarden.kernel.actors import Actor

WHOLE = Scope()
"""What opens where nobody has approved a policy."""


class Reason(StrEnum):
    """Why a record opens, or not. The order is the order in which reasons are told: the first is shown."""

    ALLOWED = "allowed"
    NOT_ASSIGNED = "not_assigned"
    ASSIGNMENT_NOT_OPEN = "assignment_not_open"
    REOPEN_EXPIRED = "reopen_expired"
    ENGAGEMENT_ENDED = "engagement_ended"
    ACCOUNT_SUSPENDED = "account_suspended"
    ROLE_WITHOUT_ACCESS = "role_without_access"
    VENDOR_AGREEMENT_MISSING = "vendor_agreement_missing"
    VENDOR_AGREEMENT_NOT_IN_FORCE = "vendor_agreement_not_in_force"
    VENDOR_AGREEMENT_INCOMPLETE = "vendor_agreement_incomplete"
    SUBCONTRACTOR_NOT_COVERED = "subcontractor_not_covered"
    DEVICE_NOT_APPROVED = "device_not_approved"
    NETWORK_NOT_SECURED = "network_not_secured"
    ATTESTATION_OVERDUE = "attestation_overdue"
    TRAINING_OVERDUE = "training_overdue"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    PURPOSE_NOT_PERMITTED = "purpose_not_permitted"
    LEDGER_UNAVAILABLE = "ledger_unavailable"


class Conflict(StrEnum):
    """How a coder and a patient are related, as far as that keeps them apart."""

    SELF = "self"
    FAMILY = "family"
    HOUSEHOLD = "household"
    COLLEAGUE = "colleague"


@dataclass(frozen=True, slots=True)
class Grant:
    """One assignment of this patient's record to this person: open from ``begins`` until ``ends`` (UTC; None: no end).

    ``open_state`` is whether its state lets the record open (from assigned until submitted). ``expires``: when a
    reopening runs out; None where it was not reopened. ``encounter``: the EHR's encounter id, or "": the whole record.
    """

    assignment: str
    kind: str
    open_state: bool
    begins: datetime
    ends: datetime | None = None
    expires: datetime | None = None
    encounter: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """A vendor's business associate agreement, the person's own vendor first, those above it after.

    ``begins`` None: never signed. ``missing`` are required terms that it lacks.
    """

    begins: datetime | None
    ends: datetime | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision rests on, gathered at ``at`` (UTC). Times are UTC; None where there is no such bound.

    Preconditions that the clinic's settings do not ask for are given as met. ``excused`` are reasons that a named
    person has set aside for this coder, with the end of the exception. ``roles`` are what the policy is asked by; they
    decide nothing by themselves.
    """

    at: datetime
    purpose: str
    grants: tuple[Grant, ...]
    engaged_from: datetime | None
    engaged_until: datetime | None = None
    suspended: bool = False
    role_opens: bool = True
    agreements: tuple[Agreement, ...] = ()
    device_approved: bool = True
    network_secured: bool = True
    attestation_due: datetime | None = None
    training_due: datetime | None = None
    conflict: Conflict | None = None
    conflict_accepted: bool = False
    ledger_available: bool = True
    excused: Mapping[Reason, datetime] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``reasons`` in the order of Reason; ``(allowed,)`` where the record opens. ``grant`` is the one it opens by.

    ``excused`` are the reasons that would have refused, but for an exception in force.
    """

    reasons: tuple[Reason, ...]
    grant: Grant | None = None
    excused: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the record opens."""
        return self.reasons[0] is Reason.ALLOWED

    @property
    def first(self) -> Reason:
        """The reason that is shown."""
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class Opening:
    """What came of opening an assignment. Where it opens: the ``token``, said once, and when it ends (UTC)."""

    verdict: Verdict
    token: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """Whom a token stands for: a person, and the record of one assignment's ``patient`` (the EHR's id, PHI).

    ``alone``: whether the installation has this clinic alone. ``scope`` is what the policy in force gives of the
    record, ``encounter`` the assignment's (the EHR's id, PHI; "": none). ``entries``: how many the clinic's ledger had
    before this was gathered.
    """

    clinic: UUID
    person: UUID
    token: UUID
    assignment: UUID
    patient: str
    expires_at: datetime
    facts: Facts
    alone: bool
    scope: Scope = WHOLE
    encounter: str = ""
    entries: int = 0

    @cached_property
    def actor(self) -> Actor:
        """The token, acting for its person."""
        return Actor.of_token(self.token, self.person)

    @cached_property
    def subject(self) -> Mapping[str, str]:
        """What entries about the token's use are about."""
        return {"person": str(self.person), "assignment": str(self.assignment)}

    @property
    def within(self) -> str | None:
        """The one encounter that opens; None: the whole record."""
        return self.encounter if self.scope.encounter_only else None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What somebody put to the privacy officer, and the answer, "" until there is one. Both may name a patient: PHI."""

    id: UUID
    person: UUID
    kind: str
    asked_at: datetime
    text: str
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """Whether a record would open to somebody, and the facts that say so."""

    facts: Facts
    verdict: Verdict
