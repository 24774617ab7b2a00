"""The first clinic and its first person, made together and once."""

from __future__ import annotations

import secrets
from datetime import datetime
from ipaddress import ip_address
from uuid import UUID

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.http.request import split_domain_port

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import acting_in, open_clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.people.services import add_person, add_user, grant_role

SETUP = Actor.of_system("setup")
FIRST_ROLES = ("privacy_officer", "owner")
LOCK = 0x43_57_01
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def first_run(
    *, name: str, time_zone: str, holidays: str, given_name: str, family_name: str, code: str, email: str,
    password: str, at: datetime,
) -> tuple[UUID, UUID]:  # fmt: skip
    """Make the first clinic, its privacy officer and owner, and their user. Returns the clinic and the user.

    Raises InputRefused where a clinic is there already, also where two come at once.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if clinics():
            raise refuse("set-up", "no clinic yet", "one that was set up already")
        clinic = open_clinic(name=name, time_zone=time_zone, holidays=holidays, actor=SETUP, at=at)
        user = add_user(email=email, password=password, at=at)
        EmailAddress.objects.create(user_id=user, email=email.lower(), verified=True, primary=True)
        with acting_in(clinic.id):
            person = add_person(
                clinic=clinic.id,
                values={"code": code, "given_name": given_name, "family_name": family_name},
                feed_role=FIRST_ROLES[0],
                started_on=min(at.date(), at.astimezone(clinic.time_zone).date()),
                actor=SETUP,
                at=at,
                user=user,
            )
            for role in FIRST_ROLES:
                grant_role(clinic=clinic.id, person=person, role=role, actor=SETUP, at=at)
    return clinic.id, user


def on_loopback(request: HttpRequest) -> bool:
    """Whether the request comes from this very machine, and through no proxy, even one that adds no header."""
    if settings.SESSION_COOKIE_SECURE or getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return False
    if any(name.startswith("X-Forwarded-") or name in ("Forwarded", "X-Real-Ip", "Via") for name in request.headers):
        return False
    if split_domain_port(request.get_host())[0] not in LOOPBACK_HOSTS:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def code_is_right(given: str, expected: str) -> bool:
    """Whether the set-up code was given; never where there is none."""
    return bool(expected) and secrets.compare_digest(given.strip().encode(), expected.encode())
