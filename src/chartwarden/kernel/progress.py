"""Progress, as the long workers report it and the edges show it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told what is being done. A stage replaces the one before; ``total`` is in the unit of ``advance``."""

    def stage(self, name: str, total: int | None = None) -> None:
        """A new stage begins."""

    def advance(self, amount: int) -> None:
        """So much more of the present stage is done."""


class Quiet:
    """Progress that nobody looks at: a pipe, a test, a worker."""

    def stage(self, name: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, amount: int) -> None:
        """Say nothing."""
