"""What the desk's pages read: the calendar, a week, a case, what is alike, what was decided before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from chartwarden.assignments import queries as assignments
from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import unseal
from chartwarden.review import contracts, models, rules
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import (
    CaseBody,
    CaseHead,
    CaseLine,
    CaseShown,
    DispositionShown,
    QuestionShown,
    ReviewLine,
    Summary,
    WithdrawnCase,
)
from chartwarden.review.desk.deciding import facts_of
from chartwarden.review.desk.lines import case_line, case_lines, cases, note_shown, review_line, reviews
from chartwarden.review.desk.summing import findings_of
from chartwarden.review.period import midnight
from chartwarden.review.report.contracts import Picture
from chartwarden.review.wording import stretch

WEEKS, PAGE, EARLIER, ALIKE = 53, 50, 20, 100


def calendar(clinic: Clinic, now: datetime) -> list[ReviewLine]:
    """The reviews of a year of weeks, the newest first; an amendment stands before what it amends."""
    first = rules.monday(now.astimezone(clinic.time_zone).date()) - timedelta(days=7 * WEEKS)
    rows = reviews(clinic.id).filter(first_day__gte=first)
    return [review_line(row, now) for row in rows.order_by("-first_day", "-opened_at")]


def review(clinic: Clinic, review_id: UUID, now: datetime) -> ReviewLine | None:
    """One review in counts; None where the clinic has none of that id."""
    row = reviews(clinic.id).filter(id=review_id).first()
    return review_line(row, now) if row else None


def findings(clinic: Clinic, review_id: UUID) -> contracts.Findings | None:
    """A review's findings without its cases, as the report's pictures and tables take them; None before the first."""
    row = models.Review.objects.filter(clinic_id=clinic.id, id=review_id).defer("document").first()
    if row is None or row.summary is None:
        return None
    summary = sealed.unpack(clinic.id, sealed.SUMMARY, row.summary, Summary)
    return findings_of(summary, judged_by(clinic), period(clinic, row.first_day, row.last_day))


def pictures(clinic: Clinic, review_id: UUID) -> tuple[Picture, ...]:
    """The pictures that were drawn of a week; none where they were not."""
    row = models.Review.objects.filter(clinic_id=clinic.id, id=review_id).only("summary").first()
    return sealed.unpack(clinic.id, sealed.SUMMARY, row.summary, Summary).pictures if row and row.summary else ()


def judged_by(clinic: Clinic) -> contracts.Clinic:
    """The clinic as the engine knows it."""
    return contracts.Clinic(
        clinic.name, clinic.time_zone, clinic.holidays, clinic.grace_minutes, dict(clinic.thresholds)
    )


def period(clinic: Clinic, first_day: date, last_day: date) -> contracts.Period:
    """A stretch of local days as the engine knows it."""
    zone = clinic.time_zone
    return contracts.Period(first_day, last_day, midnight(first_day, zone), midnight(last_day + timedelta(1), zone))


def review_cases(
    clinic: Clinic, review_id: UUID, states: tuple[str, ...], first: int = 0, most: int = PAGE, notes: bool = False
) -> tuple[CaseLine, ...]:
    """Cases of a review in those states, worst first; decided ones with their notes where asked for."""
    rows = cases(clinic.id).filter(review_id=review_id, state__in=states).order_by("rank", "id")
    return case_lines(rows[first : first + most], clinic.time_zone, notes)


def case(clinic: Clinic, case_id: UUID, person: UUID, now: datetime) -> CaseShown | None:
    """A case in full, as a person may see it; None where the clinic has none of that id."""
    row = models.CaseRecord.objects.filter(clinic_id=clinic.id, id=case_id).first()
    if row is None:
        return None
    line = review(clinic, row.review_id, now)
    if line is None:
        return None
    row.review = models.Review.objects.defer("summary", "document").get(id=row.review_id)
    body = sealed.unpack(clinic.id, sealed.BODY, row.body, CaseBody)
    body = replace(body, case=replace(body.case, rank=row.rank))
    there = models.CaseRecord.objects.filter(review_id=row.review_id).exclude(state="withdrawn")
    before = there.filter(Q(rank__lt=row.rank) | Q(rank=row.rank, id__lt=row.id)).order_by("-rank", "-id")
    after = there.filter(Q(rank__gt=row.rank) | Q(rank=row.rank, id__gt=row.id)).order_by("rank", "id")
    reopened = models.CaseRecord.objects.filter(clinic_id=clinic.id, reopens=row).values_list("id", flat=True).first()
    pair, coder = _earlier(clinic, row)
    return CaseShown(
        id=row.id,
        review=line,
        state=row.state,
        outcome=row.outcome,
        revision=row.revision,
        coder=row.coder_id,
        head=sealed.unpack(clinic.id, sealed.HEAD, row.head, CaseHead),
        body=body,
        questions=tuple(question_shown(question) for question in row.questions.all()),
        dispositions=_dispositions(row),
        of_pair=pair,
        of_coder=coder,
        alike=alike(clinic, row, person) if row.state in rules.UNDECIDED else (),
        position=before.count() + 1,
        undecided=line.undecided,
        before=before.values_list("id", flat=True).first(),
        after=after.values_list("id", flat=True).first(),
        reopens=row.reopens_id,
        reopened_as=reopened,
        may_decide=rules.may_decide(facts_of(row), person),
        brought=_brought_later(clinic.id, body.case),
    )


def _brought_later(clinic: UUID, shown: contracts.Case) -> dict[str, tuple[datetime, UUID | None]]:
    """The assignments around a case that came after its first access: who has work explained by hand can be seen."""
    found = assignments.brought(clinic, [held.assignment for held in shown.assignments])
    return {ref: told for ref, told in found.items() if told[0].replace(tzinfo=None) > shown.begins}


def withdrawn(clinic: Clinic, review_id: UUID, most: int = PAGE) -> tuple[WithdrawnCase, ...]:
    """The cases of a review that a re-run no longer found, the last first."""
    rows = models.CaseRecord.objects.filter(clinic_id=clinic.id, review_id=review_id, state="withdrawn").defer("body")
    found = []
    for row in rows.exclude(withdrawn_at=None).order_by("-withdrawn_at", "rank", "id")[:most]:
        head = sealed.unpack(clinic.id, sealed.HEAD, row.head, CaseHead)
        when = stretch(head.begins, head.ends, clinic.time_zone)
        why = rules.withdrawn_words(row.withdrawn_for)
        found.append(WithdrawnCase(row.id, head, when, row.withdrawn_at, why))
    return tuple(found)


def alike(clinic: Clinic, row: models.CaseRecord, person: UUID) -> tuple[CaseLine, ...]:
    """Undecided cases of the same review that are alike and that the person may decide, the same coder's first.

    None where the evidence is strong: such a case is weighed by itself.
    """
    if row.score >= rules.STRONG:
        return ()
    found = cases(clinic.id).filter(review_id=row.review_id, alike=row.alike, state="open").exclude(id=row.id)
    found = found.filter(score__lt=rules.STRONG)
    found = found.exclude(Q(coder_id=person)).order_by("rank", "id")[:ALIKE]
    lines = [
        (bytes(other.coder_index) != bytes(row.coder_index), case_line(other, clinic.time_zone))
        for other in found
        if str(person) not in other.holders and not other.answered
    ]
    return tuple(line for _, line in sorted(lines, key=lambda pair: (pair[0], pair[1].rank)))


def revisions(clinic: UUID, review_id: UUID, ids: list[UUID]) -> dict[UUID, int]:
    """The revisions of cases of a review by id, as they are now."""
    rows = models.CaseRecord.objects.filter(clinic_id=clinic, review_id=review_id, id__in=ids)
    return dict(rows.values_list("id", "revision"))


def _earlier(clinic: Clinic, row: models.CaseRecord) -> tuple[tuple[CaseLine, ...], tuple[CaseLine, ...]]:
    found = cases(clinic.id).filter(coder_index=row.coder_index).exclude(id=row.id)
    found = found.filter(review__first_day__lte=row.review.first_day).exclude(reopens=row)
    found = found.order_by("-review__first_day", "rank")
    same = bytes(row.patient_index) if row.patient_index else None
    of_pair = list(found.filter(patient_index=same)[:EARLIER]) if same else []
    of_coder = [other for other in found[: EARLIER + len(of_pair)] if other.id not in {p.id for p in of_pair}]
    zone = clinic.time_zone
    return case_lines(of_pair, zone, True), case_lines(of_coder[:EARLIER], zone, True)


def _dispositions(row: models.CaseRecord) -> tuple[DispositionShown, ...]:
    found = list(row.dispositions.all())
    groups = {given.together for given in found if given.together}
    sizes = {
        group: models.Disposition.objects.filter(clinic_id=row.clinic_id, together=group).count() for group in groups
    }
    return tuple(
        DispositionShown(
            outcome=given.outcome,
            note=note_shown(given),
            by=given.by_id,
            at=given.at,
            together=sizes.get(given.together, 1),
            superseded_at=given.superseded_at,
            superseded_by=given.superseded_by_id,
            reason=sealed.shown_text(row.clinic_id, given.reason, sealed.place("reason", given.id)),
        )
        for given in found
    )


def question_shown(row: models.Question) -> QuestionShown:
    """A question and its answer, opened."""
    return QuestionShown(
        id=row.id,
        case=row.case_id,
        to=row.to_id,
        asked_by=row.asked_by_id,
        asked_at=row.asked_at,
        text=sealed.shown_text(row.clinic_id, row.text, sealed.place("question", row.id)),
        answered_at=row.answered_at,
        answer=sealed.shown_text(row.clinic_id, row.answer, sealed.place("answer", row.id)),
    )


def outcomes(clinic: Clinic, review_id: UUID) -> dict[str, int]:
    """How many cases of a review came out how."""
    rows = models.CaseRecord.objects.filter(clinic_id=clinic.id, review_id=review_id, state="decided")
    return rules.outcome_counts(list(rows.values_list("outcome", flat=True)))


def signed_document(clinic: Clinic, review_id: UUID) -> bytes | None:
    """The signed JSON of a review, byte for byte; None where it is not signed."""
    row = models.Review.objects.filter(clinic_id=clinic.id, id=review_id).only("document").first()
    return unseal(clinic.id, sealed.DOCUMENT, row.document) if row and row.document else None
