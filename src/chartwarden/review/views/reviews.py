"""The calendar of reviews, and one week's review."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from chartwarden.people.contracts import Permission, page
from chartwarden.review import queries, rules
from chartwarden.review.desk.contracts import ReviewLine
from chartwarden.review.desk.reading import pictures
from chartwarden.review.desk.summing import pictures_of
from chartwarden.review.report import state
from chartwarden.review.views import showing

LISTED = 25


@page(Permission.SEE_REVIEWS)
def calendar(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """A year of weeks: which are signed, which wait, which are late."""
    today = showing.local_today(request.clinic, request.now)
    lines = queries.calendar(request.clinic, request.now)
    weeks = [
        {"line": line, "state": showing.review_state(line, request.now, today), "due": _next_step(request, line, today)}
        for line in lines
    ]
    waiting = [week for week in reversed(weeks) if week["line"].state != "signed" and week["line"].last_day < today]
    signers = showing.names(clinic, [line.signed_by for line in lines])
    return render(request, "review/calendar.html", {"weeks": weeks, "waiting": waiting, "signers": signers})


@page(Permission.SEE_REVIEWS)
def review(request: HttpRequest, clinic: UUID, review: UUID) -> HttpResponse:
    """What is due of a week, what was read of it, and its cases."""
    line = queries.review(request.clinic, review, request.now)
    if line is None:
        raise Http404
    today = showing.local_today(request.clinic, request.now)
    found = queries.findings(request.clinic, review)
    first = _number(request.GET.get("from"))
    waiting, lines = queries.waiting(request.clinic, review, first, LISTED)
    decided = queries.review_cases(
        request.clinic, review, ("decided",), _number(request.GET.get("decided")), LISTED, True
    )
    people = [line.signed_by, *(case.decided_by for case in decided)]
    context = {
        "line": line,
        "week": showing.week_words(line),
        "state": showing.review_state(line, request.now, today),
        "late": rules.late_in_words(line.late_by),
        "is_late": request.now > line.due_at and line.state != "signed",
        "next_step": _next_step(request, line, today),
        "next_case": queries.next_case(clinic, review),
        "waiting": [(case, showing.case_state(case)) for case in waiting],
        "waiting_more": first + LISTED if lines > first + LISTED else None,
        "decided": [(case, showing.case_state(case)) for case in decided],
        "decided_total": line.cases - line.undecided,
        "decided_more": LISTED if line.cases - line.undecided > LISTED else None,
        "withdrawn": queries.withdrawn(request.clinic, review),
        "outcomes": [
            (rules.OUTCOMES[name], number) for name, number in queries.outcomes(request.clinic, review).items()
        ],
        "names": showing.names(clinic, people),
        "today_over": today > line.last_day,
    }
    if found is not None:
        context |= {
            "read": showing.what_was_read(found),
            "facts": state.facts(found),
            "days": showing.days_strip(line, found.coverage),
            "tables": showing.tables(found),
        }
    return render(request, "review/review.html", context)


@page(Permission.SEE_REVIEWS)
def read(request: HttpRequest, clinic: UUID, review: UUID) -> HttpResponse:
    """The week in pictures: when work was done, and how much of it lay outside of the queue."""
    line = queries.review(request.clinic, review, request.now)
    found = queries.findings(request.clinic, review) if line else None
    if line is None or found is None:
        raise Http404
    tables = (state.hours_table(found.hours), state.queue_table(found.loads, dict(found.names)))
    drawn = pictures(request.clinic, review) or pictures_of(found)
    shown = [
        (picture, showing.picture(picture, f"picture-{number}"), table)
        for number, (picture, table) in enumerate(zip(drawn, tables, strict=True))
    ]
    return render(request, "review/read.html", {"line": line, "week": showing.week_words(line), "pictures": shown})


def _next_step(request: HttpRequest, line: ReviewLine, today: date) -> str:
    """The word of the button that leads on."""
    if line.state == "signed":
        return "Read"
    if line.state == "ready" and request.member.may(Permission.SIGN_REVIEWS):
        return "Sign"
    return "Decide" if line.undecided and request.member.may(Permission.DECIDE_CASES) else "Open"


def _number(text: str | None) -> int:
    return min(int(text), 1_000_000) if text and text.isascii() and text.isdigit() else 0
