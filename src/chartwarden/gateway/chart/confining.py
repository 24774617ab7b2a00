"""Whether a resource belongs to one encounter, where the policy in force opens no more than that. Pure.

What is said of the patient and not of one visit belongs to every encounter; what names no encounter belongs to none.
"""

from __future__ import annotations

from chartwarden.gateway.chart.fhir import Resource, each, referred
from chartwarden.gateway.compartment import OF_PATIENT

PLACES = ("encounter.reference", "context.encounter.reference", "context.reference", "item.encounter.reference")
"""Where R4's types of a record name their encounter."""


def belongs(resource: Resource, encounter: str) -> bool:
    """Whether it is of this encounter (the EHR's id; "" is of none)."""
    if resource.get("resourceType") in OF_PATIENT:
        return True
    if not encounter:
        return False
    if resource.get("resourceType") == "Encounter":
        return bool(resource.get("id") == encounter)
    return any(referred(one, "Encounter") == encounter for place in PLACES for one in each(resource, place))
