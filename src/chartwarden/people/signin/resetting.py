"""Lost phone and lost codes: second factors are reset, and a link lets their owner set up a new one.

A second factor counts for every clinic that its owner serves. So a reset is written into the ledger of each of them,
and the officers of the others see it on their home pages until one says that they have seen it. It opens nothing by
itself: whoever comes in afterwards needs the password, and the link that went to the account's address.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import models
from chartwarden.people.account_models import AccountMail, FactorReset, FactorResetNotice
from chartwarden.people.signin.factor_links import token_of
from chartwarden.people.signin.rules import FACTOR_LINK_LASTS, may_reset_factors
from chartwarden.people.signin.standing import Standing, standing
from chartwarden.people.standing import actor_roles, roles_of, somebody_else, withdraw_tokens

ELSEWHERE = Actor.of_system("another-clinic")


def reset_factors(*, clinic: UUID, person: UUID, actor: Actor, at: datetime) -> UUID:
    """Remove a person's second factors, end their sessions and tokens, and send them the link to set up a new one.

    Returns the reset's id.

    Raises Refused for oneself and where ``may_reset_factors`` says no; InputRefused where nobody signs in as them, or
    they are suspended or not engaged.
    """
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        if row.user_id is None:
            raise refuse("person", "somebody who signs in", "somebody who does not")
        there = standing(row.user_id, at)
        if clinic not in there.engaged:
            raise refuse("person", "somebody who is engaged and not suspended", "somebody who is not")
        owns = "owner" in (actor_roles(clinic, actor, at) or ())
        require(may_reset_factors(clinic, owns, owned(there, at)))
        return _reset(row.user_id, there, {clinic: actor}, "an officer here", at)


def reset_factors_here(*, email: str, at: datetime) -> str:
    """The same on the server's own command line, where no officer is left. Returns what the link carries.

    Raises InputRefused where no account has that address.
    """
    user = models.User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise refuse("EMAIL", "the address that somebody signs in with", "one that nobody does")
    actor = Actor.of_system("command-line")
    with transaction.atomic():
        there = standing(user.id, at)
        reset = _reset(user.id, there, dict.fromkeys(there.persons, actor), "the server's command line", at)
    return token_of(FactorReset.objects.get(id=reset))


def see_factor_reset(*, clinic: UUID, person: UUID, actor: Actor, at: datetime) -> int:
    """Say that this clinic has seen that a person's factors were reset elsewhere. Returns how many times that was.

    Raises Refused for oneself.
    """
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        unseen = FactorResetNotice.objects.filter(clinic_id=clinic, person=row, seen_at=None)
        count = unseen.update(seen_at=at, seen_by=actor.ref)
        if count:
            subject = {"person": str(person)}
            append(clinic=clinic, kind="people.factor_reset_seen", actor=actor, at=at, subject=subject, facts={})
    return count


def unseen_resets(clinic: UUID) -> list[UUID]:
    """The people of a clinic whose factors were reset elsewhere, which nobody here has seen yet."""
    rows = FactorResetNotice.objects.filter(clinic_id=clinic, seen_at=None)
    return list(rows.order_by("person_id").values_list("person_id", flat=True).distinct())


def unsent_links() -> list[UUID]:
    """The users whose link to a new second factor the mail server has refused, or could not be reached for."""
    rows = AccountMail.objects.filter(kind="factors_reset", tries__gt=1)
    return list(rows.order_by("user_id").values_list("user_id", flat=True).distinct())


def owned(there: Standing, at: datetime) -> frozenset[UUID]:
    """The clinics in which an account is an owner now."""
    with across_clinics():
        people = models.Person.objects.filter(id__in=there.engaged.values()).prefetch_related("grants")
        return frozenset(person.clinic_id for person in people if "owner" in roles_of(person, at))


def _reset(user: UUID, there: Standing, actors: dict[UUID, Actor], by: str, at: datetime) -> UUID:
    models.User.objects.select_for_update().get(id=user)
    factors = Authenticator.objects.filter(user_id=user)
    facts: dict[str, Any] = {"factors": sorted(factors.values_list("type", flat=True))}
    factors.delete()
    sessions = list(UserSession.objects.filter(user_id=user))
    for session in sessions:
        session.end()
    facts["sessions_ended"] = len(sessions)
    FactorReset.objects.filter(user_id=user, used_at=None).update(used_at=at)
    row = FactorReset.objects.create(
        user_id=user, nonce=secrets.token_bytes(16), made_at=at, expires_at=at + FACTOR_LINK_LASTS
    )
    AccountMail.objects.create(user_id=user, reset=row, kind="factors_reset", made_at=at, next_try_at=at)
    for clinic in sorted(there.persons):
        person, actor = there.persons[clinic], actors.get(clinic, ELSEWHERE)
        said = facts | {"by": by if clinic in actors else "another clinic"}
        with acting_in(clinic):
            said["tokens_withdrawn"] = withdraw_tokens(clinic, person, at)
            if clinic not in actors:
                FactorResetNotice.objects.create(clinic_id=clinic, person_id=person, reset_at=at)
            append(
                clinic=clinic, kind="people.second_factors_reset", actor=actor, at=at,
                subject={"person": str(person)}, facts=said,
            )  # fmt: skip
    return row.id
