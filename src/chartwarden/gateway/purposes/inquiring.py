"""What people need a record for that is no purpose here: put to the privacy officer in writing, and answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.services import seal, seal_salt, unseal
from chartwarden.gateway import models
from chartwarden.gateway.contracts import Inquiry
from chartwarden.gateway.wording import ELSEWHERE
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import refused as refusal
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append

PURPOSE = "gateway inquiry"
MOST_TEXT = 1000
LAW_10 = "45 CFR 164.308(a)(4)(ii)(B)"


def route_inquiry(*, clinic: UUID, kind: str, text: str, actor: Actor, at: datetime) -> UUID:
    """Put to the privacy officer what one needs a record for. The words lie sealed; the entry commits to them.

    Raises InputRefused for another kind, or without words; Refused where nobody asks.
    """
    if kind not in ELSEWHERE:
        raise refuse("what for", "one of " + ", ".join(ELSEWHERE), repr(kind[:40]))
    words = _checked("what you need", text)
    if actor.person is None:
        require(refusal("A person asks this, and no program.", LAW_10))
    with transaction.atomic():
        row = models.Inquiry.objects.create(
            clinic_id=clinic,
            person_id=actor.person,
            kind=kind,
            asked_at=at,
            text=seal(clinic, PURPOSE, words.encode()),
        )
        entry = append(
            clinic=clinic,
            kind="gateway.inquiry_routed",
            actor=actor,
            at=at,
            subject={"inquiry": str(row.id), "person": str(actor.person)},
            facts={"inquiry": kind},
            private={"text": words},
        )
        row.text_salt = seal_salt(clinic, entry.salts["text"])
        row.save(update_fields=["text_salt"])
    made: UUID = row.id
    return made


def close_inquiry(*, clinic: UUID, inquiry: UUID, answer: str, actor: Actor, at: datetime) -> None:
    """Answer somebody in writing, which closes it.

    Raises DoesNotExist, InputRefused without an answer, Refused for one's own or where it was answered before.
    """
    words = _checked("answer", answer)
    with transaction.atomic():
        row = models.Inquiry.objects.select_for_update().get(clinic_id=clinic, id=inquiry)
        if actor.person is None or actor.person == row.person_id:
            require(refusal("Nobody answers what they have asked themselves.", LAW_10))
        if row.closed_at is not None:
            require(refusal("It was answered before. Nothing was changed."))
        entry = append(
            clinic=clinic,
            kind="gateway.inquiry_closed",
            actor=actor,
            at=at,
            subject={"inquiry": str(row.id), "person": str(row.person_id)},
            facts={"inquiry": row.kind},
            private={"answer": words},
        )
        row.closed_at, row.closed_by_id = at, actor.person
        row.answer, row.answer_salt = seal(clinic, PURPOSE, words.encode()), seal_salt(clinic, entry.salts["answer"])
        row.save(update_fields=["closed_at", "closed_by", "answer", "answer_salt"])


def inquiry(clinic: UUID, identity: UUID) -> Inquiry | None:
    """One of them, opened."""
    return next(iter(_opened(models.Inquiry.objects.filter(clinic_id=clinic, id=identity))), None)


def inquiries(clinic: UUID, most: int) -> list[Inquiry]:
    """Those that wait, the oldest first, then the newest that were answered; at most so many of each."""
    rows = models.Inquiry.objects.filter(clinic_id=clinic)
    waiting = rows.filter(closed_at=None).order_by("asked_at", "id")[:most]
    return _opened([*waiting, *rows.exclude(closed_at=None).order_by("-asked_at", "id")[:most]])


def own_inquiries(clinic: UUID, person: UUID, most: int) -> list[Inquiry]:
    """What a person asked, the newest first; at most so many."""
    rows = models.Inquiry.objects.filter(clinic_id=clinic, person_id=person)
    return _opened(rows.order_by("-asked_at", "id")[:most])


def waiting(clinic: UUID, reader: UUID) -> tuple[int, datetime | None]:
    """How many wait for somebody else's answer than their asker's, and since when the oldest does."""
    rows = models.Inquiry.objects.filter(clinic_id=clinic, closed_at=None).exclude(person_id=reader)
    times = list(rows.order_by("asked_at").values_list("asked_at", flat=True))
    return len(times), times[0] if times else None


def _opened(rows: Iterable[models.Inquiry]) -> list[Inquiry]:
    return [
        Inquiry(
            row.id, row.person_id, row.kind, row.asked_at, _text(row, row.text), row.closed_at, row.closed_by_id,
            _text(row, row.answer) if row.answer else "",
        )
        for row in rows
    ]  # fmt: skip


def _text(row: models.Inquiry, kept: bytes | memoryview) -> str:
    return unseal(row.clinic_id, PURPOSE, bytes(kept)).decode()


def _checked(where: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise refuse(where, "a few words", "nothing")
    if len(text) > MOST_TEXT:
        raise refuse(where, f"at most {MOST_TEXT} characters", f"{len(text)} characters")
    return text
