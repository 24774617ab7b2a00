"""How states and kinds of work are said on a page."""

from __future__ import annotations

from django import template

from chartwarden.assignments import policy_rules, rules

register = template.Library()
STATES = {
    rules.UNASSIGNED: "Nobody's yet",
    rules.ASSIGNED: "Assigned",
    rules.IN_PROGRESS: "Being coded",
    rules.ON_HOLD: "On hold",
    rules.CODED: "Coded",
    rules.SUBMITTED: "Submitted",
    rules.CLOSED: "Closed",
}
ICONS = {rules.ON_HOLD: "wait", rules.CODED: "done", rules.SUBMITTED: "done", rules.CLOSED: "lock"}


@register.filter
def queue_state(state: str) -> str:
    """A state in words."""
    return STATES[state]


@register.filter
def queue_icon(state: str) -> str:
    """The icon of a state."""
    return ICONS.get(state, "due")


@register.filter
def work_kind(kind: str) -> str:
    """A kind of work in words."""
    return rules.KINDS.get(kind, kind)


@register.filter
def purpose(kind: str) -> str:
    """What a record of this kind of work is opened for, as the gateway takes it."""
    return "quality_review" if kind in rules.REVIEWING else "coding"


@register.filter
def purpose_word(kind: str) -> str:
    """The same as a verb."""
    return "review" if kind in rules.REVIEWING else "code"


@register.filter
def hold_word(hold: str) -> str:
    """Why work is on hold, in words."""
    return rules.HOLDS.get(hold, hold)


@register.filter
def share_of(number: int, most: int) -> int:
    """A number as hundredths of the largest, for the width of a bar."""
    return round(100 * number / most) if most else 0


@register.filter
def sees(clause: policy_rules.Clause) -> str:
    """What a clause lets somebody see, in words."""
    if clause.classes == frozenset(policy_rules.CLASSES):
        return "The whole record"
    missing = [word for name, word in policy_rules.CLASSES.items() if name not in clause.classes]
    if len(missing) < 3:
        return "All but " + " and ".join(missing).lower()
    return ", ".join(word for name, word in policy_rules.CLASSES.items() if name in clause.classes)


@register.filter
def conditions(clause: policy_rules.Clause) -> list[tuple[str, bool]]:
    """The conditions of a clause in words, each with whether it is more than usual."""
    return [
        (words[0] if getattr(clause, name) else words[1], name != "encounter_only" and getattr(clause, name))
        for name, words in policy_rules.CONDITIONS.items()
    ]


@register.filter
def role_of_policy(role: str) -> str:
    """A class of the workforce in words."""
    return policy_rules.ROLES.get(role, role)


@register.filter
def in_order(kinds: frozenset[str]) -> list[str]:
    """Kinds of work in their usual order."""
    return [one for one in rules.KINDS if one in kinds]
