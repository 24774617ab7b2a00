"""The few places a person goes, by what they may do there."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from chartwarden.people.contracts import Permission

PLACES = (
    ("web:home", "Today", Permission.SEE_HOME),
    ("assignments:my_work", "My work", Permission.CODE_RECORDS),
    ("devices:my_workplace", "My workplace", Permission.ATTEST_WORKPLACE),
    ("assignments:board", "Queue", Permission.SEE_QUEUE),
    ("review:calendar", "Reviews", Permission.SEE_REVIEWS),
    ("logs:imports", "Imports", Permission.SEE_IMPORTS),
    ("people:people", "People", Permission.SEE_PEOPLE),
    ("devices:devices", "Devices", Permission.SEE_DEVICES),
    ("duties:duties", "Duties", Permission.SEE_DUTIES),
    ("review:my_accesses", "My accesses", Permission.SEE_OWN_ACCESSES),
    ("web:ledger", "Ledger", Permission.SEE_LEDGER),
    ("web:settings", "Settings", Permission.SEE_SETTINGS),
)


@dataclass(frozen=True)
class Link:
    """A place in the navigation; ``here`` where it is the present page's."""

    label: str
    address: str
    here: bool


def links(request: HttpRequest) -> tuple[Link, ...]:
    """The places that the member may go to."""
    found = []
    for name, label, permission in PLACES:
        if request.member and request.member.may(permission):
            try:
                address = reverse(name, kwargs={"clinic": request.clinic.id})
            except NoReverseMatch:
                continue
            home = name == "web:home"
            found.append(Link(label, address, request.path == address if home else request.path.startswith(address)))
    return tuple(found)
