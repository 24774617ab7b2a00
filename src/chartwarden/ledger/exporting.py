"""A clinic's ledger out of the database into files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from chartwarden.ledger import keys, models
from chartwarden.ledger.contracts import SignedHead
from chartwarden.ledger.export import write

AT_ONCE = 4096


def export(clinic: UUID, head: SignedHead, out: Path) -> None:
    """Write the entries up to a signed head. Raises InputRefused where ``out`` is there already."""
    write(out, head.note, head.size, keys.in_force(clinic, head.size), leaves(clinic, head.size))


def leaves(clinic: UUID, size: int) -> Iterator[bytes]:
    """The leaves of the first ``size`` entries, read a few thousand at a time."""
    for begin in range(0, size, AT_ONCE):
        rows = models.Entry.objects.filter(clinic_id=clinic, index__gte=begin, index__lt=min(begin + AT_ONCE, size))
        yield from (body.encode() for body in rows.order_by("index").values_list("body", flat=True))
