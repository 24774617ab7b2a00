"""Rows as the lines of a list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from chartwarden.review import models, rules
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import CaseHead, CaseLine, ReviewLine
from chartwarden.review.report.plugged import Named, detectors
from chartwarden.review.report.words import step, strength
from chartwarden.review.wording import stretch

_named: list[Named] = []


def named() -> Named:
    """Titles and citations of the detectors, found once a process."""
    if not _named:
        _named.append(detectors())
    return _named[0]


def reviews(clinic: UUID) -> QuerySet[Any]:
    """The clinic's reviews with their counts, without what is sealed in them."""
    return (
        models.Review.objects.filter(clinic_id=clinic)
        .defer("summary", "document")
        .annotate(
            amendment=F("amended_by"),
            all_cases=_counted(*rules.UNDECIDED, "decided"),
            undecided=_counted(*rules.UNDECIDED),
            asked=_counted("asked"),
        )
    )


def _counted(*states: str) -> Coalesce:
    """How many cases of a review are in these states: from the index alone, where a join would go over every case."""
    held = models.CaseRecord.objects.filter(review=OuterRef("pk"), state__in=states).order_by().values("review")
    return Coalesce(Subquery(held.annotate(number=Count("pk")).values("number")), 0, output_field=IntegerField())


def review_line(row: Any, now: datetime) -> ReviewLine:
    """One of ``reviews``."""
    late = rules.lateness(row.due_at, row.signed_at or now)
    return ReviewLine(
        id=row.id,
        first_day=row.first_day,
        last_day=row.last_day,
        due_at=row.due_at,
        state=row.state,
        read=row.refreshed_at is not None,
        run=row.run,
        run_stage=row.run_stage,
        run_fault=row.run_fault,
        cases=row.all_cases,
        undecided=row.undecided,
        asked=row.asked,
        accesses=row.accesses,
        explained=row.explained,
        late_by=late if late > timedelta(0) else timedelta(0),
        signed_at=row.signed_at,
        signed_by=row.signed_by_id,
        amends=row.amends_id,
        amended_by=row.amendment,
        document_digest=row.document_digest,
        refreshed_at=row.refreshed_at,
    )


def cases(clinic: UUID) -> QuerySet[Any]:
    """The clinic's cases that are found, without their bodies."""
    rows = models.CaseRecord.objects.filter(clinic_id=clinic).exclude(state="withdrawn").defer("body")
    return rows.annotate(answered=answered())


def answered() -> Exists:
    """Whether somebody has answered a question about a case."""
    return Exists(models.Question.objects.filter(case=OuterRef("pk"), answered_at__isnull=False))


def case_line(row: Any, zone: ZoneInfo, disposition: models.Disposition | None = None) -> CaseLine:
    """One of ``cases``."""
    head = sealed.unpack(row.clinic_id, sealed.HEAD, row.head, CaseHead)
    word, marks = strength(row.score)
    title = named().title(row.detectors[0]) if row.detectors else ""
    return CaseLine(
        id=row.id,
        rank=row.rank,
        state=row.state,
        outcome=row.outcome,
        strength=word,
        marks=marks,
        coder=row.coder_id,
        head=head,
        when=stretch(head.begins, head.ends, zone),
        title=title,
        others=max(len(row.detectors) - 1, 0),
        step=step(row.suggested),
        answered=row.state == "open" and getattr(row, "answered", False),
        decided_at=row.decided_at,
        note=note_shown(disposition) if disposition else "",
        decided_by=disposition.by_id if disposition else None,
        revision=row.revision,
    )


def note_shown(given: models.Disposition) -> str:
    """The note of a disposition, opened."""
    place = sealed.note_place(given.id, given.case_id, given.outcome)
    return sealed.shown_text(given.clinic_id, given.note, place)


def case_lines(rows: Iterable[Any], zone: ZoneInfo, with_notes: bool = False) -> tuple[CaseLine, ...]:
    """Several of ``cases``; with the note and the name of who decided where they are asked for."""
    found = list(rows)
    last: dict[UUID, models.Disposition] = {}
    if with_notes:
        given = models.Disposition.objects.filter(case__in=[row.id for row in found])
        last = {disposition.case_id: disposition for disposition in given}
    return tuple(case_line(row, zone, last.get(row.id)) for row in found)
