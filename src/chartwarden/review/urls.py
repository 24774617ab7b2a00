"""The review room's addresses."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from chartwarden.review.views import cases, mine, questions, reviews, signing


class Day:
    """A day in an address: ``2026-03-02``."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day; a day that does not exist makes no such page."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """The day as text."""
        return str(value)


register_converter(Day, "day")

app_name = "review"
urlpatterns = [
    path("reviews/", reviews.calendar, name="calendar"),
    path("reviews/<uuid:review>/", reviews.review, name="review"),
    path("reviews/<uuid:review>/read/", reviews.read, name="read"),
    path("reviews/<uuid:review>/sign/", signing.sign, name="sign"),
    path("reviews/<uuid:review>/review.json", signing.document, name="document"),
    path("reviews/cases/<uuid:case>/", cases.case, name="case"),
    path("reviews/cases/<uuid:case>/ask/", cases.ask, name="ask"),
    path("reviews/cases/<uuid:case>/reopen/", cases.reopen, name="reopen"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<uuid:question>/", questions.question, name="question"),
    path("my-accesses/", mine.my_accesses, name="my_accesses"),
    path("my-accesses/<day:week>/", mine.my_accesses, name="my_week"),
    path("my-accesses/<day:week>/statement/", mine.statement, name="statement"),
    path("my-accesses/<day:week>/statement.txt", mine.statement_text, name="statement_text"),
]
