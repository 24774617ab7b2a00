"""An assignment's states, who may move it, and what a queue's row says of them. Pure.

A record is open to its coder from ``assigned`` until ``submitted``. A reopening and a reassignment are assignments of
their own that follow an earlier one, so that nothing ever covers the time in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chartwarden.assignments.contracts import FoundConflict
from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.kernel.transitions import Transitions

LAW = "45 CFR 164.308(a)(1)(ii)(D)"
UNASSIGNED, ASSIGNED, IN_PROGRESS, ON_HOLD = "unassigned", "assigned", "in_progress", "on_hold"
CODED, SUBMITTED, CLOSED = "coded", "submitted", "closed"
OPEN = (ASSIGNED, IN_PROGRESS, ON_HOLD, CODED)
"""States in which the record opens."""

ASSIGNMENT = Transitions(
    "assignment",
    {
        (UNASSIGNED, "assigned"): ASSIGNED,
        (UNASSIGNED, "cancelled"): CLOSED,
        (ASSIGNED, "begun"): IN_PROGRESS,
        (IN_PROGRESS, "held"): ON_HOLD,
        (ON_HOLD, "resumed"): IN_PROGRESS,
        (IN_PROGRESS, "coded"): CODED,
        (CODED, "resumed"): IN_PROGRESS,
        (CODED, "submitted"): SUBMITTED,
        (SUBMITTED, "closed"): CLOSED,
        **{(state, event): CLOSED for state in OPEN for event in ("reassigned", "cancelled")},
        (SUBMITTED, "reopened"): SUBMITTED,
        (CLOSED, "reopened"): CLOSED,
    },
)
"""``reopened``: with a reason and an expiry another assignment follows; this one stays as it was."""

HOLDS = {"missing_document": "A document is missing", "provider_query": "The provider was asked"}
KINDS = {
    "initial": "First coding",
    "qa_review": "Quality review",
    "provider_query": "Query to the provider",
    "addendum": "Addendum",
    "payer_edit": "Payer's edit",
    "denial": "Denial",
    "audit": "Audit",
    "rebuttal": "Rebuttal",
}
REVIEWING = ("qa_review", "audit")
"""Work that looks at coding again; all other work codes."""
REOPENS = ("addendum", "payer_edit", "denial", "audit", "rebuttal")
"""What a record may be opened for again once it is submitted."""
JUSTIFICATIONS = {
    "initial": "Codes rest on the whole record: history, findings and results that one note leaves out.",
    "qa_review": "A code is checked against everything that its coder had before them.",
    "provider_query": "The question is put, and its answer judged, from all that was documented.",
    "addendum": "What was added is read together with what it adds to.",
    "payer_edit": "An edit may rest on any document of the encounter.",
    "denial": "A denial is answered from the whole record that the claim rests on.",
    "audit": "An auditor's sample is judged on the same record as the claim.",
    "rebuttal": "A rebuttal cites whatever in the record supports the code.",
}
"""Why each kind of work needs the whole record: 45 CFR 164.514(d)(5) asks for a specific justification."""
CITATION = "45 CFR 164.514(d)(2), (d)(5)"
LAW_10 = "45 CFR 164.308(a)(4)(ii)(B)"
COPIES = "45 CFR 164.310(d)(2), 164.502(b)"
LONGEST_REOPENING = timedelta(days=30)


def state_of(ended_at: datetime | None, outcome: str) -> str:
    """The state that a row of an imported queue tells of."""
    if ended_at is None:
        return ASSIGNED
    return SUBMITTED if outcome == "submitted" else CLOSED


def may_assign(by: UUID | None, coder: UUID) -> Decision:
    """Nobody gives themselves work: an assignment opens a record, so somebody else must want it opened."""
    if by == coder:
        return refused("Nobody assigns a record to themselves. Ask another supervisor or the privacy officer.", LAW_10)
    return ALLOWED


def may_work(by: UUID | None, coder: UUID | None) -> Decision:
    """Only the coder whose work it is moves it on."""
    if by is None or by != coder:
        return refused("This is another coder's work. Only they can move it on.", CITATION)
    return ALLOWED


def may_review(coded_it: bool) -> Decision:
    """Nobody reviews their own coding, nor their own review (law 10)."""
    if coded_it:
        return refused("Nobody reviews work of their own. Choose somebody who has not coded this record.", LAW_10)
    return ALLOWED


def may_end(copies: int) -> Decision:
    """Work is submitted and closed only once no copy of its record is left (45 CFR 164.310(d)(2), 164.502(b))."""
    if copies:
        what = "A saved copy of this record is" if copies == 1 else f"{copies} saved copies of this record are"
        return refused(f"{what} not confirmed as deleted. Delete, confirm it under My work, then go on.", COPIES)
    return ALLOWED


def may_copy(is_open: bool) -> Decision:
    """A copy is saved only of a record that is open to whoever saves it."""
    if not is_open:
        return refused("This record is no longer open to you. Nothing was saved.", COPIES)
    return ALLOWED


def checked_expiry(at: datetime, expires: datetime) -> Decision:
    """A reopening ends within 30 days: longer work is assigned anew."""
    if not at < expires <= at + LONGEST_REOPENING:
        return refused(f"A reopening ends after now and within {LONGEST_REOPENING.days} days.", CITATION)
    return ALLOWED


CONFLICTS = ("self", "family", "household", "colleague")
"""How somebody may be close to a patient, those first that weigh more: of several, the first counts."""
COLLEAGUE = "colleague"
CONFLICT_LAW = "45 CFR 164.502(b), 164.514(d)(2)"


def stands(conflict: FoundConflict | None) -> bool:
    """Whether a conflict keeps the two apart: any but a colleague's that somebody has accepted in writing."""
    return conflict is not None and not (conflict.kind == COLLEAGUE and conflict.accepted_by is not None)


def may_be_given(conflict: FoundConflict | None) -> Decision:
    """Whether a coder may be given a record, by what is known of them and the patient. Says nothing of how the two are
    close: whoever assigns need not know."""
    if conflict is None or not stands(conflict):
        return ALLOWED
    more = " Or say on this assignment's page, in writing, that they may." if conflict.kind == COLLEAGUE else ""
    return refused(
        f"A conflict of interest: this coder can't be given this record. Choose somebody else.{more}", CONFLICT_LAW
    )


def may_accept(kind: str, by: UUID | None, coder: UUID, patient: UUID | None) -> Decision:
    """Whether somebody may say in writing that a coder codes a record in spite of a conflict. ``patient``: the member
    of the workforce whose record it seems to be."""
    if kind != COLLEAGUE:
        return refused(
            "Only a colleague's record may be coded in spite of a conflict. Choose somebody else.", CONFLICT_LAW
        )
    if by is None or by == coder:
        return refused("Nobody accepts a conflict of their own. Ask another supervisor.", LAW_10)
    if by == patient:
        return refused("Nobody decides about their own record. Ask another supervisor.", LAW_10)
    return ALLOWED


def sample(work: Iterable[tuple[UUID, UUID]], seed: str, percent: int = 0, each: int = 0) -> list[UUID]:
    """Pieces of work for quality review, of (piece, coder): so many in a hundred of each coder's, or so many of each.

    At least one of everybody's. The same seed picks the same pieces, and nobody can foresee them without it.
    """
    by_coder: dict[UUID, list[UUID]] = {}
    for piece, coder in work:
        by_coder.setdefault(coder, []).append(piece)
    chosen = []
    for coder in sorted(by_coder):
        pieces = sorted(by_coder[coder], key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())
        count = each or max(1, -(-len(pieces) * percent // 100))
        chosen += pieces[:count]
    return chosen


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
