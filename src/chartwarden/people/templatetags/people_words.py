"""Words for roles, states and hours."""

from __future__ import annotations

from django import template

from chartwarden.people.contracts import Hours
from chartwarden.people.forms import DAYS, role_word
from chartwarden.people.mail_texts import MAIL_TEXTS
from chartwarden.people.permissions import permissions_of

register = template.Library()
STATES = {"engaged": "Engaged", "to_come": "Not begun", "ended": "Ended", "suspended": "Suspended",
          "in_force": "In force", "expired": "Expired", "withdrawn": "Withdrawn", "waiting": "Waiting", "sent": "Sent",
          "failed": "Not delivered"}  # fmt: skip
ICONS = {"suspended": "stop", "to_come": "wait", "in_force": "done", "engaged": "done", "waiting": "wait",
         "sent": "done", "failed": "warn"}  # fmt: skip


@register.filter
def role(name: str) -> str:
    """``privacy_officer`` as people say it."""
    return role_word(name)


@register.filter
def roles(names: tuple[str, ...]) -> str:
    """Several roles, with commas."""
    return ", ".join(role_word(name) for name in names) or "–"


@register.filter
def role_lets(name: str) -> list[str]:
    """What a role lets one do, in words."""
    return sorted(permission.value for permission in permissions_of([name]))


@register.filter
def state_word(state: str) -> str:
    """A state in a word."""
    return STATES.get(state, state)


@register.filter
def state_icon(state: str) -> str:
    """A state's icon."""
    return ICONS.get(state, "stop")


@register.filter
def mail_subject(kind: str) -> str:
    """What a mail of a kind is about."""
    return MAIL_TEXTS[kind].subject if kind in MAIL_TEXTS else kind


@register.filter
def hours_word(hours: Hours) -> str:
    """``Monday 08:00–16:30``."""
    over = " (over midnight)" if hours.ends < hours.starts else ""
    return f"{DAYS[hours.weekday]} {_clock(hours.starts)}–{_clock(hours.ends)}{over}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
