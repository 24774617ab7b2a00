"""Writing down that somebody is there, without ever keeping a page waiting for it.

Each such write is a durable commit, and on SQLite it would wait for whoever writes at the moment, such as an import of
a large queue. So it is made seldom, and let go where the database is busy: the next page makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponseBase

SEEN = timedelta(minutes=1)
"""When somebody was last seen, as their list of sessions tells it, is written down at most so often."""


class SeenMiddleware:
    """Middleware in place of the library's, which writes at every request."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note the session of whoever is signed in."""
        if request.session.session_key and request.user.is_authenticated:
            _note(request)
        return self.respond(request)


def _note(request: HttpRequest) -> None:
    rows = UserSession.objects.filter(session_key=request.session.session_key, user_id=request.user.pk)
    found = rows.values_list("ip", "user_agent", "last_seen_at").first()
    browser = request.headers.get("User-Agent", "")[: UserSession._meta.get_field("user_agent").max_length]
    if found is None or found[:2] != (get_adapter().get_client_ip(request), browser):
        UserSession.objects.create_from_request(request)
    elif request.now - found[2] >= SEEN:
        with not_waiting():
            rows.update(last_seen_at=request.now)


def note_active(request: HttpRequest) -> None:
    """Note in the session that it is active now. Where its answer changes it anyway, that is saved with it."""
    kept = request.session
    changed = kept.modified
    kept["active_at"] = request.now.isoformat()
    if changed or not kept.session_key:
        return
    kept.modified = False
    with not_waiting():
        Session.objects.filter(session_key=kept.session_key).update(session_data=kept.encode(kept._session))


@contextmanager
def not_waiting() -> Iterator[None]:
    """Give a write up at once where another process writes to SQLite. Within a transaction it is as any other."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        usual = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    except OperationalError as fault:
        if "locked" not in str(fault) and "busy" not in str(fault):
            raise
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
