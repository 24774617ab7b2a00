"""What happens at sign-in, written to the ledger of each clinic where the user is engaged. No mail address is in it.

A wrong password writes nothing by itself, or anybody could fill a ledger: it is counted for the user whose address was
given, and their next sign-in says how many there were (45 CFR 164.308(a)(5)(ii)(C)). A wrong code after a right
password does write an entry, since somebody knew the password.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.services import append
from chartwarden.people import models
from chartwarden.people.signin.adapter import failed_key
from chartwarden.people.signin.factor_links import use_link
from chartwarden.people.signin.standing import FACTORS, standing
from chartwarden.people.standing import withdraw_tokens
from chartwarden.people.tallies import take_tally


def connect() -> None:
    """Listen to the library's signals, and to its table of factors: some of its signals come after the commit."""
    account.user_logged_in.connect(_signed_in, dispatch_uid="signin")
    account.authentication_step_completed.connect(_unlocked, dispatch_uid="signin")
    account.password_changed.connect(_password_changed, dispatch_uid="signin")
    account.password_reset.connect(_password_reset, dispatch_uid="signin")
    mfa.authentication_failed.connect(_failed, dispatch_uid="signin")
    social.social_account_added.connect(_linked, dispatch_uid="signin")
    social.social_account_removed.connect(_unlinked, dispatch_uid="signin")
    post_save.connect(_factor_saved, sender=Authenticator, dispatch_uid="signin")
    post_delete.connect(_factor_deleted, sender=Authenticator, dispatch_uid="signin")


def note(request: HttpRequest, user: models.User, kind: str, **facts: Any) -> None:
    """One entry in each clinic where the user is engaged, always in the same order of clinics."""
    with transaction.atomic():
        for clinic, person in sorted(standing(user.pk, request.now).engaged.items()):
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
    failed = take_tally(what=failed_key(user), at=request.now)
    methods = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
    note(request, user, "people.signed_in", methods=methods, failed_before=failed)


def _unlocked(request: HttpRequest, **facts: Any) -> None:
    if facts.get("reauthenticated"):
        request.session.pop("locked", None)
        request.session["active_at"] = request.now.isoformat()


def _password_changed(request: HttpRequest, user: models.User, **_: Any) -> None:
    note(request, user, "people.password_changed", how="by the old one")


def _password_reset(request: HttpRequest, user: models.User, **_: Any) -> None:
    """Whoever had the old password may have made tokens with it: they end with it, in every clinic."""
    with transaction.atomic():
        there = standing(user.pk, request.now)
        for clinic, person in sorted(there.persons.items()):
            with acting_in(clinic):
                withdrawn = withdraw_tokens(clinic, person, request.now)
                if withdrawn or clinic in there.engaged:
                    append(
                        clinic=clinic,
                        kind="people.password_changed",
                        actor=Actor.of_person(person),
                        at=request.now,
                        subject={"person": str(person)},
                        facts={"how": "by a link in a mail", "tokens_withdrawn": withdrawn},
                    )


def _failed(request: HttpRequest, user: models.User, authenticator: Authenticator, **_: Any) -> None:
    note(request, user, "people.second_factor_failed", factor=str(authenticator.type))


def _linked(request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    note(request, sociallogin.user, "people.provider_linked")


def _unlinked(request: HttpRequest, **_: Any) -> None:
    note(request, request.user, "people.provider_unlinked")


def _factor_saved(instance: Authenticator, created: bool, **_: Any) -> None:
    request = _owners_request(instance)
    if request is None or not created:
        return
    if instance.type in FACTORS:
        use_link(request.session, instance.user_id, request.now)
        note(request, request.user, "people.second_factor_added", factor=str(instance.type))
    else:
        note(request, request.user, "people.recovery_codes_made")


def _factor_deleted(instance: Authenticator, **_: Any) -> None:
    request = _owners_request(instance)
    if request is not None and instance.type in FACTORS:
        note(request, request.user, "people.second_factor_removed", factor=str(instance.type))


def _owners_request(instance: Authenticator) -> HttpRequest | None:
    """The request in which an owner changes their own factor; whoever else does it leaves an entry of their own."""
    request = context.request
    user = getattr(request, "user", None)
    return request if user is not None and user.pk == instance.user_id else None
