"""The list of a record's documents: what each is called, when it was, in the order in which one leafs through. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from chartwarden.assignments.contracts import RecordClass, Scope
from chartwarden.gateway.chart.attached import is_closed
from chartwarden.gateway.chart.confining import belongs
from chartwarden.gateway.chart.contracts import Item
from chartwarden.gateway.chart.fhir import Resource, first, moment, words
from chartwarden.gateway.classes import record_class

LISTED: Mapping[str, tuple[str, str]] = {
    "DocumentReference": ("description|type", "date|context.period.start"),
    "Composition": ("title|type", "date"),
    "DiagnosticReport": ("code", "effectiveDateTime|effectivePeriod.start|issued"),
    "Procedure": ("code", "performedDateTime|performedPeriod.start"),
    "ClinicalImpression": ("description|code", "date|effectiveDateTime|effectivePeriod.start"),
    "ImagingStudy": ("description|procedureCode|modality", "started"),
    "Claim": ("type", "created"),
    "ClaimResponse": ("type", "created"),
}
"""Types that are documents of their own: where their name stands, and where their date."""
NAMES = {
    "DocumentReference": "Document", "Composition": "Document", "DiagnosticReport": "Report", "Procedure": "Procedure",
    "ClinicalImpression": "Clinical impression", "ImagingStudy": "Imaging study", "Claim": "Claim",
    "ClaimResponse": "Payer's answer",
}  # fmt: skip
IN_FORCE = frozenset({"current", "final", "completed", "active", "available", "registered", "complete", ""})
BEGINS = {
    RecordClass.PRIOR_AUTHORIZATION: {"Claim": "Request", "ClaimResponse": "Payer's answer"},
}  # fmt: skip
MOST_TITLE = 120


def listed(resources: Iterable[Resource], scope: Scope, encounter: str, zone: ZoneInfo) -> tuple[Item, ...]:
    """The items of what was found, as far as the policy shows them: class by class, in each the newest first."""
    order = list(RecordClass)
    found = {
        (one.kind, one.identity): one
        for resource in resources
        if resource.get("resourceType") in LISTED and is_shown(resource, scope, encounter)
        for one in [item(resource, zone)]
    }
    by_name = sorted(found.values(), key=lambda one: (one.title.casefold(), one.identity))
    newest = sorted(by_name, key=lambda one: moment(one.when, zone), reverse=True)
    return tuple(sorted(newest, key=lambda one: order.index(one.of)))


def is_shown(resource: Resource, scope: Scope, encounter: str) -> bool:
    """Whether the policy shows a resource: its class, and its encounter where that is asked for."""
    return record_class(resource) in scope.classes and (not scope.encounter_only or belongs(resource, encounter))


def item(resource: Resource, zone: ZoneInfo) -> Item:
    """A resource as the list has it."""
    kind, of = str(resource["resourceType"]), record_class(resource)
    names, dates = LISTED[kind]
    title = next((text for name in names.split("|") if (text := words(resource, name, zone))), "") or NAMES[kind]
    begin = BEGINS.get(of, {}).get(kind, "")
    title = f"{begin}: {title}" if begin and begin != title else title
    told = (first(resource, name) for name in ("status", "docStatus"))
    stands = next((one for one in told if one not in IN_FORCE), "")
    when = next((text for name in dates.split("|") if (text := first(resource, name))), "")
    return Item(kind, str(resource.get("id", "")), of, _cut(title), when, stands.replace("-", " "), is_closed(resource))


def _cut(title: str) -> str:
    clean = " ".join(title.split())
    return clean if len(clean) <= MOST_TITLE else f"{clean[: MOST_TITLE - 1]}…"


def author(resource: Resource) -> str:
    """Who wrote it, where it says so in words."""
    places = ("author", "performer", "performer.actor", "assessor", "provider", "insurer", "custodian")
    return next((text for place in places if (text := first(resource, f"{place}.display"))), "")
