"""What other rooms may hold of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Appended:
    """Where an entry stands: its index from 0, its leaf hash, and the salts of its private facts by name.

    Whoever keeps a private text keeps its salt beside it; the two together open the commitment in the entry.
    """

    index: int
    leaf_hash: bytes
    salts: Mapping[str, bytes] = field(default_factory=dict)
