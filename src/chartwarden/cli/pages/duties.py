"""The page of a duty."""

from __future__ import annotations

from chartwarden.cli.pages.markdown import facts, literal, page
from chartwarden.duties.contracts import Duty


def duty_page(name: str, duty: Duty) -> str:
    """Why a duty is, how it is done, when it comes round, who answers for it and what closes it."""
    due = f"{duty.due_days} days after it came round, at the end of the clinic's day"
    if duty.due_setting:
        due += f"; a clinic may set another number ({literal(duty.due_setting)})"
    return page(
        duty.title,
        facts(
            {
                "Id": literal(name),
                "Law": duty.citation,
                "Proposed, not law": duty.proposed,
                "Comes round": f"{literal(duty.rule)} (RFC 5545), in the clinic's zone",
                "Counted from": "the first day that is reviewed"
                if duty.since_setting
                else "the day the clinic was opened",
                "Due": due,
                "Answers for it": duty.owner.replace("_", " "),
                "Closed by": f"the ledger entry {duty.closed_by}" if duty.closed_by else "a note, by hand",
            }
        ),
        "## Why",
        duty.why,
        "## How",
        duty.how,
    )
