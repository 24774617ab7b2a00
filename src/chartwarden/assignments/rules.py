"""An assignment's states, and what a queue's row says of them. Pure.

A record is open to its coder from ``assigned`` until ``submitted``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.kernel.transitions import Transitions

LAW = "45 CFR 164.308(a)(1)(ii)(D)"
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


def widens(before: tuple[datetime, datetime | None], now: tuple[datetime, datetime | None]) -> bool:
    """Whether an assignment (when it begins, when it ends) covers any moment that it did not cover before."""
    return now[0] < before[0] or (before[1] is not None and (now[1] is None or now[1] > before[1]))


def may_count(own_rows: Sequence[int]) -> Decision:
    """Whether a person may have a queue count in which these rows (from 1) give work to them, or change it.

    What is assigned explains accesses, so nobody assigns to themselves: somebody else must look at such a file.
    """
    if not own_rows:
        return ALLOWED
    more = len(own_rows) - 1
    others = f", and so {'does' if more == 1 else 'do'} {more:,} more" if more else ""
    return refused(f"Row {own_rows[0]:,} assigns work to you{others}; somebody else must count this file.", LAW)
