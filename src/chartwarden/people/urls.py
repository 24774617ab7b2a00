"""Addresses of the people room, below a clinic's."""

from __future__ import annotations

from django.urls import path

from chartwarden.people.views import lists, person, tokens

app_name = "people"
urlpatterns = [
    path("people/", lists.people, name="people"),
    path("people/absent/", lists.absent, name="absent"),
    path("people/add/", person.add, name="add"),
    path("people/<uuid:person>/", person.person, name="person"),
    path("people/<uuid:person>/change/", person.change, name="change"),
    path("people/<uuid:person>/end/", person.end, name="end"),
    path("people/<uuid:person>/rehire/", person.rehire, name="rehire"),
    path("people/<uuid:person>/suspend/", person.suspend, name="suspend"),
    path("people/<uuid:person>/reinstate/", person.reinstate, name="reinstate"),
    path("people/<uuid:person>/grant/", person.grant, name="grant"),
    path("people/<uuid:person>/withdraw/<slug:role>/", person.withdraw, name="withdraw"),
    path("people/<uuid:person>/hours/", person.hours, name="hours"),
    path("people/<uuid:person>/leave/", person.leave, name="leave"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/make/", tokens.make, name="make_token"),
    path("tokens/<uuid:token>/withdraw/", tokens.withdraw, name="withdraw_token"),
    path("outbox/", lists.outbox, name="outbox"),
]
