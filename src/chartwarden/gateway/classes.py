"""Which class of the record a FHIR R4 resource belongs to, as requirement S1 names them. Pure and total: any JSON
object has exactly one.

What is most exact decides: the resource's own type or code, then its category, then the words that name it. A document
that says nothing known is a note, anything else is of the overview. Codes are LOINC's (document types,
https://loinc.org/document-ontology, and the US Core categories LP29684-5 and others), of HL7 v2 table 0074
(https://terminology.hl7.org/CodeSystem-v2-0074.html), of FHIR's observation-category and of SNOMED CT (kinds of
procedure).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chartwarden.assignments.contracts import RecordClass as Class

LOINC = ("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1", "")
SERVICES = (
    "http://terminology.hl7.org/CodeSystem/v2-0074", "http://hl7.org/fhir/v2/0074",
    "urn:oid:2.16.840.1.113883.12.74", "",
)  # fmt: skip
CATEGORIES = (
    "http://terminology.hl7.org/CodeSystem/observation-category", "http://hl7.org/fhir/observation-category", "",
)  # fmt: skip
SNOMED = ("http://snomed.info/sct", "")
OF_TYPE = {
    code: of
    for of, codes in {
        # progress; history and physical; consultation; visit; emergency; assessment; nursing; referral; episode
        Class.NOTES: "11506-3 34130-5 18733-6 34117-2 11492-6 28626-0 34095-0 47039-3 51849-8 11488-4 34104-0 51845-6 "
        "34109-9 34108-1 34111-5 34112-3 51848-0 34746-8 57133-1 57170-3 34133-9 34120-6 67860-7 67862-3 74207-2",
        # operations; procedure notes; interventions; endoscopy, bronchoscopy, catheterization; around an operation
        Class.OPERATIVE: "11504-8 34868-0 34877-1 34818-5 28570-0 11505-5 34121-4 34896-1 34899-5 47048-4 18751-8 "
        "18746-8 18744-3 18753-4 18745-0 59776-5 29752-3 34750-0",
        # laboratory; its specialties; pathology; cytology; autopsy
        Class.LABORATORY: "11502-2 26436-6 18719-5 18723-7 18725-2 18727-8 26437-4 26438-2 11526-1 26439-0 60567-5 "
        "22637-3 33746-9 22034-3 18743-5",
        # imaging; radiology; its narrative and impression; key images
        Class.RADIOLOGY: "18748-4 18726-0 68604-8 18782-3 19005-8 55111-9 55113-5",
        # summaries; instructions; the hospital course; transfer
        Class.DISCHARGE: "18842-5 11490-0 28655-9 34745-0 34105-7 34106-5 59258-4 59259-2 57058-0 74213-0 60280-5 "
        "8653-8 8648-8 18761-7",
        # the request; the payer's letter; insurance forms
        Class.PRIOR_AUTHORIZATION: "52036-1 52034-6 64291-8",
    }.items()
    for code in codes.split()
}
"""LOINC document types."""
OF_GROUP = {"LP29684-5": Class.RADIOLOGY, "LP7839-6": Class.LABORATORY, "LP29693-6": Class.LABORATORY}
"""LOINC parts by which US Core sorts reports: radiology, pathology, laboratory."""
OF_SERVICE = {
    code: of
    for of, codes in {
        Class.LABORATORY: "LAB PAT SP CP CG CH HM MB MCB MYC PAR VR SR IMM TX URN BG BLB GE OSL",
        Class.RADIOLOGY: "RAD IMG RX CT NMR NMS RUS OUS VUS CUS XRC RT",
        Class.OPERATIVE: "CTH",
        Class.NOTES: "PHY NRS OT PT RC AU EC EN PF ICU",
    }.items()
    for code in codes.split()
}
"""Services of a DiagnosticReport (HL7 v2 table 0074); PHR and OTH say nothing."""
OF_CATEGORY = {"laboratory": Class.LABORATORY, "imaging": Class.RADIOLOGY}
OF_PROCEDURE = {"363679005": Class.RADIOLOGY, "103693007": Class.OPERATIVE, "387713003": Class.OPERATIVE}
"""SNOMED CT: imaging, diagnostic procedure, surgical procedure. Others count as procedures too."""
OF_WORDS = tuple(
    (re.compile(words, re.IGNORECASE), of)
    for words, of in (
        (r"\bdischarge (summary|instructions)|\btransfer summary", Class.DISCHARGE),
        (r"\b(prior|pre)[- ]?authori[sz]ation|\bpayer letter", Class.PRIOR_AUTHORIZATION),
        (r"\bconsult|\bprogress note|\bhistory and physical|\bvisit note|\bSOAP\b", Class.NOTES),
        (r"\boperati(on|ve) (note|report)|\bprocedure (note|report)|\bsurgical operation|\banesth", Class.OPERATIVE),
        (r"\bpatholog|\blaborator|\bcytolog|\bbiopsy\b", Class.LABORATORY),
        (r"\bradiolog|\bx-?ray\b|\bmammogra|\bultrasound\b|\bfluorosc|\bimaging\b|\b(CT|MRI?|PET)\b", Class.RADIOLOGY),
    )
)  # fmt: skip
"""Words in the name of a type that no table has, the first that fits: LOINC has thousands of types named alike."""
DOCUMENTS = frozenset({"Composition", "DiagnosticReport", "DocumentReference", "ClinicalImpression"})
PAYERS = frozenset({Class.PRIOR_AUTHORIZATION, Class.OVERVIEW})
CAN_BE: Mapping[str, frozenset[Class]] = {
    "Observation": frozenset({Class.LABORATORY, Class.RADIOLOGY, Class.OVERVIEW}),
    "Procedure": frozenset({Class.OPERATIVE, Class.RADIOLOGY}),
    "ImagingStudy": frozenset({Class.RADIOLOGY}),
    "Claim": PAYERS,
    "ClaimResponse": PAYERS,
    **dict.fromkeys(DOCUMENTS, frozenset(Class) - {Class.OVERVIEW}),
}
"""Which classes resources of a type can be of; of any other type all are of the overview."""
OVERVIEW = frozenset({Class.OVERVIEW})
PREAUTHORIZED = frozenset({"preauthorization", "predetermination"})


def record_class(resource: Mapping[str, Any]) -> Class:
    """The class of a resource as its JSON tells of it. What is not shaped as FHIR says counts as not said."""
    kind = resource.get("resourceType")
    if kind == "Observation":
        return next(_codes(resource.get("category"), CATEGORIES, OF_CATEGORY), Class.OVERVIEW)
    if kind == "ImagingStudy":
        return Class.RADIOLOGY
    if kind == "Procedure":
        return next(_codes(resource.get("category"), SNOMED, OF_PROCEDURE), Class.OPERATIVE)
    if kind in ("Claim", "ClaimResponse"):
        use = resource.get("use")
        return Class.PRIOR_AUTHORIZATION if isinstance(use, str) and use in PREAUTHORIZED else Class.OVERVIEW
    if kind in DOCUMENTS:
        return _of_document(resource)
    return Class.OVERVIEW


def can_be(kind: str) -> frozenset[Class]:
    """The classes that resources of a type can be of."""
    return CAN_BE.get(kind, OVERVIEW)


def _of_document(resource: Mapping[str, Any]) -> Class:
    named = [resource.get("type"), resource.get("code")]
    found = (
        *_codes(named, LOINC, OF_TYPE),
        *_codes(resource.get("category"), LOINC, OF_TYPE),
        *_codes(resource.get("category"), SERVICES, OF_SERVICE),
        *_codes(resource.get("category"), LOINC, OF_GROUP),
        *_worded([*named, resource.get("category")]),
    )
    return found[0] if found else Class.NOTES


def _codes(concepts: object, systems: tuple[str, ...], table: Mapping[str, Class]) -> Iterator[Class]:
    """The classes of the codes of a CodeableConcept, or of a list of them, that a table has."""
    for concept in _listed(concepts):
        for coding in _listed(concept.get("coding")):
            code, system = coding.get("code"), coding.get("system", "")
            if isinstance(code, str) and system in systems and code in table:
                yield table[code]


def _worded(concepts: list[object]) -> Iterator[Class]:
    """The class that the words of a concept tell of."""
    for concept in (one for several in concepts for one in _listed(several)):
        texts = [concept.get("text"), *(coding.get("display") for coding in _listed(concept.get("coding")))]
        for text in texts:
            if isinstance(text, str):
                yield from (of for words, of in OF_WORDS if words.search(text))


def _listed(value: object) -> list[Mapping[str, Any]]:
    """The objects in a value that is one or a list of them."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]
