"""Resources contained in an AuditEvent, found by ``#id``. They are of any type: nothing of their shape is sure."""

from __future__ import annotations

from collections.abc import Iterator

from chartwarden.logs.formats._fhir_codes import DOCUMENT_OF
from chartwarden.logs.formats._fhir_values import text, word

Resource = dict[str, object]


def resolve(reference: str | None, contained: object) -> Resource | None:
    """The contained resource that ``#id`` points to; None for any other reference."""
    if reference is None or not reference.startswith("#"):
        return None
    for resource in _items(contained):
        if isinstance(resource, dict) and resource.get("id") == reference[1:]:
            return resource
    return None


def identifier(resource: Resource) -> str | None:
    """The value of the resource's first identifier."""
    return text(_at(_first(resource.get("identifier")), "value"), "contained.identifier.value")


def hint(resource: Resource) -> str | None:
    """A patient's FAMILY|GIVEN|ADDRESS|CITY|POSTAL CODE; None where there is no family name."""
    name, address = _first(resource.get("name")), _first(resource.get("address"))
    parts = [
        _at(name, "family"), _first(_at(name, "given")), _first(_at(address, "line")), _at(address, "city"),
        _at(address, "postalCode"),
    ]  # fmt: skip
    words = [text(part, "contained.name or contained.address") or "" for part in parts]
    return "|".join(word.replace("|", " ") for word in words) if words[0] else None


def document(resource: Resource) -> str | None:
    """What kind of document it is: by its use, type, category or code, else by its resource type."""
    keys = [word(resource.get("use")), *_codes(resource), word(resource.get("resourceType"))]
    return next((DOCUMENT_OF[key] for key in keys if key in DOCUMENT_OF), None)


def _codes(resource: Resource) -> Iterator[str]:
    for field in ("type", "category", "code"):
        for concept in _items(resource.get(field)):
            for coding in _items(_at(concept, "coding")):
                if code := word(_at(coding, "code")):
                    yield code


def _items(value: object) -> list[object]:
    """The elements of an array; a lone value is an array of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(value: object) -> object:
    items = _items(value)
    return items[0] if items else None


def _at(value: object, field: str) -> object:
    return value.get(field) if isinstance(value, dict) else None
