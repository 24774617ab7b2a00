"""Errors that a person can act on: what happened, where, what was expected, what was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input, in the words the user reads.

    ``where`` is a file, with a line or column where there is one: ``accesses.csv, line 7``.
    """

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}; found {self.found}"


class InputRefused(Exception):
    """An input cannot be used at all. Carries every fault known at that moment; the command exits with 2."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class TooMany(Exception):
    """More tries or requests than are taken. ``seconds`` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def refuse(where: str, expected: str, found: str) -> InputRefused:
    """One fault as an exception, to be raised by the caller."""
    return InputRefused(Fault(where, expected, found))
