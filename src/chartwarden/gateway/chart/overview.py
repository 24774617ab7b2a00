"""The overview of a record: who it is about, visits, problems, allergies, medications, orders, measurements. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from chartwarden.gateway.chart.contracts import Block, Pairs, Row, Said, Table
from chartwarden.gateway.chart.fhir import Resource, first, moment, words
from chartwarden.gateway.chart.results import results
from chartwarden.gateway.chart.tables import lean

Columns = tuple[tuple[str, str], ...]
WHO: Columns = (
    ("Name", "name"), ("Born", "birthDate"), ("Sex", "gender"), ("Died", "deceasedDateTime|deceasedBoolean"),
    ("Language", "communication.language"), ("Marital status", "maritalStatus"),
)  # fmt: skip
SECTIONS: Mapping[str, tuple[str, str, Columns]] = {
    "Encounter": (
        "Visits", "period.start",
        (("When", "period"), ("Kind", "class"), ("Type", "type"), ("Reason", "reasonCode|reasonReference"),
         ("Seen by", "participant.individual"), ("Discharged to", "hospitalization.dischargeDisposition"),
         ("Status", "status")),
    ),
    "Condition": (
        "Problems and diagnoses", "recordedDate",
        (("Problem", "code"), ("Since", "onsetDateTime|onsetPeriod|onsetString|onsetAge"),
         ("Until", "abatementDateTime|abatementPeriod|abatementString|abatementAge"), ("Kind", "category"),
         ("State", "clinicalStatus"), ("Certainty", "verificationStatus")),
    ),
    "AllergyIntolerance": (
        "Allergies", "recordedDate",
        (("To", "code"), ("Reaction", "reaction.manifestation"), ("Criticality", "criticality"),
         ("State", "clinicalStatus"), ("Recorded", "recordedDate")),
    ),
    "MedicationRequest": (
        "Medications", "authoredOn",
        (("Medication", "medicationCodeableConcept|medicationReference"), ("Dosage", "dosageInstruction.text"),
         ("Reason", "reasonCode|reasonReference"), ("Ordered", "authoredOn"), ("Ordered by", "requester"),
         ("Status", "status")),
    ),
    "Immunization": (
        "Immunizations", "occurrenceDateTime",
        (("Vaccine", "vaccineCode"), ("When", "occurrenceDateTime|occurrenceString"), ("Status", "status")),
    ),
    "ServiceRequest": (
        "Orders", "authoredOn",
        (("Order", "code"), ("Reason", "reasonCode|reasonReference"), ("Ordered", "authoredOn"),
         ("Ordered by", "requester"), ("Status", "status")),
    ),
}  # fmt: skip
"""Types of the overview: the title, by which date they are put in order, and the columns."""
MEASURES = "Observation"
KINDS = ("Patient", *SECTIONS, MEASURES)
"""What the overview is fetched from."""


def overview(found: Iterable[Resource], zone: ZoneInfo) -> list[Block]:
    """The page, from all that the policy shows of it. A column that nothing stands in is left out."""
    by_kind: dict[str, list[Resource]] = {}
    for one in found:
        by_kind.setdefault(str(one.get("resourceType")), []).append(one)
    blocks: list[Block] = [
        Pairs("Patient", tuple((name, text) for name, place in WHO if (text := words(one, place, zone))))
        for one in by_kind.get("Patient", ())
    ]
    for kind, (title, date, columns) in SECTIONS.items():
        if kind in by_kind:
            blocks.append(_table(title, date, columns, by_kind[kind], zone))
    if by_kind.get(MEASURES):
        blocks.append(results("Vital signs and other findings", by_kind[MEASURES], zone))
    return blocks or [Said("The EHR holds nothing of the overview for this record.")]


def _table(title: str, date: str, columns: Columns, found: Sequence[Resource], zone: ZoneInfo) -> Table:
    ordered = sorted(found, key=lambda one: first(one, "id"))
    ordered.sort(key=lambda one: moment(first(one, date), zone), reverse=True)
    rows = [Row(tuple(words(one, place, zone) for _, place in columns)) for one in ordered]
    return lean(title, [name for name, _ in columns], rows)


def named(found: Iterable[Resource], zone: ZoneInfo) -> str:
    """The patient's name as the record has it: an official one, else the first."""
    for one in found:
        if one.get("resourceType") == "Patient" and isinstance(one.get("name"), list):
            names = [name for name in one["name"] if isinstance(name, dict)]
            chosen = next((name for name in names if name.get("use") == "official"), names[0] if names else {})
            return words({"name": chosen}, "name", zone)
    return ""
