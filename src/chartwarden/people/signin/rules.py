"""When a session is locked, over, or still to be secured. Pure.

The stricter of a user's clinics says after how long without activity a session locks (45 CFR 164.312(a)(2)(iii)).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from chartwarden.kernel.decisions import ALLOWED, Decision, refused

LIFETIME = timedelta(hours=12)
"""However busy a session is, it ends then."""
FRESH = timedelta(minutes=5)
"""How long after a password, a code or a passkey a signature may be given without asking again."""
FILLING_IN = timedelta(minutes=30)
"""How long after it a long form may be sent that opens to nobody else: whoever filled it in must not lose it."""
INVITATION_LASTS = timedelta(days=7)
FACTOR_LINK_LASTS = timedelta(hours=24)
"""How long the link to a new second factor works after the old ones were reset."""
TOUCH = timedelta(seconds=20)
"""Activity is written down at most so often."""


class Gate(Enum):
    """What stands between a signed-in user and the page."""

    OPEN = "nothing"
    ENDED = "no clinic counts them among its people any more"
    OVER = "the session's lifetime is over"
    LOCKED = "nobody has touched the page for a while"
    FACTOR_LINK = "the link to a new second factor is to be opened"
    SECOND_FACTOR = "a second factor is to be set up"
    RECOVERY_CODES = "the recovery codes are to be kept"


@dataclass(frozen=True)
class Session:
    """What is known of a session: instants in UTC; ``locked`` where it was locked already or by hand."""

    signed_in_at: datetime
    active_at: datetime
    locked: bool


@dataclass(frozen=True)
class Account:
    """What is known of a user: ``persons`` in how many clinics, in force in ``engaged`` of them; minutes until a lock;
    whether a second factor stands (or the provider's is trusted), whether the recovery codes were kept, and whether
    the factors were reset and the link from the mail was not brought into this session.
    """

    persons: int
    engaged: int
    idle_minutes: int
    second_factor: bool
    codes_kept: bool
    awaits_link: bool = False


def gate(session: Session, account: Account, now: datetime) -> Gate:
    """The first gate that is shut, in the order in which they matter."""
    if account.persons and not account.engaged:
        return Gate.ENDED
    if now - session.signed_in_at >= LIFETIME:
        return Gate.OVER
    if session.locked or now - session.active_at >= timedelta(minutes=account.idle_minutes):
        return Gate.LOCKED
    if not account.second_factor:
        return Gate.FACTOR_LINK if account.awaits_link else Gate.SECOND_FACTOR
    return Gate.OPEN if account.codes_kept else Gate.RECOVERY_CODES


def may_reset_factors(clinic: UUID, actor_owns: bool, owned: Collection[UUID]) -> Decision:
    """Whether somebody of a clinic may reset an account's second factors, where the account is an owner in ``owned``.

    Sign-in to every clinic of the account hangs on it: an owner's are reset only by another owner of a clinic that they
    own, so that no clinic in which they merely work can touch it.
    """
    if not owned:
        return ALLOWED
    if clinic in owned:
        word = "Only another owner can reset an owner's second factors."
        return ALLOWED if actor_owns else refused(word, RESET)
    return refused("This account answers for more than this clinic. An owner elsewhere has to reset it.", RESET)


RESET = "45 CFR 164.312(d)"
