"""Reading a session for the rules, and writing down that somebody is active."""

from __future__ import annotations

from datetime import datetime

from allauth.account.internal.stagekit import unstash_login
from django.http import HttpRequest

from chartwarden.people import models
from chartwarden.people.signin.rules import TOUCH, Gate, Session, gate
from chartwarden.people.signin.seen import note_active
from chartwarden.people.signin.standing import account, standing


def at_the_gate(request: HttpRequest) -> tuple[Gate, int]:
    """The gate that is shut for the signed-in user, and after how many idle minutes their session locks.

    A session that reaches the lock is locked from then on, whatever it asks for; an open one is noted as active, unless
    what is asked for asks by itself.
    """
    found = standing(request.user.pk, request.now)
    known = _session(request)
    shut = gate(known, account(request, found), request.now)
    if shut is Gate.LOCKED and not known.locked:
        request.session["locked"] = True
    elif shut not in (Gate.LOCKED, Gate.OVER, Gate.ENDED) and _is_touch(request, known):
        note_active(request)
    return shut, found.idle_minutes


def _is_touch(request: HttpRequest, known: Session) -> bool:
    """Whether a request shows that somebody is there, and is not noted as such already."""
    polled = getattr(request.resolver_match.func, "polled", False)
    return not polled and request.now - known.active_at >= TOUCH


def hold_account(request: HttpRequest) -> None:
    """Within a transaction: lock the account of whoever is signed in or about to be, so that their changes queue up."""
    coming = None if request.user.is_authenticated else unstash_login(request, peek=True)
    user = request.user.pk if coming is None else getattr(coming.user, "pk", None)
    if user is not None:
        list(models.User.objects.select_for_update(no_key=True).filter(pk=user))


def _session(request: HttpRequest) -> Session:
    """What the session says; one that was begun without the pages begins now."""
    kept = request.session
    for name in ("signed_in_at", "active_at"):
        if name not in kept:
            kept[name] = request.now.isoformat()
    return Session(
        signed_in_at=datetime.fromisoformat(kept["signed_in_at"]),
        active_at=datetime.fromisoformat(kept["active_at"]),
        locked=bool(kept.get("locked")),
    )
