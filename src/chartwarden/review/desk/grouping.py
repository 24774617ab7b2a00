"""A week's undecided cases as one works through them: alike ones of the same coder stand as one line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Min, Q, QuerySet, When

from chartwarden.clinics.contracts import Clinic
from chartwarden.review import models, rules
from chartwarden.review.desk.contracts import CaseGroup, CaseLine, NextCase
from chartwarden.review.desk.deciding import facts_of
from chartwarden.review.desk.lines import answered, case_line, case_lines, cases, review_line, reviews

TOGETHER = 100
"""Cases that one form takes at most."""


@dataclass(frozen=True)
class Place:
    """A line of the list: the case that leads it, its rank, and how many stand behind it with it."""

    lead: UUID
    rank: int
    size: int


def waiting(clinic: Clinic, review_id: UUID, first: int, most: int) -> tuple[tuple[CaseLine, ...], int]:
    """So many lines of undecided cases, worst first, from the given one on; and how many lines there are."""
    grouped = _grouped(clinic.id, review_id, rules.UNDECIDED)
    places = _led(clinic.id, review_id, rules.UNDECIDED, grouped[first : first + most])
    shown = {place.lead: place.size for place in places}
    lines = case_lines(cases(clinic.id).filter(id__in=list(shown)).order_by("rank", "id"), clinic.time_zone)
    return tuple(replace(line, group=shown[line.id]) for line in lines), grouped.count()


def next_case(clinic: UUID, review_id: UUID, after_rank: int = 0, without: Collection[UUID] = ()) -> NextCase | None:
    """Where to go on: the next line with an open case behind a rank, else the first; None where there is none.

    ``without`` are the cases of one line, which is passed over.
    """
    grouped = _grouped(clinic, review_id, ("open",))
    for rows in (grouped.filter(first__gt=after_rank)[:2], grouped[:2]):
        for place in _led(clinic, review_id, ("open",), rows):
            if place.lead not in without:
                return NextCase(place.lead, place.size > 1)
    return None


def group(clinic: Clinic, case_id: UUID, person: UUID, now: datetime) -> CaseGroup | None:
    """The cases that stand on one line with a case; None where the clinic has none of that id, or it is alone."""
    row = models.CaseRecord.objects.filter(clinic_id=clinic.id, id=case_id).defer("body").first()
    if row is None:
        return None
    members = _members(row)
    if len(members) < 2:
        return None
    found = list(cases(clinic.id).filter(id__in=members).order_by("rank", "id"))
    row.review = models.Review.objects.defer("summary", "document").get(id=row.review_id)
    return CaseGroup(
        review=review_line(reviews(clinic.id).get(id=row.review_id), now),
        cases=tuple(case_line(one, clinic.time_zone) for one in found),
        may_decide=rules.may_decide(facts_of(row), person),
        following=next_case(clinic.id, row.review_id, found[0].rank, members),
    )


def _members(row: models.CaseRecord) -> list[UUID]:
    """The cases on one line with this one, worst first; none where it is not open."""
    rows = _sorted_out(row.clinic_id, row.review_id, ("open",))
    own = rows.filter(id=row.id).first()
    if own is None:
        return []
    key = {name: own[name] for name in KEY if own[name] is not None}
    alike = rows.filter(**key) if own["apart"] else rows.filter(apart=None, **key)
    return list(alike.order_by("rank", "id").values_list("id", flat=True)[:TOGETHER])


KEY = ("apart", "alike", "coder_index")
"""What cases on one line have in common. ``apart`` is a case's own id where it stands alone, otherwise nothing."""


def _sorted_out(clinic: UUID, review_id: UUID, states: Collection[str]) -> QuerySet[Any]:
    alone = Q(score__gte=rules.STRONG) | ~Q(state="open") | Q(answered())
    rows = models.CaseRecord.objects.filter(clinic_id=clinic, review_id=review_id, state__in=states)
    return rows.annotate(apart=Case(When(alone, then=F("id")))).values("id", *KEY)


def _grouped(clinic: UUID, review_id: UUID, states: Collection[str]) -> QuerySet[Any]:
    """The lines, worst first: what their cases have in common, the rank of the first, and how many they are."""
    rows = _sorted_out(clinic, review_id, states).order_by().values(*KEY)
    return rows.annotate(first=Min("rank"), size=Count("pk")).order_by("first", "apart", "alike", "coder_index")


def _led(clinic: UUID, review_id: UUID, states: Collection[str], lines: Iterable[dict[str, Any]]) -> list[Place]:
    """The lines with the cases that lead them."""
    found = list(lines)
    rows = _sorted_out(clinic, review_id, states).filter(rank__in={line["first"] for line in found})
    leads: dict[object, UUID] = {}
    for row in rows.order_by("rank", "id").values("id", "rank", *KEY):
        leads.setdefault((_key(row), row["rank"]), row["id"])
    placed = [(line, leads.get((_key(line), line["first"]))) for line in found]
    # somebody may have decided a line's first case between the two questions: it is another line by now
    return [Place(lead, line["first"], line["size"]) for line, lead in placed if lead is not None]


def _key(line: dict[str, Any]) -> object:
    return line["apart"], line["alike"], bytes(line["coder_index"])
