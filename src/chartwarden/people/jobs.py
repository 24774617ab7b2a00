"""What the people room does by itself."""

from __future__ import annotations

from datetime import timedelta

from chartwarden.kernel.jobs import Job
from chartwarden.people.sending import send_waiting
from chartwarden.people.signin.account_mail import send_account_mails
from chartwarden.people.signin.invitation_mail import send_invitations
from chartwarden.people.tallies import forget_tallies

JOBS = (
    Job("people.send_mail", send_waiting, timedelta(seconds=15)),
    Job("people.send_invitations", send_invitations, timedelta(seconds=15)),
    Job("people.send_account_mails", send_account_mails, timedelta(seconds=15)),
    Job("people.forget_tallies", forget_tallies, timedelta(hours=1)),
)
"""Mails are sent within seconds of the change that they tell of."""
