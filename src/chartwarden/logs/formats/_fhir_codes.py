"""What the codes of an AuditEvent mean, as tables that both readers use.

Sources: DICOM PS3.16 CID 400 and 401 (110100 …), FHIR's restful-interaction (read, vread …), ISO 21089 lifecycle
events (disclose, amend …), audit-event-action (C R U D E), audit-event-outcome (0 4 8 12) and issue-severity (R5),
object-role and audit-entity-type, LOINC document types, HL7 v2 table 0074 (diagnostic services).
"""

from __future__ import annotations

# In order of precedence: the first line of which the event carries a code decides. None: no access.
CODES: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    ("login", ("110122",)),
    ("logout", ("110123",)),
    (None, (
        "110100", "110101", "110108", "110113", "110120", "110121", *(str(n) for n in range(110124, 110148)),
        "capabilities",
    )),
    ("create", ("110107",)),
    ("print", ("print",)),
    ("export", ("110106", "disclose", "transmit", "extract", "export")),
    ("download", ("download",)),
    ("copy", ("copy",)),
    ("search", ("search", "search-type", "search-system", "search-compartment", "110112")),
    ("open", ("open",)),
    ("view", ("read", "vread", "history", "history-instance", "history-type", "history-system", "view", "access")),
    ("create", ("create", "originate", "receive")),
    ("edit", ("update", "patch", "edit", "amend", "merge", "unmerge", "link", "unlink")),
    ("delete", ("delete", "destroy", "110105")),
    ("login", ("110114",)),
)  # fmt: skip

RANKS = {code: rank for rank, (_, wanted) in enumerate(CODES) for code in wanted}

# Where no code decides, ``action`` does; E (execute) with a query is a search.
LETTERS = {"C": "create", "R": "view", "U": "edit", "D": "delete", "E": "view"}

OUTCOMES = {
    "0": "success", "success": "success", "information": "success", "warning": "success",
    "4": "denied", "8": "denied", "12": "denied", "error": "denied", "fatal": "denied",
}  # fmt: skip

ROLE_PATIENT = "1"
TYPE_PERSON = "1"
SOURCE_USER_DEVICE = "1"
REST = "rest"
SENDS, RECEIVES = "110153", "110152"  # DICOM: Source Role ID, Destination Role ID
SYSTEM_ROLES = frozenset({"110150", "110151", SENDS, RECEIVES, "110154", "110155"})
SYSTEM_RESOURCES = frozenset({"Device", "Organization", "HealthcareService", "Endpoint"})

# A document's kind by LOINC type, diagnostic service, or resource type.
DOCUMENT_OF = {
    "11506-3": "note", "34109-9": "note", "11488-4": "note", "34117-2": "note", "34111-5": "note",
    "34133-9": "note", "34746-8": "note", "28570-0": "operative", "11504-8": "operative",
    "18842-5": "discharge", "28655-9": "discharge", "34105-7": "discharge",
    "11526-1": "pathology", "60567-5": "pathology", "22637-3": "pathology", "LP7839-6": "pathology",
    "PAT": "pathology", "SP": "pathology", "CP": "pathology",
    "11502-2": "lab", "LAB": "lab", "CH": "lab", "HM": "lab", "MB": "lab", "laboratory": "lab", "Specimen": "lab",
    "18748-4": "radiology", "LP29684-5": "radiology", "RAD": "radiology", "CT": "radiology", "NMR": "radiology",
    "RUS": "radiology", "imaging": "radiology", "ImagingStudy": "radiology", "ImagingSelection": "radiology",
    "preauthorization": "prior_authorization",
    "Claim": "billing", "ClaimResponse": "billing", "ExplanationOfBenefit": "billing", "Coverage": "billing",
    "Account": "billing", "ChargeItem": "billing", "Invoice": "billing",
    "Patient": "demographics", "RelatedPerson": "demographics", "Person": "demographics",
    "Encounter": "other", "Condition": "other", "Procedure": "other", "MedicationRequest": "other",
    "MedicationStatement": "other", "MedicationAdministration": "other", "Immunization": "other",
    "AllergyIntolerance": "other", "CarePlan": "other", "ServiceRequest": "other", "Appointment": "other",
    "Consent": "other", "List": "other",
}  # fmt: skip

# Of these, the resource types: what a reference can name.
DOCUMENT_OF_RESOURCE = {name: kind for name, kind in DOCUMENT_OF.items() if name[0].isupper() and name[1:].isalpha()
                        and not name.isupper()}  # fmt: skip

# Resources that are about no patient: reading one is no access to a record.
ABOUT_NO_PATIENT = frozenset({
    "ActivityDefinition", "CapabilityStatement", "CodeSystem", "ConceptMap", "Device", "Endpoint", "HealthcareService",
    "ImplementationGuide", "Library", "Location", "Measure", "MeasureReport", "Medication", "NamingSystem",
    "OperationDefinition", "Organization", "PlanDefinition", "Practitioner", "PractitionerRole", "Questionnaire",
    "SearchParameter", "StructureDefinition", "Subscription", "Substance", "ValueSet",
})  # fmt: skip
