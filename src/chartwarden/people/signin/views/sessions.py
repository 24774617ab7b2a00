"""Where one is signed in, in words and in the clinic's time."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from allauth.usersessions.views import ListUserSessionsView

from chartwarden.people.contracts import signed_in
from chartwarden.people.signin.browsers import browser_name
from chartwarden.people.signin.standing import standing


class Sessions(ListUserSessionsView):
    """One's sessions, newest first."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Each session with its browser's plain name."""
        shown = super().get_context_data(**named)
        for session in shown["sessions"]:
            session.browser = browser_name(session.user_agent)
        shown["sessions"].reverse()
        shown["zone"] = ZoneInfo(standing(self.request.user.pk, self.request.now).time_zone)
        return shown


sessions = signed_in(Sessions.as_view())
