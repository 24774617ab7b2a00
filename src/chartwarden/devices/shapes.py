"""What programs send to the register, and what they are told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from chartwarden.devices import rules
from chartwarden.kernel.offered import Body, Shown

Owner: Any = Literal[tuple(rules.OWNERS)]
NetworkKind: Any = Literal[tuple(rules.NETWORKS)]
Kind: Any = Literal[tuple(rules.PRECONDITIONS)]
Reason: Any = Literal[tuple(rules.REASONS)]
Thing: Any = Literal[tuple(rules.THINGS)]
Method: Any = Literal[tuple(rules.METHODS)]
TEXT = Field(min_length=1, max_length=1000, pattern=r"\S", description="Kept sealed.")
REVISION = Field(ge=0, le=2**31 - 1, description="The device's revision as it was seen.")


class Safeguards(Body):
    """Whose a device is, and how it is secured."""

    person: UUID | None = Field(None, description="Whose it is; null: shared, in the office.")
    owner: Owner
    encrypted: bool = False
    managed: bool = False
    antivirus: bool = False


class NewDevice(Safeguards):
    """A device for the register, not approved yet."""

    name: str = Field(min_length=1, max_length=120, pattern=r"\S", description="As access logs name it.")
    mdm: str = Field("", max_length=120, description="Its id in the MDM.")


class ChangedDevice(Safeguards):
    """All of it anew; what is left out is not so."""

    revision: int = REVISION


class SeenDevice(Body):
    """The device as it was seen."""

    revision: int = REVISION


class InRegister(BaseModel):
    """A device in one stretch of approval, in the columns of the table of devices."""

    id: UUID
    name: str
    mdm: str
    person: UUID | None
    shared: bool
    owner: str
    encrypted: bool | None
    managed: bool | None
    antivirus: bool | None
    approved_from: date | None
    approved_to: date | None
    faults: str
    revision: int


class NewNetwork(Body):
    """A range of addresses."""

    cidr: str = Field(min_length=1, max_length=60)
    kind: NetworkKind


class NewDisposal(Body):
    """What was disposed of, when, how, by whom, and who saw it."""

    what: str = TEXT
    kind: Thing
    method: Method
    day: date
    disposed_by: UUID
    witness: UUID
    device: UUID | None = Field(None, description="The device of the register; it loses its approval.")


class AskedFor(Body):
    """Whether something is asked for when a record opens."""

    kind: Kind
    asked: bool
    grace_days: int = Field(rules.USUAL_GRACE, ge=0, le=rules.LONGEST_GRACE)
    shown: bool = Field(False, description="Of devices: whether the device itself must be shown.")


class Asked(BaseModel):
    """A precondition; ``enforced_from`` is when it begins to keep records shut."""

    kind: str
    asked_from: datetime | None
    enforced_from: datetime | None
    grace_days: int
    shown: bool
    decided_by: UUID | None


class NewException(Body):
    """Something set aside for somebody else, until an instant."""

    person: UUID
    reason: Reason
    why: str = TEXT
    ends: AwareDatetime = Field(description="At most 30 days ahead.")


class NewProof(Body):
    """A client certificate by which a device shows itself."""

    certificate: str = Field(min_length=1, max_length=16_384, description="In PEM, or its SHA-256 fingerprint.")


class ShownBy(BaseModel):
    """A client certificate by which a device shows itself: its SHA-256, in hexadecimal digits."""

    id: UUID
    fingerprint: str
    added_at: datetime
    added_by: UUID | None


class NewMdm(Shown):
    """Where the MDM tells of its devices, and that whoever sets it is there themselves."""

    url: str = Field(min_length=1, max_length=500)
    token: str = Field("", max_length=4000, description="Kept sealed; empty: the one that is kept.")
    mapping: str = Field(min_length=1, max_length=4000, description="Lines such as device = /deviceName.")


class Mdm(BaseModel):
    """How the MDM is asked, and how the last time went. No token."""

    url: str
    mapping: str
    set_at: datetime
    set_by: UUID | None
    pulled_at: datetime | None
    rows: int
    left_out: int
    held: int = Field(description="Left as they were: withdrawn here by hand, or of whoever set this.")
    failing_since: datetime | None
    trouble: str


class NewTraining(Body):
    """Who was trained in privacy, and on which day."""

    people: list[UUID] = Field(min_length=1, max_length=1000)
    day: date


class Training(BaseModel):
    """When somebody was last trained, and when the next training is due; null: never, or not asked for."""

    person: UUID
    last: date | None
    due: datetime | None


class Said(BaseModel):
    """A statement about a workplace: the points that were confirmed, and whether these are all."""

    person: UUID
    signed_at: datetime
    version: int
    confirmed: list[str]
    whole: bool
    note: str
