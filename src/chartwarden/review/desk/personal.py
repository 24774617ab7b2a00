"""What a person reads of themselves: questions to them, their own accesses, cases about them, and what is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.decisions import Decision
from chartwarden.kernel.dues import Due
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.queries import sharing_logins
from chartwarden.review import models, rules
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import (
    CaseBody,
    CaseHead,
    JudgedAccess,
    OwnCase,
    PersonWeekLine,
    QuestionShown,
    ReviewLine,
)
from chartwarden.review.desk.lines import review_line, reviews
from chartwarden.review.desk.own import PART, opened
from chartwarden.review.desk.reading import question_shown
from chartwarden.review.report.words import days
from chartwarden.review.wording import count


def questions_to(clinic: Clinic, person: UUID) -> list[QuestionShown]:
    """The questions put to a person, those that wait first, then the newest."""
    rows = models.Question.objects.filter(clinic_id=clinic.id, to_id=person).select_related(None)
    rows = sorted(rows, key=lambda row: row.asked_at, reverse=True)
    return [question_shown(row) for row in sorted(rows, key=lambda row: row.answered_at is not None)]


def question(clinic: Clinic, question_id: UUID, person: UUID) -> tuple[QuestionShown, CaseBody | None] | None:
    """A question put to a person, and the case it is about while that is open; None where it is not theirs.

    Once the case is closed nobody needs its patient and accesses any more to answer (45 CFR 164.502(b)).
    """
    row = models.Question.objects.filter(clinic_id=clinic.id, id=question_id, to_id=person).first()
    if row is None:
        return None
    if row.case.state not in rules.UNDECIDED:
        return question_shown(row), None
    body = sealed.unpack(clinic.id, sealed.BODY, row.case.body, CaseBody)
    return question_shown(row), replace(body, case=replace(body.case, rank=row.case.rank))


def my_weeks(clinic: Clinic, person: UUID) -> list[PersonWeekLine]:
    """A person's judged weeks in counts, the newest first; of an amended week what the amendment says."""
    rows = models.PersonWeek.objects.filter(clinic_id=clinic.id, person_id=person).select_related("review")
    rows = rows.defer("review__summary", "review__document").order_by("review__first_day", "review__opened_at")
    newest = {row.review.first_day: row for row in rows}
    return [_week(row) for _, row in sorted(newest.items(), reverse=True)]


def my_newest_week(clinic: Clinic, person: UUID) -> PersonWeekLine | None:
    """The first of ``my_weeks``; None where there is none."""
    rows = models.PersonWeek.objects.filter(clinic_id=clinic.id, person_id=person).select_related("review")
    rows = rows.defer("review__summary", "review__document").order_by("-review__first_day", "-review__opened_at")
    newest = rows.first()
    return _week(newest) if newest else None


def my_accesses(clinic: Clinic, person: UUID, first_day: date, first: int, most: int) -> list[JudgedAccess]:
    """So many of a person's accesses of a week, by time, from the given place on."""
    week = _newest_week(clinic, person, first_day)
    if week is None:
        return []
    found: list[JudgedAccess] = []
    parts = range(first // PART, (first + most - 1) // PART + 1)
    for part in models.AccessPart.objects.filter(week=week, part__in=parts).order_by("part"):
        begins = max(first - part.part * PART, 0)
        ends = min(first + most - part.part * PART, PART)
        found += opened(clinic.id, part.sealed, begins, ends - begins)
    return found


def every_access(clinic: Clinic, person: UUID, first_day: date) -> Iterable[JudgedAccess]:
    """All of a person's accesses of a week, by time."""
    week = _newest_week(clinic, person, first_day)
    for part in models.AccessPart.objects.filter(week=week).order_by("part") if week else ():
        yield from opened(clinic.id, part.sealed, 0, PART)


def my_cases(clinic: Clinic, person: UUID) -> list[OwnCase]:
    """The cases about a person, the newest week first: no word of patients, evidence or notes."""
    rows = models.CaseRecord.objects.filter(clinic_id=clinic.id, coder_id=person).exclude(state="withdrawn")
    rows = rows.select_related("review").defer("body", "review__summary", "review__document")
    found = []
    for row in rows.order_by("-review__first_day", "rank"):
        head = sealed.unpack(clinic.id, sealed.HEAD, row.head, CaseHead)
        state = row.state if row.state in ("decided", "asked") else "open"
        found.append(OwnCase(row.id, row.review.first_day, state, row.outcome, head.accesses, row.decided_at))
    return found


def may_change_detection(clinic: UUID, person: UUID) -> Decision:
    """Whether a person may change the settings by which accesses are judged: not while a case about them, or about a
    login that is or was theirs, is undecided."""
    rows = models.CaseRecord.objects.filter(clinic_id=clinic, state__in=rules.UNDECIDED).order_by()
    cases = [(coder, list(map(UUID, holders))) for coder, holders in rows.values_list("coder_id", "holders")]
    return rules.may_change_detection(cases, sharing_logins(clinic, person))


def due(member: Member, clinic: Clinic, now: datetime) -> list[Due]:
    """What the review desk waits for from a member: answers, then weeks to decide and to sign, the oldest first."""
    found = []
    if member.may(Permission.ANSWER_QUESTIONS):
        waiting = models.Question.objects.filter(
            clinic_id=clinic.id, to_id=member.person, answered_at=None, case__state__in=rules.UNDECIDED
        )
        found += [
            Due("A question waits for your answer", "Answer", "review:question", {"question": str(identity)})
            for identity in waiting.values_list("id", flat=True)
        ]
    if member.may(Permission.DECIDE_CASES):
        rows = reviews(clinic.id).exclude(state="signed").filter(last_day__lt=now.astimezone(clinic.time_zone).date())
        found += [_due(review_line(row, now), now) for row in rows.order_by("first_day")]
    return found


def _due(line: ReviewLine, now: datetime) -> Due:
    week = days(line.first_day, line.last_day)
    waits = line.asked
    if line.state == "ready":
        what, action = f"Sign the review of {week}", "Sign"
    elif not line.read:
        what, action = f"No log was read yet for {week}", "See what is missing"
    else:
        what, action = f"Decide {count(line.undecided, 'case')} of {week}", "Decide"
    return Due(
        what=what,
        action=action,
        page="review:sign" if line.state == "ready" else "review:review",
        arguments={"review": str(line.id)},
        by=line.due_at,
        late=now > line.due_at,
        detail=f"{count(waits, 'case').capitalize()} waiting for an answer" if waits else "",
    )


def _newest_week(clinic: Clinic, person: UUID, first_day: date) -> models.PersonWeek | None:
    rows = models.PersonWeek.objects.filter(clinic_id=clinic.id, person_id=person, review__first_day=first_day)
    return rows.order_by("-review__opened_at").first()


def _week(row: Any) -> PersonWeekLine:
    by = dict(sorted(row.by_explanation.items(), key=lambda pair: (-pair[1], pair[0])))
    return PersonWeekLine(
        id=row.id,
        first_day=row.review.first_day,
        last_day=row.review.last_day,
        accesses=row.accesses,
        explained=row.explained,
        unexplained=row.unexplained,
        by_explanation=by,
        signed_at=row.review.signed_at,
    )
