"""Addresses of the coding queue in a clinic. No address names a patient."""

from __future__ import annotations

from django.urls import path

from chartwarden.assignments.views import board, coder, conflicts

app_name = "assignments"
urlpatterns = [
    path("queue/", board.board, name="board"),
    path("queue/add/", board.add, name="add"),
    path("queue/share/", board.share, name="share"),
    path("queue/sample/", board.sample, name="sample"),
    path("queue/conflicts/", conflicts.conflicts, name="conflicts"),
    path("queue/<uuid:assignment>/accept/", conflicts.accept, name="accept"),
    path("queue/<uuid:assignment>/", board.one, name="one"),
    path("queue/<uuid:assignment>/assign/", board.assign, name="assign"),
    path("queue/<uuid:assignment>/reopen/", board.reopen, name="reopen"),
    path("queue/<uuid:assignment>/end/", board.end, name="end"),
    path("my-work/", coder.my_work, name="my_work"),
    path("my-work/<uuid:assignment>/", coder.move, name="move"),
]
