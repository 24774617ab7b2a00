"""An assignment's states, and what a queue's row says of them. Pure.

A record is open to its coder from ``assigned`` until ``submitted``.
"""

from __future__ import annotations

from datetime import datetime

from chartwarden.kernel.transitions import Transitions

UNASSIGNED, ASSIGNED, IN_PROGRESS, ON_HOLD = "unassigned", "assigned", "in_progress", "on_hold"
CODED, SUBMITTED, CLOSED = "coded", "submitted", "closed"

ASSIGNMENT = Transitions(
    "assignment",
    {
        (UNASSIGNED, "assigned"): ASSIGNED,
        (ASSIGNED, "begun"): IN_PROGRESS,
        (IN_PROGRESS, "held"): ON_HOLD,
        (ON_HOLD, "resumed"): IN_PROGRESS,
        (IN_PROGRESS, "coded"): CODED,
        (CODED, "submitted"): SUBMITTED,
        (SUBMITTED, "closed"): CLOSED,
        (ASSIGNED, "ended"): CLOSED,
        (IN_PROGRESS, "ended"): CLOSED,
        (ON_HOLD, "ended"): CLOSED,
        (SUBMITTED, "reopened"): ASSIGNED,
        (CLOSED, "reopened"): ASSIGNED,
    },
)
"""``ended``: reassigned to somebody else, or cancelled. ``reopened``: only with a reason and an expiry."""


def state_of(ended_at: datetime | None, outcome: str) -> str:
    """The state that a row of an imported queue tells of."""
    if ended_at is None:
        return ASSIGNED
    return SUBMITTED if outcome == "submitted" else CLOSED
