"""What others may read of decisions: how one is made, and what its reasons say."""

from chartwarden.gateway.rules import decide, is_open
from chartwarden.gateway.wording import CLOSENESS, TOLD

__all__ = ["CLOSENESS", "TOLD", "decide", "is_open"]
