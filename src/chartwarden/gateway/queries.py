"""What others may read of the decision: the rules themselves, and what each reason says. Pure."""

from __future__ import annotations

from chartwarden.gateway.balp import line
from chartwarden.gateway.rules import decide, is_open
from chartwarden.gateway.wording import CLOSENESS, TOLD

__all__ = ["CLOSENESS", "TOLD", "decide", "is_open", "line"]
