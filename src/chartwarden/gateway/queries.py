"""What others may read of the decision: the rules themselves, what each reason says, and what is due.

The rules are pure and the dues need a database, so what reads it is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from chartwarden.gateway.balp import line
from chartwarden.gateway.rules import decide, is_open
from chartwarden.gateway.wording import CLOSENESS, TOLD

if TYPE_CHECKING:
    from chartwarden.gateway.dues import due

__all__ = ["CLOSENESS", "TOLD", "decide", "due", "is_open", "line"]


def __getattr__(name: str) -> object:
    """What reads the database."""
    if name == "due":
        return import_module("chartwarden.gateway.dues").due
    raise AttributeError(name)
