"""When a session is locked, over, or still to be secured. Pure.

The stricter of a user's clinics says after how long without activity a session locks (45 CFR 164.312(a)(2)(iii)).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

LIFETIME = timedelta(hours=12)
"""However busy a session is, it ends then."""
FRESH = timedelta(minutes=5)
"""How long after a password, a code or a passkey a signature may be given without asking again."""
INVITATION_LASTS = timedelta(days=7)
TOUCH = timedelta(seconds=20)
"""Activity is written down at most so often."""


class Gate(Enum):
    """What stands between a signed-in user and the page."""

    OPEN = "nothing"
    ENDED = "no clinic counts them among its people any more"
    OVER = "the session's lifetime is over"
    LOCKED = "nobody has touched the page for a while"
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
    whether a second factor stands (or the provider's is trusted), and whether the recovery codes were kept.
    """

    persons: int
    engaged: int
    idle_minutes: int
    second_factor: bool
    codes_kept: bool


def gate(session: Session, account: Account, now: datetime) -> Gate:
    """The first gate that is shut, in the order in which they matter."""
    if account.persons and not account.engaged:
        return Gate.ENDED
    if now - session.signed_in_at >= LIFETIME:
        return Gate.OVER
    if session.locked or now - session.active_at >= timedelta(minutes=account.idle_minutes):
        return Gate.LOCKED
    if not account.second_factor:
        return Gate.SECOND_FACTOR
    return Gate.OPEN if account.codes_kept else Gate.RECOVERY_CODES
