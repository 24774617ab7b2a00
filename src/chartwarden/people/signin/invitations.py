"""Inviting somebody to sign in, and their coming."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q

from chartwarden.clinics.services import acting_in, seal, unseal
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import models
from chartwarden.people.invitation_models import Invitation
from chartwarden.people.rules import may_hand_over
from chartwarden.people.signin.rules import INVITATION_LASTS
from chartwarden.people.standing import actor_roles

PURPOSE = "invitation"
SIGNER = Signer(salt="chartwarden.people.invitation")


def invite(*, clinic: UUID, person: UUID, email: str, actor: Actor, at: datetime) -> UUID:
    """Invite a person to sign in, by a mail that the worker sends; an earlier invitation of theirs no longer works.

    Whoever accepts gets the roles that the person holds. Raises InputRefused where the address is none, or the person
    signs in already; Refused where they hold roles that the actor may not grant.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise refuse("mail address", "an address such as name@example.org", repr(address)) from None
    with transaction.atomic():
        found = models.Person.objects.select_for_update().filter(clinic_id=clinic, id=person).first()
        if found is None:
            raise refuse("person", "somebody of this clinic", "nobody")
        if found.user_id is not None:
            raise refuse("person", "somebody who does not sign in yet", "somebody who does")
        if models.Person.objects.filter(clinic_id=clinic, user__email=address).exists():
            raise refuse("mail address", "one of their own", "the address of somebody else here")
        held = found.grants.filter(Q(ends=None) | Q(ends__gt=at)).values_list("role", flat=True)
        require(may_hand_over(set(held), actor_roles(clinic, actor, at)))
        _open(clinic, person).update(withdrawn_at=at)
        row = Invitation.objects.create(
            id=uuid4(),
            clinic_id=clinic,
            person=found,
            address=seal(clinic, PURPOSE, address.encode()),
            nonce=secrets.token_bytes(16),
            invited_by=actor.ref,
            made_at=at,
            expires_at=at + INVITATION_LASTS,
            next_try_at=at,
        )
        _note("people.invited", row, actor, at)
    return row.id


def withdraw_invitation(*, clinic: UUID, person: UUID, actor: Actor, at: datetime) -> int:
    """Let a person's open invitation no longer work. Returns how many there were."""
    with transaction.atomic():
        rows = list(_open(clinic, person).select_for_update())
        for row in rows:
            row.withdrawn_at = at
            row.save(update_fields=["withdrawn_at"])
            _note("people.invitation_withdrawn", row, actor, at)
    return len(rows)


def invitations(clinic: UUID, person: UUID) -> list[Invitation]:
    """A person's invitations, the newest first."""
    return list(Invitation.objects.filter(clinic_id=clinic, person_id=person))


def address_of(row: Invitation) -> str:
    """The mail address that was invited."""
    return unseal(row.clinic_id, PURPOSE, row.address).decode()


def token_of(row: Invitation) -> str:
    """What the link carries: clinic and id, and a signature over these and the row's nonce."""
    place = base64.urlsafe_b64encode(row.clinic_id.bytes + row.id.bytes).decode().rstrip("=")
    return f"{place}.{SIGNER.signature(place + bytes(row.nonce).hex())}"


def invitation_of(token: str) -> tuple[UUID, UUID] | None:
    """Clinic and id of the invitation that a link's token was made for; None for a forged one."""
    place, _, signature = token.partition(".")
    try:
        raw = base64.urlsafe_b64decode(place + "=" * (-len(place) % 4))
        clinic, identity = UUID(bytes=raw[:16]), UUID(bytes=raw[16:])
    except ValueError:
        return None
    with acting_in(clinic):
        row = Invitation.objects.filter(clinic_id=clinic, id=identity).first()
    try:
        SIGNER.unsign(f"{place}{bytes(row.nonce).hex()}:{signature}" if row else "")
    except BadSignature:
        return None
    return clinic, identity


def open_invitation(clinic: UUID, identity: UUID, at: datetime) -> Invitation | None:
    """The invitation where it still works."""
    return Invitation.objects.filter(
        clinic_id=clinic, id=identity, accepted_at=None, withdrawn_at=None, expires_at__gt=at
    ).first()


def accept_invitation(*, clinic: UUID, invitation: UUID, user: UUID, at: datetime) -> UUID:
    """Link the person to the user, once. Returns the person. Raises InputRefused where the invitation no longer works.

    The user's address is from then on known to be theirs, since the link came to it.
    """
    with transaction.atomic():
        row = Invitation.objects.select_for_update().filter(clinic_id=clinic, id=invitation).first()
        if row is None or open_invitation(clinic, invitation, at) is None:
            raise refuse("invitation", "one that still works", "one that was used, withdrawn, or is older than a week")
        account = models.User.objects.get(id=user)
        if account.email != address_of(row):
            raise refuse("invitation", "the account whose address was invited", "another account")
        row.accepted_at = at
        row.save(update_fields=["accepted_at"])
        models.Person.objects.filter(clinic_id=clinic, id=row.person_id, user=None).update(user=account)
        EmailAddress.objects.update_or_create(
            user=account, email=account.email, defaults={"verified": True, "primary": True}
        )
        _note("people.joined", row, Actor.of_person(row.person_id), at)
    return row.person_id


def join_by_invitation(*, clinic: UUID, invitation: UUID, password: str | None, at: datetime) -> UUID:
    """Make an account for the invited address and link the person to it; returns the user. ``None``: no password.

    Raises InputRefused where the invitation no longer works, or the address has an account by now, also where two come
    at once.
    """
    gone = refuse("invitation", "one that still works", "one that was used, withdrawn, or is older than a week")
    try:
        with transaction.atomic():
            row = Invitation.objects.select_for_update().filter(clinic_id=clinic, id=invitation).first()
            if row is None or open_invitation(clinic, invitation, at) is None:
                raise gone
            user = models.User.objects.create_user(address_of(row), password, date_joined=at)
            accept_invitation(clinic=clinic, invitation=invitation, user=user.id, at=at)
    except IntegrityError:
        raise gone from None
    return user.id


def _open(clinic: UUID, person: UUID):  # type: ignore[no-untyped-def]  # a queryset
    return Invitation.objects.filter(clinic_id=clinic, person_id=person, accepted_at=None, withdrawn_at=None)


def _note(kind: str, row: Invitation, actor: Actor, at: datetime) -> None:
    subject = {"person": str(row.person_id), "invitation": str(row.id)}
    facts = {"expires_at": row.expires_at.isoformat()} if kind == "people.invited" else {}
    append(clinic=row.clinic_id, kind=kind, actor=actor, at=at, subject=subject, facts=facts)
