"""The accesses held under the reader's own name, and the statement that clears it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from chartwarden.people.contracts import Permission, page
from chartwarden.review import queries, rules
from chartwarden.review.desk.contracts import PersonWeekLine
from chartwarden.review.desk.statement import Statement, statement_of
from chartwarden.review.report.words import as_words, clock, days
from chartwarden.review.views import showing

ROWS = 50


@page(Permission.SEE_OWN_ACCESSES)
def my_accesses(request: HttpRequest, clinic: UUID, week: str = "") -> HttpResponse:
    """A week of the reader's accesses, each with what explains it."""
    person = request.member.person
    weeks = queries.my_weeks(request.clinic, person)
    chosen = next((found for found in weeks if str(found.first_day) == week), None) if week else next(iter(weeks), None)
    if week and chosen is None:
        raise Http404
    titled = [(found, days(found.first_day, found.last_day)) for found in weeks]
    context: dict[str, Any] = {"weeks": titled, "chosen": chosen}
    if not week:
        context["openings"] = queries.my_openings(request.clinic, person, request.now)
    if chosen:
        number = _page_number(request.GET.get("page"), chosen.accesses)
        rows = queries.my_accesses(request.clinic, person, chosen.first_day, (number - 1) * ROWS, ROWS)
        named = showing.titles("explanations")
        context |= {
            "rows": [
                {
                    "when": clock(found.occurred_at, request.clinic.time_zone),
                    "action": as_words(found.action),
                    "patient": found.patient or "–",
                    "document": as_words(found.document or "–"),
                    "why": named.title(found.explanation) if found.explanation else "",
                    "citation": named.citation(found.explanation) if found.explanation else "",
                    "explained": found.explained,
                    "reference": found.reference or "",
                    "denied": found.outcome == "denied",
                }
                for found in rows
            ],
            "words": days(chosen.first_day, chosen.last_day),
            "reasons": _reasons(chosen),
            "page": number,
            "pages": max(-(-chosen.accesses // ROWS), 1),
            "first": (number - 1) * ROWS + 1,
            "last": min(number * ROWS, chosen.accesses),
        }
    cases = queries.my_cases(request.clinic, person)
    context["cases"] = [
        (found, rules.OUTCOMES.get(found.outcome, ""))
        for found in cases
        if not chosen or found.first_day == chosen.first_day
    ]
    context["waiting"] = sum(1 for q in queries.questions_to(request.clinic, person) if q.answered_at is None)
    return render(request, "review/my_accesses.html", context)


@page(Permission.SEE_OWN_ACCESSES)
def statement(request: HttpRequest, clinic: UUID, week: str) -> HttpResponse:
    """The clearing statement, to be printed."""
    return render(request, "review/statement.html", {"statement": _statement(request, week), "week": week})


@page(Permission.SEE_OWN_ACCESSES)
def statement_text(request: HttpRequest, clinic: UUID, week: str) -> HttpResponse:
    """The same as plain text, to be kept."""
    text = _statement(request, week).text()
    headers = {"Content-Disposition": f'attachment; filename="statement-{week}.txt"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def _statement(request: HttpRequest, week: str) -> Statement:
    weeks = queries.my_weeks(request.clinic, request.member.person)
    chosen = next((found for found in weeks if str(found.first_day) == week), None)
    if chosen is None:
        raise Http404
    cases = [c for c in queries.my_cases(request.clinic, request.member.person) if c.first_day == chosen.first_day]
    return statement_of(request.clinic, request.member.name, chosen, cases, showing.titles("explanations"), request.now)


def _reasons(week: PersonWeekLine) -> list[tuple[str, int]]:
    named = showing.titles("explanations")
    return [(named.title(name), number) for name, number in week.by_explanation.items()]


def _page_number(text: str | None, total: int) -> int:
    last = max(-(-total // ROWS), 1)
    return min(max(int(text), 1), last) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1
