"""What the fixtures of this room give."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chartwarden.demo.contracts import Truth


@dataclass(frozen=True)
class Made:
    """A demo clinic's folder, and the truth about it."""

    folder: Path
    truth: Truth
