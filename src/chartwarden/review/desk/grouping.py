"""A week's undecided cases as one works through them: alike ones of the same coder stand as one line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from chartwarden.clinics.contracts import Clinic
from chartwarden.review import models, rules
from chartwarden.review.desk.contracts import CaseGroup, CaseLine, NextCase
from chartwarden.review.desk.deciding import facts_of
from chartwarden.review.desk.lines import case_line, case_lines, cases, review_line, reviews

TOGETHER = 100
"""Cases that one form takes at most."""


@dataclass
class Place:
    """A line of the list: the case that leads it, and all that stand behind it, both worst first."""

    lead: UUID
    rank: int
    members: list[UUID]


def waiting(clinic: Clinic, review_id: UUID, first: int, most: int) -> tuple[tuple[CaseLine, ...], int]:
    """So many lines of undecided cases, worst first, from the given one on; and how many lines there are."""
    places = _places(clinic.id, review_id, rules.UNDECIDED)
    shown = {place.lead: len(place.members) for place in places[first : first + most]}
    lines = case_lines(cases(clinic.id).filter(id__in=list(shown)).order_by("rank", "id"), clinic.time_zone)
    return tuple(replace(line, group=shown[line.id]) for line in lines), len(places)


def next_case(clinic: UUID, review_id: UUID, after_rank: int = 0, without: Collection[UUID] = ()) -> NextCase | None:
    """Where to go on: the next line with an open case behind a rank, else the first; None where there is none."""
    places = [place for place in _places(clinic, review_id, ("open",)) if place.lead not in without]
    place = next((place for place in places if place.rank > after_rank), places[0] if places else None)
    return NextCase(place.lead, len(place.members) > 1) if place else None


def group(clinic: Clinic, case_id: UUID, person: UUID, now: datetime) -> CaseGroup | None:
    """The cases that stand on one line with a case; None where the clinic has none of that id, or it is alone."""
    row = models.CaseRecord.objects.filter(clinic_id=clinic.id, id=case_id).defer("body").first()
    if row is None:
        return None
    places = _places(clinic.id, row.review_id, ("open",))
    members = next((place.members for place in places if case_id in place.members), [])[:TOGETHER]
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


def _places(clinic: UUID, review_id: UUID, states: Collection[str]) -> list[Place]:
    rows = models.CaseRecord.objects.filter(clinic_id=clinic, review_id=review_id, state__in=states)
    rows = rows.annotate(answers=Count("questions", filter=Q(questions__answered_at__isnull=False)))
    found: dict[object, Place] = {}
    wanted = ("id", "rank", "score", "state", "alike", "coder_index", "answers")
    for identity, rank, score, state, alike, coder, answers in rows.order_by("rank", "id").values_list(*wanted):
        apart = score >= rules.STRONG or state != "open" or answers
        key = identity if apart else (alike, bytes(coder))
        found.setdefault(key, Place(identity, rank, [])).members.append(identity)
    return list(found.values())
