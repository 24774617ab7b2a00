"""The review room's addresses."""

from __future__ import annotations

from django.urls import path

from chartwarden.review.views import alike, cases, mine, questions, reviews, signing

app_name = "review"
urlpatterns = [
    path("reviews/", reviews.calendar, name="calendar"),
    path("reviews/<uuid:review>/", reviews.review, name="review"),
    path("reviews/<uuid:review>/read/", reviews.read, name="read"),
    path("reviews/<uuid:review>/sign/", signing.sign, name="sign"),
    path("reviews/<uuid:review>/review.json", signing.document, name="document"),
    path("reviews/cases/<uuid:case>/", cases.case, name="case"),
    path("reviews/cases/<uuid:case>/alike/", alike.alike, name="alike"),
    path("reviews/cases/<uuid:case>/alike/decide/", alike.decide_alike, name="decide_alike"),
    path("reviews/cases/<uuid:case>/decide/", cases.decide, name="decide"),
    path("reviews/cases/<uuid:case>/ask/", cases.ask, name="ask"),
    path("reviews/cases/<uuid:case>/reopen/", cases.reopen, name="reopen"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<uuid:question>/", questions.question, name="question"),
    path("my-accesses/", mine.my_accesses, name="my_accesses"),
    path("my-accesses/<slug:week>/", mine.my_accesses, name="my_week"),
    path("my-accesses/<slug:week>/statement/", mine.statement, name="statement"),
    path("my-accesses/<slug:week>/statement.txt", mine.statement_text, name="statement_text"),
]
