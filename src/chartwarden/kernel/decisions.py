"""Whether something may be done, why, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """``reason`` is a plain sentence when refused (empty when allowed); ``citation`` the rule it rests on."""

    allowed: bool
    reason: str = ""
    citation: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Decision(True)


def refused(reason: str, citation: str = "") -> Decision:
    """A refusal, in a sentence for the person who is refused."""
    return Decision(False, reason, citation)


class Refused(Exception):
    """A rule of the house forbids what was asked for. Carries the decision; pages and API show its reason."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


def require(decision: Decision) -> None:
    """Raise Refused where the decision is no."""
    if not decision.allowed:
        raise Refused(decision)


class Stale(Refused):
    """Somebody else was first: what was asked for rests on a state that is past. Nothing of theirs is undone."""
