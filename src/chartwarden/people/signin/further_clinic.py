"""A further clinic of an installation, opened on the server's command line with its first officer invited."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in, checked, open_clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.people.granting import grant_role
from chartwarden.people.invitation_models import Invitation
from chartwarden.people.signin.invitation_mail import link_of
from chartwarden.people.signin.invitations import invite
from chartwarden.people.workforce import add_person

ROLES = ("privacy_officer", "owner")
"""What the first officer holds: somebody must be able to do everything that follows."""


def open_further_clinic(
    *, name: str, time_zone: str, holidays: str, given_name: str, family_name: str, code: str, email: str, at: datetime
) -> tuple[UUID, str]:
    """Make a clinic with its privacy officer and owner, and invite them. Returns the clinic and the invitation's link.

    All of it or nothing. Raises InputRefused where a clinic of that name is here already, and for a time zone, a
    region of holidays or a mail address that is none.
    """
    actor = Actor.of_system("command-line")
    name, holidays = checked("name", name.strip()), checked("holidays", holidays)
    with transaction.atomic():
        with across_clinics():
            if name.casefold() in {one.name.casefold() for one in clinics()}:
                raise refuse("NAME", "a name that no clinic here has", repr(name))
        clinic = open_clinic(name=name, time_zone=time_zone, holidays=holidays, actor=actor, at=at)
        with acting_in(clinic.id):
            person = add_person(
                clinic=clinic.id,
                values={"code": code, "given_name": given_name, "family_name": family_name},
                feed_role=ROLES[0],
                started_on=at.astimezone(clinic.time_zone).date(),
                actor=actor,
                at=at,
            )
            for role in ROLES:
                grant_role(clinic=clinic.id, person=person, role=role, actor=actor, at=at)
            row = invite(clinic=clinic.id, person=person, email=email, actor=actor, at=at)
            return clinic.id, link_of(Invitation.objects.get(clinic_id=clinic.id, id=row))
