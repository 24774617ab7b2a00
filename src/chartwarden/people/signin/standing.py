"""A user across their clinics: where they are a person, where an engagement is in force, how their sign-in stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from chartwarden.clinics.services import across_clinics
from chartwarden.people import models
from chartwarden.people.signin.factor_links import awaits_link
from chartwarden.people.signin.rules import Account
from chartwarden.people.standing import active

IDLE_WITHOUT_CLINIC = 15
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class Standing:
    """``persons`` by clinic; those ``engaged`` are not suspended and have an engagement in force. ``time_zone`` is that
    of the first clinic of these, or UTC.
    """

    persons: Mapping[UUID, UUID]
    engaged: Mapping[UUID, UUID]
    idle_minutes: int
    time_zone: str = "UTC"


def standing(user: UUID, at: datetime) -> Standing:
    """Where a user stands at an instant, in every clinic, each by its own days: two queries."""
    with across_clinics():
        people = models.Person.objects.filter(user_id=user).select_related("clinic").prefetch_related("engagements")
        rows, there = list(people), active(people, at)
    idle = min((person.clinic.idle_minutes for person in there), default=IDLE_WITHOUT_CLINIC)
    zone = min(((person.clinic.opened_at, person.clinic.time_zone) for person in there or rows), default=("", "UTC"))[1]
    return Standing({p.clinic_id: p.id for p in rows}, {p.clinic_id: p.id for p in there}, idle, zone)


def account(request: HttpRequest, found: Standing) -> Account:
    """What the rules want to know of the signed-in user. A demo, which answers to its own machine alone, asks for no
    second factor."""
    factors = {row.type: row for row in Authenticator.objects.filter(user_id=request.user.pk)}
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    trusted = trusts_provider(request, request.user)
    secured = settings.DEMO or trusted or any(kind in factors for kind in FACTORS)
    return Account(
        persons=len(found.persons),
        engaged=len(found.engaged),
        idle_minutes=found.idle_minutes,
        second_factor=secured,
        codes_kept=settings.DEMO or codes is None or "kept_at" in codes.data,
        awaits_link=not secured and awaits_link(request.session, request.user.pk, request.now),
    )


def has_second_factor(user: UUID) -> bool:
    """Whether a user has set up an app or a passkey."""
    return Authenticator.objects.filter(user_id=user, type__in=FACTORS).exists()


def trusts_provider(request: HttpRequest, user: object) -> bool:
    """Whether this sign-in came from the single sign-on provider, and its second factor is trusted (a setting)."""
    if settings.OIDC_MFA != "trusted":
        return False
    return any(record["method"] == "socialaccount" for record in get_authentication_records(request, user))


def keep_codes(user: UUID, at: datetime) -> None:
    """Note that a user says they have kept their recovery codes."""
    for row in Authenticator.objects.filter(user_id=user, type=Authenticator.Type.RECOVERY_CODES):
        row.data = {**row.data, "kept_at": at.isoformat()}
        row.save(update_fields=["data"])
