"""What others may have the people room do. Who may ask for it is said by permissions.py and roles.py."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chartwarden.kernel.decisions import Decision
from chartwarden.people import models
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.granting import grant_role, withdraw_role
from chartwarden.people.hours import record_leave, set_working_hours, withdraw_leave
from chartwarden.people.mailing import notify
from chartwarden.people.permissions import may
from chartwarden.people.sending import configured as mail_configured
from chartwarden.people.signin.account_mail import ask_for_new_password, send_account_mails
from chartwarden.people.signin.fresh import ask_again, fresh, needs_fresh, needs_fresh_form, page_of
from chartwarden.people.signin.further_clinic import open_further_clinic
from chartwarden.people.signin.gatekeeping import at_the_gate, hold_account
from chartwarden.people.signin.invitation_mail import send_invitations
from chartwarden.people.signin.invitations import accept_invitation, invite, withdraw_invitation
from chartwarden.people.signin.presence import Presence, show_presence
from chartwarden.people.signin.resetting import reset_factors, reset_factors_here, see_factor_reset
from chartwarden.people.signin.rewrapping import rewrap_second_factors
from chartwarden.people.signin.rules import Gate
from chartwarden.people.tallies import tally
from chartwarden.people.tokens import make_token, note_token_use, withdraw_token
from chartwarden.people.workforce import (
    add_person,
    change_person,
    end_engagement,
    link_user,
    rehire,
    reinstate,
    suspend,
)

__all__ = [
    "Gate",
    "Presence",
    "accept_invitation",
    "add_person",
    "add_user",
    "ask_again",
    "ask_for_new_password",
    "at_the_gate",
    "change_person",
    "decide",
    "end_engagement",
    "fresh",
    "grant_role",
    "hold_account",
    "invite",
    "link_user",
    "mail_configured",
    "make_token",
    "needs_fresh",
    "needs_fresh_form",
    "note_token_use",
    "notify",
    "open_further_clinic",
    "page_of",
    "record_leave",
    "rehire",
    "reinstate",
    "reset_factors",
    "reset_factors_here",
    "rewrap_second_factors",
    "see_factor_reset",
    "send_account_mails",
    "send_invitations",
    "set_working_hours",
    "show_presence",
    "suspend",
    "tally",
    "withdraw_invitation",
    "withdraw_leave",
    "withdraw_role",
    "withdraw_token",
]


def add_user(*, email: str, password: str | None, at: datetime) -> UUID:
    """Somebody who may sign in; a person of a clinic is linked to them when they are invited or added."""
    return models.User.objects.create_user(email, password, date_joined=at).id


def decide(member: Member, permission: Permission) -> Decision:
    """Whether a member may do a thing, by permissions.py."""
    return may(member, permission)
