"""A user across their clinics: where they are a person, where an engagement is in force, how their sign-in stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from chartwarden.clinics.services import across_clinics
from chartwarden.people import models
from chartwarden.people.signin.rules import Account

IDLE_WITHOUT_CLINIC = 15
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True)
class Standing:
    """``persons`` by clinic; those ``engaged`` are not suspended and have an engagement in force."""

    persons: Mapping[UUID, UUID]
    engaged: Mapping[UUID, UUID]
    idle_minutes: int


def standing(user: UUID, at: datetime) -> Standing:
    """Where a user stands at an instant, in every clinic: one query."""
    open_ended = Q(ended_at=None) | Q(ended_at__gt=at)
    engagement = models.Engagement.objects.filter(open_ended, person=OuterRef("pk"), started_on__lte=at.date())
    with across_clinics():
        rows = list(
            models.Person.objects.filter(user_id=user)
            .annotate(engaged=Exists(engagement))
            .values_list("clinic_id", "id", "suspended_at", "engaged", "clinic__idle_minutes")
        )
    engaged = {clinic: person for clinic, person, suspended, there, _ in rows if there and suspended is None}
    idle = [minutes for clinic, *_, minutes in rows if clinic in engaged]
    return Standing({clinic: person for clinic, person, *_ in rows}, engaged, min(idle, default=IDLE_WITHOUT_CLINIC))


def account(request: HttpRequest, found: Standing) -> Account:
    """What the rules want to know of the signed-in user."""
    factors = {row.type: row for row in Authenticator.objects.filter(user_id=request.user.pk)}
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    trusted = trusts_provider(request, request.user)
    return Account(
        persons=len(found.persons),
        engaged=len(found.engaged),
        idle_minutes=found.idle_minutes,
        second_factor=trusted or any(kind in factors for kind in FACTORS),
        codes_kept=codes is None or "kept_at" in codes.data,
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
