"""Room for what is sent: refused before the disk is full, and before one sender has taken too much of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Q, Sum

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.logs import models, rules

GIB = 1 << 30
RESERVE = 256 << 20
"""So much stays free for the database and the ledger, which must never stop for want of room."""
MOST_OF_A_PERSON, MOST_OF_A_CLINIC, MOST_FILES = 64 * GIB, 256 * GIB, 100
"""What may be begun and not yet be sent to its end: bytes of one sender and of all, and files of one sender."""


def require_room(clinic: UUID, actor: Actor, size: int) -> None:
    """Raise InputRefused where a file of that many bytes (0: not known yet) is more than may be begun now."""
    begun = models.LogImport.objects.filter(clinic_id=clinic, state=rules.RECEIVING)
    own = begun.filter(_sent_by(actor))
    if own.count() >= MOST_FILES:
        raise refuse("the file", f"at most {MOST_FILES} files of yours begun and not sent to their end", "so many")
    for rows, most in ((own, MOST_OF_A_PERSON), (begun, MOST_OF_A_CLINIC)):
        waiting = rows.aggregate(bytes=Sum("size"))["bytes"] or 0
        if size and waiting + size > most:
            raise refuse("size", f"at most {in_words(most)} in files not sent to their end", in_words(waiting + size))
    require_free(size)


def require_free(size: int) -> None:
    """Raise InputRefused where the disk does not hold so many bytes more, saying how much is needed."""
    needed, free = size + RESERVE, shutil.disk_usage(Path(settings.DATA)).free
    if free < needed:
        raise refuse(
            "the data folder", f"{in_words(needed)} free on the disk", f"{in_words(free)}; nothing of the file was kept"
        )


def is_owner(row: models.LogImport, actor: Actor) -> bool:
    """Whether somebody began to send a file: only they go on with it, by whichever of their programs."""
    return bool(row.uploaded_by_id == actor.person if actor.person else row.actor == actor.ref)


def owner(actor: Actor) -> str:
    """By which a sender is told from others."""
    return str(actor.person) if actor.person else actor.ref


def in_words(size: int) -> str:
    """``512 MiB``, ``5.2 GiB``: rounded up, so that what is said to be needed is enough."""
    if size < GIB:
        return f"{-(-size // (1 << 20)):,} MiB"
    tenths = -(-size * 10 // GIB)
    return f"{tenths // 10:,}.{tenths % 10} GiB"


def _sent_by(actor: Actor) -> Q:
    return Q(uploaded_by=actor.person) if actor.person else Q(actor=actor.ref)
