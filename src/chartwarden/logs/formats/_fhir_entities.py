"""What was accessed: patients, encounter, document and query, from ``entity`` and R5's ``patient`` and ``encounter``.

An entity is a patient where its reference or type says Patient, or where its role is 1 (Patient), or its type is 1
(Person) with no role, and its reference names no other type. Its id is the reference's; for a contained Patient its
identifier, or else its name as a hint; else ``identifier.value`` up to ``^^^`` (an HL7 v2 CX). Queries name patients
only where no entity does.
"""

from __future__ import annotations

from dataclasses import dataclass

from chartwarden.logs.formats import _fhir_contained as contained_in
from chartwarden.logs.formats import _fhir_queries as queries
from chartwarden.logs.formats._fhir_codes import DOCUMENT_OF, ROLE_PATIENT, TYPE_PERSON
from chartwarden.logs.formats._fhir_records import AuditEvent, Entity, Reference
from chartwarden.logs.formats._fhir_values import codes, resource_type, target, text, word


@dataclass(frozen=True, slots=True)
class Subject:
    """A patient as the event names it: an id, or else a hint."""

    id: str | None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Accessed:
    """What an event was about. ``resource`` is the type of what was accessed, where it says so."""

    subjects: tuple[Subject, ...]
    encounter: str | None
    document: str | None
    query: str | None
    resource: str | None


def accessed(event: AuditEvent, rest: bool) -> Accessed:
    """Read the entities. ``rest``: the event is a REST interaction, so a lone Patient is the resource itself."""
    entities = [entity for entity in event.entity or () if entity is not None]
    kinds = [resource_type(entity.what) for entity in entities]
    are_patients = [_is_patient(entity, kind) for entity, kind in zip(entities, kinds, strict=True)]
    people = [entity for entity, is_patient in zip(entities, are_patients, strict=True) if is_patient]
    others = [(e, kind) for e, kind, is_patient in zip(entities, kinds, are_patients, strict=True) if not is_patient]
    query = next((found for entity in entities if (found := _query(entity))), None)
    resource = next((kind for _, kind in others if kind), None) or (queries.searched(query) if query else None)
    if resource is None and query is None and people and rest:
        resource = "Patient"
    document = next((found for entity, kind in others if (found := _document(entity, kind, event.contained))), None)
    return Accessed(
        subjects=_subjects(event, people, entities, query),
        encounter=_encounter([event.encounter, *(entity.what for entity, kind in others if kind == "Encounter")]),
        document=document or DOCUMENT_OF.get(resource or ""),
        query=query,
        resource=resource,
    )


def _is_patient(entity: Entity, kind: str | None) -> bool:
    if kind == "Patient":
        return True
    types = codes(entity.type)
    if "Patient" in types:
        return True
    if kind is not None:
        return False
    roles = codes(entity.role)
    return ROLE_PATIENT in roles or (TYPE_PERSON in types and not roles)


def _subjects(event: AuditEvent, people: list[Entity], all_: list[Entity], query: str | None) -> tuple[Subject, ...]:
    named = [event.patient, *(entity.what for entity in people)]
    found = [subject for what in named if (subject := _subject(what, event.contained))]
    if not found:
        texts = [*(_reference(entity) or "" for entity in all_), query or ""]
        found = [Subject(patient) for item in texts for patient in queries.patients(item)]
    return tuple(dict.fromkeys(found))


def _subject(what: Reference | None, contained: object) -> Subject | None:
    if what is None:
        return None
    reference = text(what.reference, "entity.what.reference")
    resource = contained_in.resolve(reference, contained)
    if resource is not None:
        known = contained_in.identifier(resource)
        return Subject(known) if known else _hinted(contained_in.hint(resource))
    if reference is not None and not reference.startswith("#") and "?" not in reference:
        in_path = queries.PATIENT_PATH.search(reference)
        return Subject(in_path[1] if in_path else target(reference)[1])
    if what.identifier is not None and (value := text(what.identifier.value, "entity.what.identifier.value")):
        return Subject(value.split("^^^")[0].strip() or value)
    return None


def _hinted(hint: str | None) -> Subject | None:
    return Subject(None, hint) if hint else None


def _encounter(named: list[Reference | None]) -> str | None:
    for what in named:
        if what is None:
            continue
        if reference := text(what.reference, "encounter.reference"):
            return target(reference)[1]
        if what.identifier is not None and (value := text(what.identifier.value, "encounter.identifier.value")):
            return value
    return None


def _document(entity: Entity, kind: str | None, contained: object) -> str | None:
    for code in codes(entity.type):
        if code in DOCUMENT_OF:
            return DOCUMENT_OF[code]
    resource = contained_in.resolve(_reference(entity), contained) if contained else None
    return contained_in.document(resource) if resource is not None else DOCUMENT_OF.get(kind or "")


def _query(entity: Entity) -> str | None:
    if query := text(entity.query, "entity.query"):
        return queries.plain(query)
    for value in (_reference(entity), word(entity.description)):
        if value and "?" in value:
            return value
    return None


def _reference(entity: Entity) -> str | None:
    return text(entity.what.reference, "entity.what.reference") if entity.what is not None else None
