"""How the register's states are said on a page."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from chartwarden.devices import rules

register = template.Library()


@register.filter
def owner_word(owner: str) -> str:
    """Who owns a device, in words."""
    return rules.OWNERS.get(owner, "Not known")


@register.filter
def fault_words(faults: Iterable[str]) -> str:
    """What speaks against a device, in words."""
    found = ", ".join(rules.FAULTS[name] for name in faults)
    return found[:1].upper() + found[1:]


@register.filter
def fingerprint(digits: str) -> str:
    """The beginning and the end of a fingerprint, in pairs."""
    pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
    return f"{':'.join(pairs[:6])}…{':'.join(pairs[-2:])}"


@register.filter
def network_word(kind: str) -> str:
    """The kind of a network, in words."""
    return rules.NETWORKS.get(kind, "Public: neither the office nor the VPN")


@register.filter
def method_word(method: str) -> str:
    """How something was disposed of, in words."""
    return rules.METHODS[method]


@register.filter
def reason_word(reason: str) -> str:
    """What an exception sets aside, in words."""
    return rules.PRECONDITIONS[rules.REASONS[reason]][1]


@register.filter
def open_points(confirmed: Iterable[str]) -> list[str]:
    """The points of the statement that were not confirmed, in words."""
    found = set(confirmed)
    return [text for name, text in rules.STATEMENT.items() if name not in found]
