"""Addresses of the coding queue in a clinic. No address names a patient."""

from __future__ import annotations

from django.urls import path

from chartwarden.assignments.views import board, coder, conflicts, policy, sharing, source

app_name = "assignments"
urlpatterns = [
    path("queue/", board.board, name="board"),
    path("queue/add/", board.add, name="add"),
    path("queue/share/", board.share, name="share"),
    path("queue/sample/", board.sample, name="sample"),
    path("queue/conflicts/", conflicts.conflicts, name="conflicts"),
    path("queue/<uuid:assignment>/accept/", conflicts.accept, name="accept"),
    path("queue/export.csv", board.export, name="export"),
    path("queue/rules/", sharing.rules, name="rules"),
    path("queue/rules/add/", sharing.add, name="add_rule"),
    path("queue/rules/run/", sharing.run, name="run_rules"),
    path("queue/rules/<uuid:rule>/", sharing.change, name="rule"),
    path("queue/rules/<uuid:rule>/move/", sharing.move, name="move_rule"),
    path("queue/source/", source.source, name="source"),
    path("queue/source/stop/", source.stop, name="stop_source"),
    path("queue/<uuid:assignment>/", board.one, name="one"),
    path("queue/<uuid:assignment>/assign/", board.assign, name="assign"),
    path("queue/<uuid:assignment>/reopen/", board.reopen, name="reopen"),
    path("queue/<uuid:assignment>/end/", board.end, name="end"),
    path("policy/", policy.policy, name="policy"),
    path("policy/approve/", policy.approve, name="approve_policy"),
    path("policy/discard/", policy.discard, name="discard_policy"),
    path("policy/draft/", policy.begin, name="begin_policy"),
    path("policy/draft/<slug:role>/<slug:kind>/", policy.clause, name="clause"),
    path("policy/<uuid:policy>/", policy.version, name="policy_version"),
    path("my-work/", coder.my_work, name="my_work"),
    path("my-work/<uuid:assignment>/", coder.move, name="move"),
]
