"""The page of states: each room's transition tables, drawn."""

from __future__ import annotations

from chartwarden.cli.pages.markdown import code, page, table
from chartwarden.kernel.transitions import Transitions
from chartwarden.review.queries import transitions

MEANS = {
    "case": "A case is asked about while an answer is waited for. It is withdrawn when the inputs have changed and it "
    "is no longer found, undecided. A reopened case of a signed review is a new case, in an amendment.",
    "review": "A review is ready when its week is over, was read, and every case in it is decided. A signed review has "
    "no further step: what comes later makes an amendment.",
}


def states_page() -> str:
    """Every state machine as a picture and as a table."""
    parts = [part for machine in transitions() for part in _machine(machine)]
    return page("States", "What may follow on what. Any other step is refused, in words.", *parts)


def _machine(machine: Transitions) -> list[str]:
    steps = sorted(machine.table.items())
    drawn = "\n".join(f"  {begins} --> {after}: {event}" for (begins, event), after in steps)
    rows = [(begins, event, after) for (begins, event), after in steps]
    return [
        f"## {machine.what.capitalize()}",
        MEANS.get(machine.what, ""),
        code(f"stateDiagram-v2\n{drawn}", "mermaid"),
        table(("state", "what happens", "then"), rows),
    ]
