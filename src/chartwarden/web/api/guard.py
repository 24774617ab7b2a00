"""What each call of the API must pass: a token, its limits, its clinic, a permission, and no unknown question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.decisions import Refused, refused, require
from chartwarden.kernel.errors import Fault, InputRefused, TooMany
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.queries import member_by_token
from chartwarden.people.services import decide, note_token_use, tally
from chartwarden.web.api.problems import NoToken

MINUTE = timedelta(minutes=1)
WRONG_TOKENS_A_MINUTE = 60
UNTAGGED = refused("This operation says nothing of who may do it, so nobody may.")


def guard(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate an operation's ``run`` (a bound method of ninja's Operation)."""
    operation: Any = run.__self__  # type: ignore[attr-defined]

    @wraps(run)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:
        try:
            return _answer(operation, run, request, named)
        except Exception as fault:
            return operation.api.on_exception(request, fault)

    return guarded


def _answer(
    operation: Any, run: Callable[..., HttpResponseBase], request: HttpRequest, named: dict[str, Any]
) -> HttpResponseBase:
    member = _member(request)
    if named.get("clinic", member.clinic) != member.clinic:
        raise Http404
    with acting_in(member.clinic):
        request.member, request.clinic = member, clinic_of(member.clinic)
        access = getattr(operation.view_func, "access", None)
        if isinstance(access, Permission):
            require(decide(member, access))
        elif access != "signed_in":
            raise Refused(UNTAGGED)
        _no_unknown_questions(operation, request)
        if member.token is not None:
            note_token_use(clinic=member.clinic, token=member.token, at=request.now)
        return run(request, **named)


def _member(request: HttpRequest) -> Member:
    """Who the token acts for. Wrong tokens are counted by address, good ones by themselves."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    address = request.META.get("REMOTE_ADDR", "")
    found = None
    if scheme.lower() == "bearer" and text.strip():
        with across_clinics():
            found = member_by_token(text.strip(), request.now)
        if found is None:
            _count(f"api.wrong.{address}", WRONG_TOKENS_A_MINUTE, request.now)
    if found is None:
        raise NoToken
    _count(f"api.token.{found.token}", settings.API_REQUESTS_A_MINUTE, request.now)
    return found


def _count(what: str, most: int, at: datetime) -> None:
    """Count within a minute that begins with the first. Raises TooMany beyond ``most``."""
    counted = tally(what=what, within=MINUTE, at=at)
    if counted.count > most:
        raise TooMany(counted.left)


def _no_unknown_questions(operation: Any, request: HttpRequest) -> None:
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in (getattr(model, "__ninja_flatten_map__", None) or model.model_fields)
    }
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        told = ", ".join(sorted(known)) or "none"
        raise InputRefused(
            *(Fault(f"query/{name[:80]}", f"one of: {told}", "an unknown parameter") for name in unknown)
        )
