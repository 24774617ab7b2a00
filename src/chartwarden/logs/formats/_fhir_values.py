"""Leaves, codes and references of a FHIR record, read by one rule each."""

from __future__ import annotations

import re

from chartwarden.logs.formats._fhir_records import Code, Coded, Concept, Kind, Reference

LONGEST = 1024 * 1024  # "Strings SHALL NOT exceed 1,048,576 characters", https://hl7.org/fhir/R4/datatypes.html#string
LARGEST = 10**18  # a number in place of a text is read as its digits up to here

ID = r"[A-Za-z0-9.\-]{1,64}"
REFERENCE = re.compile(rf"(?:.*/)?([A-Z][A-Za-z]+)/({ID})(?:/_history/[^/]*)?", re.DOTALL)


class Wrong(Exception):
    """A value that cannot be used; the message says what was expected and what was found."""


def text(value: object, field: str) -> str | None:
    """A leaf as trimmed text, None where it is absent or empty. Raises Wrong where it is no text.

    A whole number counts as its digits, as some systems write ids so.
    """
    if value is None:
        return None
    if type(value) is str:
        if len(value) > LONGEST:
            raise Wrong(f"expected at most {LONGEST:,} characters in {field}; found {len(value):,}")
        if "\0" in value:
            raise Wrong(f"expected text in {field}; found a NUL byte in it")
        return value.strip() or None
    if type(value) is int and abs(value) < LARGEST:
        return str(value)
    raise Wrong(f"expected text in {field}; found {_shown(value)}")


def word(value: object) -> str | None:
    """A code, exactly as it stands; None where it is none."""
    if type(value) is str:
        return value
    return str(value) if type(value) is int else None


def codes(*kinds: Code | Coded | Kind | None) -> list[str]:
    """Every code of some Codings or CodeableConcepts, in order."""
    found = []
    for kind in kinds:
        if kind is None:
            continue
        if not isinstance(kind, Coded) and (code := word(kind.code)):
            found.append(code)
        if not isinstance(kind, Code) and kind.coding:
            found += [code for coding in kind.coding if coding is not None and (code := word(coding.code))]
    return found


def words_of(concepts: list[Concept | None] | None, field: str) -> str | None:
    """What the first concept says: its text, or its first coding's display or code."""
    first = concepts[0] if concepts else None
    if first is None:
        return None
    coding = first.coding[0] if first.coding else None
    found = text(first.text, field)
    if found is None and coding is not None:
        found = text(coding.display, field) or text(coding.code, field)
    return found


def target(reference: str) -> tuple[str | None, str]:
    """Resource type and id of a reference: relative, absolute or versioned. A urn gives its last part, any other
    text stands for itself; neither has a type."""
    if match := REFERENCE.fullmatch(reference):
        return match[1], match[2]
    if reference.startswith("urn:"):
        return None, reference.rpartition(":")[2]
    return None, reference


def resource_type(reference: Reference | None) -> str | None:
    """What kind of resource a reference points to, where it says so. Contained ones (``#id``) are not followed."""
    if reference is None:
        return None
    found = word(reference.reference)
    return (target(found.strip())[0] if found else None) or word(reference.type)


def _shown(value: object) -> str:
    names = {bool: "true or false", float: "a number", int: "a number", list: "an array", dict: "an object"}
    return names.get(type(value), type(value).__name__)
