"""Fresh authentication by the API: a person is there, though a program asks.

A token says who made a program, and may lie in a file for a year. So what a person must stand behind themselves takes
more than the token: their password and a code that their app shows now, both in the same request. A code works once,
wrong tries are counted together with those of the sign-in pages, and a wrong code after a right password leaves an
entry. A passkey can't be used by a program, and a recovery code or a provider's word is not taken: who has nothing else
does such things on the pages. (21 CFR 11.200(a)(1)(ii): outside of one session, a signature takes all its components.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction

from chartwarden.kernel.decisions import Refused, refused
from chartwarden.kernel.errors import TooMany
from chartwarden.ledger.services import append
from chartwarden.people import models
from chartwarden.people.contracts import Member
from chartwarden.people.signin.codes import first_use

CITATION = "45 CFR 164.312(d)"
WAIT = 5 * 60
"""Seconds after which the library takes tries again."""
NO_APP = "This takes a code from an app. Set an app up for your account, or do it on the page."
NO_PASSWORD = "This takes a password, and your account has none. Do it on the page."  # noqa: S105  a sentence
WRONG = "The password or the code is not right. A code works once: wait for the next one, then try again."


@dataclass(frozen=True)
class Presence:
    """What a person shows: their password, and the code that their app shows now. Neither is kept or printed."""

    password: str = field(repr=False)
    code: str = field(repr=False)


def show_presence(*, member: Member, presence: Presence, at: datetime) -> None:
    """See that the person a token acts for is there, and write it down; to be called within a request.

    Raises Refused where what was shown is not right or can't be shown by a program, TooMany after too many wrong tries.
    """
    user: Any = models.Person.objects.select_related("user").get(clinic_id=member.clinic, id=member.person).user
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if factor is None:
        raise Refused(refused(NO_APP, CITATION))
    if not user.has_usable_password():
        raise Refused(refused(NO_PASSWORD, CITATION))
    try:
        right = _is_right(user, factor, presence)
    except ValidationError:  # the library's word for too many tries
        raise TooMany(WAIT) from None
    if not right:
        raise Refused(refused(WRONG, CITATION))
    with transaction.atomic():
        append(
            clinic=member.clinic,
            kind="people.presence_shown",
            actor=member.actor,
            at=at,
            subject={"person": str(member.person)},
            facts={"methods": ["password", "totp"]},
        )


def _is_right(user: Any, factor: Authenticator, presence: Presence) -> bool:
    """The password first: with a wrong one, no code is used up and nothing is learned about it."""
    account = get_adapter(context.request)
    if not account.reauthenticate(user, presence.password):
        account.authentication_failed(context.request, email=user.email)
        return False
    forgive = check_rate_limit(user)
    if factor.wrap().validate_code(presence.code) and first_use(user.pk, presence.code):
        forgive()
        factor.record_usage()
        return True
    signals.authentication_failed.send(
        sender=Authenticator, request=context.request, user=user, authenticator=factor, reauthentication=True
    )
    return False
