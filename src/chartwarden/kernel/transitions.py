"""State machines as tables: which event leads from which state to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chartwarden.kernel.decisions import Refused, refused


@dataclass(frozen=True)
class Transitions:
    """``table`` maps (state, event) to the state that follows; ``what`` names the thing in sentences."""

    what: str
    table: Mapping[tuple[str, str], str]

    def after(self, state: str, event: str) -> str:
        """The state after ``event``. Raises Refused where the table has no such step."""
        following = self.table.get((state, event))
        if following is None:
            possible = ", ".join(sorted(name for begins, name in self.table if begins == state)) or "nothing more"
            raise Refused(refused(f"A {self.what} that is {state} can't be {event}. From here it can be: {possible}."))
        return following

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, sorted."""
        return tuple(sorted({*self.table.values(), *(state for state, _ in self.table)}))
