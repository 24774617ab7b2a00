"""One's own tokens, and, for those who manage people, everybody's."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.kernel.errors import InputRefused
from chartwarden.people import queries, services
from chartwarden.people.contracts import Permission, page
from chartwarden.people.forms import TokenForm, midnight_after, refused, sent


@page(Permission.USE_API)
def tokens(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The list of tokens."""
    everybody = request.member.may(Permission.MANAGE_PEOPLE)
    found = queries.tokens_of(clinic, request.now, None if everybody else request.member.person)
    names = queries.names(clinic, [token.person for token in found])
    context = {"rows": [(token, names[token.person]) for token in found], "everybody": everybody}
    return render(request, "people/tokens.html", context)


@page(Permission.USE_API)
@services.needs_fresh
def make(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Make a token; the answer shows its text once."""
    form = TokenForm(sent(request), permissions=request.member.permissions)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.make_token(
                member=request.member, label=given["label"], scopes=[Permission[name] for name in given["scopes"]],
                expires_at=midnight_after(given["last_day"], request.clinic.time_zone), actor=request.member.actor,
                at=request.now,
            )  # fmt: skip
        except InputRefused as fault:
            refused(form, fault)
        else:
            return render(request, "people/token_made.html", {"made": made, "label": given["label"]})
    return render(request, "people/token_form.html", {"form": form}, status=422 if form.errors else 200)


@page(Permission.USE_API)
@require_POST
def withdraw(request: HttpRequest, clinic: UUID, token: UUID) -> HttpResponse:
    """End a token: one's own, or anybody's for those who manage people."""
    everybody = request.member.may(Permission.MANAGE_PEOPLE)
    mine = queries.tokens_of(clinic, request.now, None if everybody else request.member.person)
    if token not in {found.id for found in mine}:
        raise Http404
    services.withdraw_token(clinic=clinic, token=token, actor=request.member.actor, at=request.now)
    messages.success(request, "Withdrawn. A program that still uses it is refused from now on.")
    return redirect("people:tokens", clinic=clinic)
