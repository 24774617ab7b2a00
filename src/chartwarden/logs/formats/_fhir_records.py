"""The fields of a FHIR AuditEvent that are read, as structs; R4, R4B and R5 side by side.

Names and shapes: https://hl7.org/fhir/R4/auditevent.html, https://hl7.org/fhir/R4B/auditevent.html and
https://hl7.org/fhir/R5/auditevent.html. Where a release changed a shape (``entity.role`` is a Coding in R4 and a
CodeableConcept in R5), one struct holds both. Leaves are ``Any``: what a leaf may be is judged where it is used,
so a fault in a field that nobody reads costs no row. Containers are typed: an ``agent`` that is no array is a fault.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Code(Struct, gc=False):
    """A Coding of which the code is wanted."""

    code: Any = None


class Coded(Struct, gc=False):
    """A CodeableConcept of which the codes are wanted."""

    coding: list[Code | None] | None = None


class Kind(Struct, gc=False):
    """A Coding in R4, a CodeableConcept in R5."""

    code: Any = None
    coding: list[Code | None] | None = None


class Coding(Struct, gc=False):
    code: Any = None
    display: Any = None


class Concept(Struct, gc=False):
    """A CodeableConcept whose words are wanted."""

    coding: list[Coding | None] | None = None
    text: Any = None


class Identifier(Struct, gc=False):
    value: Any = None


class Reference(Struct, gc=False):
    reference: Any = None
    type: Any = None
    identifier: Identifier | None = None
    display: Any = None


class Period(Struct, gc=False):
    start: Any = None


class Network(Struct, gc=False):
    address: Any = None


class Agent(Struct, gc=False):
    """R4: altId, name, network, purposeOfUse. R5: network[x], authorization."""

    type: Coded | None = None
    who: Reference | None = None
    altId: Any = None  # noqa: N815  (FHIR's own name)
    name: Any = None
    requestor: Any = None
    network: Network | None = None
    networkString: Any = None  # noqa: N815
    networkUri: Any = None  # noqa: N815
    purposeOfUse: list[Concept | None] | None = None  # noqa: N815
    authorization: list[Concept | None] | None = None


class Source(Struct, gc=False):
    observer: Reference | None = None
    type: list[Kind | None] | None = None


class Entity(Struct, gc=False):
    what: Reference | None = None
    type: Code | None = None
    role: Kind | None = None
    description: Any = None
    query: Any = None


class AuditEvent(Struct, gc=False):
    """R4: type, subtype, period, purposeOfEvent. R5: category, code, occurred[x], authorization, patient, encounter."""

    resourceType: Any = None  # noqa: N815
    id: Any = None
    type: Code | None = None
    subtype: list[Code | None] | None = None
    category: list[Coded | None] | None = None
    code: Coded | None = None
    action: Any = None
    recorded: Any = None
    period: Period | None = None
    occurredPeriod: Period | None = None  # noqa: N815
    occurredDateTime: Any = None  # noqa: N815
    outcome: Any = None
    purposeOfEvent: list[Concept | None] | None = None  # noqa: N815
    authorization: list[Concept | None] | None = None
    patient: Reference | None = None
    encounter: Reference | None = None
    agent: list[Agent | None] | None = None
    source: Source | None = None
    entity: list[Entity | None] | None = None
    contained: Any = None
