"""What happens at sign-in, written to the ledger of each clinic where the user is engaged. No mail address is in it.

A wrong password writes nothing by itself, or anybody could fill a ledger: it is counted for the user whose address was
given, and their next sign-in says how many there were (45 CFR 164.308(a)(5)(ii)(C)). A wrong code after a right
password does write an entry, since somebody knew the password.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.services import append
from chartwarden.people import models
from chartwarden.people.signin.adapter import failed_key
from chartwarden.people.signin.standing import standing


def connect() -> None:
    """Listen to the library's signals."""
    account.user_logged_in.connect(_signed_in, dispatch_uid="signin")
    account.authentication_step_completed.connect(_unlocked, dispatch_uid="signin")
    for signal in (account.password_changed, account.password_reset):
        signal.connect(_password_changed, dispatch_uid="signin")
    mfa.authenticator_added.connect(_factor("people.second_factor_added"), weak=False, dispatch_uid="signin")
    mfa.authenticator_reset.connect(_factor("people.recovery_codes_made"), weak=False, dispatch_uid="signin")
    mfa.authenticator_removed.connect(_factor("people.second_factor_removed"), weak=False, dispatch_uid="signin")
    mfa.authentication_failed.connect(_factor("people.second_factor_failed"), weak=False, dispatch_uid="signin")


def note(request: HttpRequest, user: models.User, kind: str, **facts: Any) -> None:
    """One entry in each clinic where the user is engaged."""
    with transaction.atomic():
        for clinic, person in standing(user.pk, request.now).engaged.items():
            with acting_in(clinic):
                append(
                    clinic=clinic,
                    kind=kind,
                    actor=Actor.of_person(person),
                    at=request.now,
                    subject={"person": str(person)},
                    facts=facts,
                )


def _signed_in(request: HttpRequest, user: models.User, **_: Any) -> None:
    instant = request.now.isoformat()
    request.session["signed_in_at"] = request.session["active_at"] = instant
    failed = cache.get(failed_key(user), 0)
    cache.delete(failed_key(user))
    methods = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
    note(request, user, "people.signed_in", methods=methods, failed_before=failed)


def _unlocked(request: HttpRequest, **facts: Any) -> None:
    if facts.get("reauthenticated"):
        request.session.pop("locked", None)
        request.session["active_at"] = request.now.isoformat()


def _password_changed(request: HttpRequest, user: models.User, **_: Any) -> None:
    note(request, user, "people.password_changed")


def _factor(kind: str) -> Any:
    def receive(request: HttpRequest, user: models.User, authenticator: Authenticator, **_: Any) -> None:
        if kind != "people.second_factor_added" or authenticator.type != Authenticator.Type.RECOVERY_CODES:
            note(request, user, kind, factor=str(authenticator.type))

    return receive
