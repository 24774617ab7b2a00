"""Which class a resource belongs to: the table, and any JSON object whatever."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments.contracts import RecordClass as Class
from chartwarden.gateway.chart.items import LISTED
from chartwarden.gateway.classes import record_class

LOINC, TABLE = "http://loinc.org", "http://terminology.hl7.org/CodeSystem/v2-0074"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
SNOMED = "http://snomed.info/sct"


def concept(code: str, system: str = LOINC, **more: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], **more}


def document(*codes: str, **more: Any) -> dict[str, Any]:
    coding = [{"system": LOINC, "code": code} for code in codes]
    return {"resourceType": "DocumentReference", "type": {"coding": coding}, **more}


def report(category: object, **more: Any) -> dict[str, Any]:
    return {"resourceType": "DiagnosticReport", "category": category, **more}


CASES: list[tuple[dict[str, Any], Class]] = [
    (document("11506-3"), Class.NOTES),
    (document("11488-4"), Class.NOTES),
    (document("34117-2"), Class.NOTES),
    (document("11504-8"), Class.OPERATIVE),
    (document("28570-0"), Class.OPERATIVE),
    (document("11526-1"), Class.LABORATORY),
    (document("11502-2"), Class.LABORATORY),
    (document("18748-4"), Class.RADIOLOGY),
    (document("18842-5"), Class.DISCHARGE),
    (document("8653-8"), Class.DISCHARGE),
    (document("52034-6"), Class.PRIOR_AUTHORIZATION),
    (document(), Class.NOTES),
    (document("99999-9"), Class.NOTES),
    (document("99999-9", "18842-5"), Class.DISCHARGE),
    (document("99999-9", category=[concept("18842-5")]), Class.DISCHARGE),
    (document("11506-3", category=[concept("18842-5")]), Class.NOTES),
    ({"resourceType": "DocumentReference", "type": {"text": "Orthopaedic Discharge Summary"}}, Class.DISCHARGE),
    ({"resourceType": "DocumentReference", "type": {"text": "Radiology consult note"}}, Class.NOTES),
    ({"resourceType": "DocumentReference", "type": {"text": "MRI of the knee"}}, Class.RADIOLOGY),
    ({"resourceType": "DocumentReference", "type": {"text": "Shopping directory"}}, Class.NOTES),
    ({"resourceType": "DocumentReference", "type": concept("11504-8", "urn:our-own")}, Class.NOTES),
    ({"resourceType": "Composition", "type": concept("11504-8")}, Class.OPERATIVE),
    ({"resourceType": "ClinicalImpression"}, Class.NOTES),
    (report([concept("LAB", TABLE)]), Class.LABORATORY),
    (report([concept("SP", TABLE)]), Class.LABORATORY),
    (report([concept("PAT", TABLE)]), Class.LABORATORY),
    (report([concept("RAD", TABLE)]), Class.RADIOLOGY),
    (report([concept("CTH", TABLE)]), Class.OPERATIVE),
    (report([concept("EC", TABLE)]), Class.NOTES),
    (report([concept("OTH", TABLE)]), Class.NOTES),
    (report([concept("LP29684-5")]), Class.RADIOLOGY),
    (report([concept("LP7839-6")]), Class.LABORATORY),
    (report([concept("RAD", TABLE)], code=concept("11526-1")), Class.LABORATORY),
    (report(None), Class.NOTES),
    ({"resourceType": "Observation", "category": [concept("laboratory", CATEGORY)]}, Class.LABORATORY),
    ({"resourceType": "Observation", "category": [concept("imaging", CATEGORY)]}, Class.RADIOLOGY),
    ({"resourceType": "Observation", "category": [concept("vital-signs", CATEGORY)]}, Class.OVERVIEW),
    ({"resourceType": "Observation"}, Class.OVERVIEW),
    ({"resourceType": "Procedure"}, Class.OPERATIVE),
    ({"resourceType": "Procedure", "category": concept("387713003", SNOMED)}, Class.OPERATIVE),
    ({"resourceType": "Procedure", "category": concept("363679005", SNOMED)}, Class.RADIOLOGY),
    ({"resourceType": "ImagingStudy"}, Class.RADIOLOGY),
    ({"resourceType": "Claim", "use": "preauthorization"}, Class.PRIOR_AUTHORIZATION),
    ({"resourceType": "Claim", "use": "predetermination"}, Class.PRIOR_AUTHORIZATION),
    ({"resourceType": "Claim", "use": "claim"}, Class.OVERVIEW),
    ({"resourceType": "ClaimResponse", "use": "preauthorization"}, Class.PRIOR_AUTHORIZATION),
    *(({"resourceType": kind}, Class.OVERVIEW) for kind in ("Patient", "Encounter", "Condition", "AllergyIntolerance")),
    *(({"resourceType": kind}, Class.OVERVIEW) for kind in ("MedicationRequest", "ServiceRequest", "Unheard")),
    ({}, Class.OVERVIEW),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "of"), CASES)
def test_a_resource_has_its_class(resource: dict[str, Any], of: Class) -> None:
    assert record_class(resource) is of


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(["LAB", LOINC, "18842-5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["coding", "code", "system", "text", "display", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from([*LISTED, "Observation", "Patient"]), JSON, JSON, JSON, JSON)
def test_every_object_has_one_class_and_always_the_same(
    kind: str, type_: object, code: object, category: object, use: object
) -> None:
    resource = {"resourceType": kind, "type": type_, "code": code, "category": category, "use": use}
    found = record_class(resource)
    assert isinstance(found, Class)
    assert record_class(resource) is found
    assert record_class({**resource, "resourceType": "Encounter"}) is Class.OVERVIEW
