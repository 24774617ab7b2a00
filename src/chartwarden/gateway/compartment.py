"""What may be asked of one patient's record, and the address at the EHR that it becomes. Pure.

An allow-list: of R4's resource types those of a patient's compartment that coding rests on, of each the search
parameters that can only narrow. What is not listed is refused, so nothing leads out of the compartment: no _include,
no _has, no chain, no modifier, no operation, no other format, no POST. https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

PATIENT, BINARY, ENCOUNTER = "Patient", "Binary", "Encounter"
EVERY = frozenset({"_count", "_id", "_lastUpdated", "_sort"})
SEARCHES: Mapping[str, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        PATIENT: "",
        "AllergyIntolerance": "category clinical-status code criticality date type",
        "Claim": "created encounter status use",
        "ClaimResponse": "created status use",
        "ClinicalImpression": "date encounter status",
        "Composition": "category date encounter status type",
        "Condition": "category clinical-status code encounter onset-date recorded-date verification-status",
        "DiagnosticReport": "category code date encounter status",
        "DocumentReference": "category date encounter period status type",
        "Encounter": "class date status type",
        "ImagingStudy": "encounter modality started status",
        "Immunization": "date status vaccine-code",
        "MedicationRequest": "authoredon code encounter intent status",
        "Observation": "category code date encounter status",
        "Procedure": "category code date encounter status",
        "ServiceRequest": "authored category code encounter intent status",
    }.items()
}
"""Search parameters of each type that may be searched, beside EVERY and the patient, whom we set ourselves."""
OF_PATIENT = frozenset({PATIENT, "AllergyIntolerance", "Immunization"})
"""What is said of the patient and not of one visit: given as an overview where a policy opens the encounter alone."""
JSON = frozenset({"json", "application/json", "application/fhir+json"})
MOST_COUNT, MOST_PATH, MOST_QUERY, MOST_VALUE, MOST_PARAMETERS = 200, 200, 2000, 300, 20
IDENTITY = r"(?!\.{1,2}$)[A-Za-z0-9.-]{1,64}"
PATH = re.compile(rf"([A-Z][A-Za-z]{{1,40}})(?:/({IDENTITY}))?", re.ASCII)
VALUES = {
    "_count": re.compile(r"[1-9]\d{0,2}", re.ASCII),
    "_id": re.compile(r"[A-Za-z0-9.-]{1,64}(,[A-Za-z0-9.-]{1,64})*", re.ASCII),
    "_sort": re.compile(r"-?_?[a-z][A-Za-z-]{0,30}(,-?_?[a-z][A-Za-z-]{0,30})*", re.ASCII),
    "encounter": re.compile(r"(Encounter/)?[A-Za-z0-9.-]{1,64}", re.ASCII),
}
PLAIN = re.compile(r"[A-Za-z0-9._-]*", re.ASCII)
SOME_VALUE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """A read of one resource (``identity`` given) or a search of one type. ``parameters`` lack the patient."""

    kind: str
    identity: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def interaction(self) -> str:
        """In FHIR's words: ``read Observation``. Names nobody."""
        return f"{'read' if self.identity else 'search'} {self.kind}"


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Why nothing was asked of the EHR: an HTTP status, a word for the ledger, and a sentence for the person."""

    status: int
    why: str
    sentence: str


METHOD = NotAsked(405, "method", "Records are read here with GET, and never changed. Search with GET, too.")
ADDRESS = NotAsked(403, "address", "Only <type> and <type>/<id> can be asked for, without operations.")
KIND = NotAsked(403, "type", "This type of resource is not one that coding a record rests on.")
LONG = NotAsked(414, "length", "The request is too long.")
UNKNOWN = NotAsked(403, "patient_id", "The queue names this patient by an id that the EHR's FHIR API can't have.")
OTHER = NotAsked(403, "other_patient", "This address opens the record of its own patient, and of nobody else.")
ALONE = "The clinic's policy opens the encounter of your assignment alone"
OTHER_ENCOUNTER = NotAsked(403, "other_encounter", f"{ALONE}, and no other.")
NO_ENCOUNTER = NotAsked(403, "encounter", "These documents don't name a visit, and your work opens one visit alone.")
UNKNOWN_ENCOUNTER = NotAsked(403, "encounter_id", f"{ALONE}, but the queue names none that the EHR can have.")


def asked(method: str, path: str, query: str, patient: str, within: str | None = None) -> Asked | NotAsked:
    """What is asked for of a patient (the EHR's id). ``path`` is what follows the assignment, ``query`` what follows
    the question mark, both as they were sent. ``within``: the one encounter (the EHR's id) that a policy opens; None:
    the whole record.
    """
    if method != "GET":
        return METHOD
    if len(path) > MOST_PATH or len(query) > MOST_QUERY:
        return LONG
    if not re.fullmatch(IDENTITY, patient, re.ASCII):
        return UNKNOWN
    found = PATH.fullmatch(path)
    if found is None:
        return ADDRESS
    kind, identity = found[1], found[2] or ""
    if kind not in SEARCHES and not (kind == BINARY and identity):
        return KIND
    if kind == PATIENT and identity not in ("", patient):
        return OTHER
    parameters = _parameters(kind, identity, query, patient)
    if isinstance(parameters, NotAsked):
        return parameters
    one = Asked(kind, identity, parameters)
    return one if within is None or kind in OF_PATIENT or kind == BINARY else _confined(one, within)


def _confined(one: Asked, within: str) -> Asked | NotAsked:
    """The same of one encounter alone: we set it in each search, as we set the patient."""
    if not re.fullmatch(IDENTITY, within, re.ASCII):
        return UNKNOWN_ENCOUNTER
    name = "_id" if one.kind == ENCOUNTER else "encounter"
    if name not in SEARCHES[one.kind] | EVERY:
        return NO_ENCOUNTER
    if one.identity:
        return OTHER_ENCOUNTER if one.kind == ENCOUNTER and one.identity != within else one
    if any(value not in (within, f"{ENCOUNTER}/{within}") for given, value in one.parameters if given == name):
        return OTHER_ENCOUNTER
    rest = tuple(pair for pair in one.parameters if pair[0] != name)
    # With its type: of some of R4's types the parameter may name an episode of care too, so a bare id finds nothing.
    wanted = within if name == "_id" else f"{ENCOUNTER}/{within}"
    return Asked(one.kind, "", ((name, wanted), *rest))


def _parameters(kind: str, identity: str, query: str, patient: str) -> tuple[tuple[str, str], ...] | NotAsked:
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, strict_parsing=bool(query), errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        return NotAsked(400, "query", "The search can't be read.")
    allowed = frozenset[str]() if identity else SEARCHES[kind] | EVERY
    kept = []
    for name, value in pairs:
        if name == "_format" and value in JSON:
            continue
        if name in ("patient", "subject") and not identity and kind != PATIENT:
            if value not in (patient, f"{PATIENT}/{patient}"):
                return OTHER
            continue
        if kind == PATIENT and name == "_id" and not identity:
            if value != patient:
                return OTHER
            continue
        if name not in allowed:
            return NotAsked(403, "parameter", "The search has a parameter that is not allowed here.")
        if len(value) > MOST_VALUE or not VALUES.get(name, SOME_VALUE).fullmatch(value):
            return NotAsked(400, "value", f"The value of {name} can't be used.")
        kept.append((name, value))
    if any(name == "_count" and int(value) > MOST_COUNT for name, value in kept):
        return NotAsked(400, "value", f"At most {MOST_COUNT} at a time.")
    if len({name for name, _ in kept if name.startswith("_")}) < sum(name.startswith("_") for name, _ in kept):
        return NotAsked(400, "value", "A parameter is given twice.")
    return tuple(kept)


def upstream(one: Asked, patient: str) -> str:
    """The address at the EHR, behind its base: ``<type>/<id>``, or ``<type>?patient=<this patient>`` and what narrows
    it. A patient is searched for by id."""
    if one.identity:
        return f"{one.kind}/{one.identity}"
    whose = "_id" if one.kind == PATIENT else "patient"
    return f"{one.kind}?{'&'.join([f'{whose}={quote(patient)}', *map(_encoded, one.parameters)])}"


def own(one: Asked) -> str:
    """The same behind our own base, which names no patient."""
    return f"{one.kind}?{'&'.join(map(_encoded, one.parameters))}" if one.parameters else one.kind


def _encoded(pair: tuple[str, str]) -> str:
    return f"{pair[0]}={pair[1] if PLAIN.fullmatch(pair[1]) else quote(pair[1], safe='')}"


def told() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Types and their search parameters, for the capability statement and the reference."""
    for kind, names in sorted(SEARCHES.items()):
        yield kind, tuple(sorted(names | EVERY))
