"""A made-up record as an EHR holds it, one document of each class: nobody's, with nothing in it that names anybody."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import Any

PATIENT, OTHER = "p-rec-1", "p-rec-2"
VISIT, EARLIER = "e-rec-1", "e-rec-0"
LOINC = "http://loinc.org"
SERVICE = "http://terminology.hl7.org/CodeSystem/v2-0074"
PROGRESS = """SUBJECTIVE
Cough for five days, yellow sputum, no chest pain. Eats and drinks little since Sunday.

OBJECTIVE
T 38.4 C, BP 148/86, HR 96, SpO2 94 % on room air. Crackles over the right lower lobe.

ASSESSMENT AND PLAN
1. Community-acquired pneumonia, right lower lobe. Amoxicillin 1 g three times a day for five days.
2. Type 2 diabetes, not at goal. Metformin goes on; HbA1c today.
3. Hypertension, stable."""
CONSULT = """<html><head><title>x</title><style>p{color:red}</style><script>alert(1)</script></head><body>
<h2>Cardiology consultation</h2><p>Asked about a new <b>systolic murmur</b>.</p>
<table><tr><th>Finding</th><th>Result</th></tr><tr><td>Aortic valve</td><td>mild stenosis</td></tr></table>
<p onclick="alert(2)">Echo in twelve months. <a href="javascript:alert(3)">No restriction.</a></p></body></html>"""
CDA = """<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Discharge instructions</title>
<component><structuredBody><component><section><title>Diet</title><text><paragraph>Drink two litres a day.</paragraph>
<list><item>Little salt.</item><item>No alcohol with the antibiotic.</item></list></text></section></component>
</structuredBody></component></ClinicalDocument>"""
DISCHARGE = """Admitted with pneumonia of the right lower lobe, discharged home after three days.
Principal diagnosis: pneumonia, organism not named. Also: type 2 diabetes, hypertension.
Follow-up with the family doctor in one week; chest film in six weeks."""
OPERATIVE = """Procedure: colonoscopy with snare polypectomy.
Findings: one sessile polyp of 8 mm in the sigmoid colon, taken with a cold snare, retrieved.
Complications: none. Blood loss: none to speak of."""


def film(width: int = 360, height: int = 240) -> bytes:
    """A grey picture with a lighter patch, as PNG."""
    rows = b"".join(
        b"\0" + bytes(40 + 90 * (((x - 250) / 60) ** 2 + ((y - 160) / 40) ** 2 < 1) + y // 4 for x in range(width))
        for y in range(height)
    )

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", size), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def coded(code: str, text: str, system: str = LOINC) -> dict[str, Any]:
    """A CodeableConcept."""
    coding = {"system": system, "code": code, "display": text}
    concept = {"coding": [{name: value for name, value in coding.items() if value}], "text": text}
    return {name: value for name, value in concept.items() if value}


def of(kind: str, identity: str, patient: str = PATIENT, **more: Any) -> dict[str, Any]:
    """A resource of a patient."""
    whose = "patient" if kind in ("AllergyIntolerance", "Claim", "ClaimResponse", "Immunization") else "subject"
    return {"resourceType": kind, "id": identity, whose: {"reference": f"Patient/{patient}"}, **more}


def visited(encounter: str = VISIT) -> dict[str, Any]:
    """The encounter that a resource belongs to."""
    return {"encounter": {"reference": f"Encounter/{encounter}"}}


def document(
    identity: str, code: str, title: str, when: str, attachment: dict[str, Any], encounter: str = VISIT, **more: Any
) -> dict[str, Any]:
    """A DocumentReference with one attachment."""
    return of(
        "DocumentReference", identity, status="current", type=coded(code, title), date=when,
        author=[{"display": "R. Okafor, MD"}], content=[{"attachment": attachment}],
        context={"encounter": [{"reference": f"Encounter/{encounter}"}]}, **more,
    )  # fmt: skip


def data(kind: str, content: str | bytes) -> dict[str, Any]:
    """An attachment with its bytes."""
    return {
        "contentType": kind,
        "data": b64encode(content if isinstance(content, bytes) else content.encode()).decode(),
    }


def flagged(flag: str) -> dict[str, Any]:
    """What a laboratory says of a value that is not as it should be."""
    return {"interpretation": [coded(flag, "", INTERPRETATION)]} if flag else {}


def result(identity: str, code: str, name: str, value: float, unit: str, low: float, high: float, flag: str) -> Any:
    """A laboratory result."""
    return of(
        "Observation", identity, status="final", category=[coded("laboratory", "Laboratory", CATEGORY)],
        code=coded(code, name), effectiveDateTime="2026-03-03T08:10:00-06:00", **visited(),
        valueQuantity={"value": value, "unit": unit}, **flagged(flag),
        referenceRange=[{"low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}}],
    )  # fmt: skip


CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
LABS = [
    result("o-wbc", "6690-2", "Leukocytes", 14.2, "10*3/uL", 4.0, 11.0, "H"),
    result("o-hgb", "718-7", "Hemoglobin", 13.9, "g/dL", 12.0, 16.0, ""),
    result("o-plt", "777-3", "Platelets", 251, "10*3/uL", 150, 400, ""),
    result("o-na", "2951-2", "Sodium", 131, "mmol/L", 135, 145, "L"),
    result("o-a1c", "4548-4", "Hemoglobin A1c", 8.1, "%", 4.0, 5.6, "HH"),
]
SECOND = of(
    "Observation", "o-bp", status="final", category=[coded("vital-signs", "Vital signs", CATEGORY)], **visited(),
    code=coded("85354-9", "Blood pressure"), effectiveDateTime="2026-03-02T15:05:00-06:00",
    component=[
        {"code": coded("8480-6", "Systolic"), "valueQuantity": {"value": 148, "unit": "mmHg"}},
        {"code": coded("8462-4", "Diastolic"), "valueQuantity": {"value": 86, "unit": "mmHg"}},
    ],
)  # fmt: skip
OVERVIEW = [
    {
        "resourceType": "Patient", "id": PATIENT, "gender": "female", "birthDate": "1957-11-19",
        "name": [{"use": "official", "family": "Quillfeather", "given": ["Maude"]}],
    },
    {"resourceType": "Patient", "id": OTHER, "name": [{"family": "Quackenbush", "given": ["Abel"]}]},
    of("Encounter", VISIT, status="finished", **{"class": {"code": "IMP", "display": "inpatient"}},
       period={"start": "2026-03-02T14:40:00-06:00", "end": "2026-03-05T11:00:00-06:00"},
       reasonCode=[{"text": "Cough and fever"}]),
    of("Encounter", EARLIER, status="finished", **{"class": {"code": "AMB", "display": "ambulatory"}},
       period={"start": "2025-09-16T09:00:00-05:00", "end": "2025-09-16T11:30:00-05:00"}),
    of("Condition", "c-1", code=coded("J18.9", "Pneumonia, organism not named", "http://hl7.org/fhir/sid/icd-10-cm"),
       clinicalStatus=coded("active", "Active", ""), onsetDateTime="2026-02-25", recordedDate="2026-03-02",
       **visited()),
    of("Condition", "c-2", code=coded("E11.65", "Type 2 diabetes with high blood sugar", ""), onsetDateTime="2014",
       clinicalStatus=coded("active", "Active", ""), recordedDate="2014-06-01", **visited(EARLIER)),
    of("AllergyIntolerance", "a-1", code={"text": "Sulfonamides"}, criticality="low",
       reaction=[{"manifestation": [{"text": "Rash"}]}]),
    of("MedicationRequest", "m-1", status="active", intent="order", authoredOn="2026-03-02T16:00:00-06:00",
       medicationCodeableConcept={"text": "Amoxicillin 500 mg capsule"}, **visited(),
       dosageInstruction=[{"text": "2 capsules three times a day for 5 days"}]),
    SECOND,
]  # fmt: skip
DOCUMENTS = [
    document("d-progress", "11506-3", "Progress note", "2026-03-02T15:20:00-06:00",
             {"contentType": "text/plain; charset=utf-8", "url": "Binary/b-progress"}),
    {"resourceType": "Binary", "id": "b-progress", "contentType": "text/plain",
     "data": b64encode(PROGRESS.encode()).decode()},
    document("d-consult", "11488-4", "Cardiology consultation", "2026-03-03T10:00:00-06:00",
             data("text/html", CONSULT)),
    document("d-operative", "11504-8", "Operative note", "2025-09-16T11:00:00-05:00", data("text/plain", OPERATIVE),
             EARLIER),
    document("d-discharge", "18842-5", "Discharge summary", "2026-03-05T10:45:00-06:00", data("text/plain", DISCHARGE)),
    document("d-instructions", "8653-8", "Discharge instructions", "2026-03-05T10:50:00-06:00",
             data("application/xml", CDA)),
    document("d-scan", "52034-6", "Payer letter", "2026-02-27T09:00:00-06:00",
             data("application/pdf", b"%PDF-1.4 made up")),
    of("DiagnosticReport", "r-blood", status="final", category=[coded("LAB", "Laboratory", SERVICE)], **visited(),
       code=coded("58410-2", "Blood count and chemistry"), effectiveDateTime="2026-03-03T08:10:00-06:00",
       issued="2026-03-03T11:02:00-06:00", performer=[{"display": "Lakeside laboratory"}],
       result=[{"reference": f"Observation/{one['id']}"} for one in LABS]),
    of("DiagnosticReport", "r-polyp", status="final", category=[coded("SP", "Surgical pathology", SERVICE)],
       code=coded("11526-1", "Pathology of the sigmoid polyp"), effectiveDateTime="2025-09-16", **visited(EARLIER),
       conclusion="Tubular adenoma, low-grade dysplasia. Margins free."),
    of("DiagnosticReport", "r-chest", status="final", category=[coded("RAD", "Radiology", SERVICE)], **visited(),
       code=coded("36643-5", "Chest X-ray, two views"), effectiveDateTime="2026-03-02T16:30:00-06:00",
       conclusion="Consolidation of the right lower lobe. No effusion.", presentedForm=[data("image/png", film())]),
    of("Procedure", "x-polyp", status="completed", code={"text": "Colonoscopy with snare polypectomy"},
       performedDateTime="2025-09-16T10:10:00-05:00", bodySite=[{"text": "Sigmoid colon"}], **visited(EARLIER),
       performer=[{"actor": {"display": "T. Lindqvist, MD"}}]),
    of("Claim", "k-1", status="active", use="preauthorization", created="2026-02-26", priority={"text": "normal"},
       type={"text": "Home oxygen"}, provider={"display": "Lakeside Clinic"}, insurer={"display": "Prairie Mutual"},
       insurance=[{"sequence": 1, "focal": True, "coverage": {"display": "Plan B"}}],
       item=[{"sequence": 1, "productOrService": {"text": "Oxygen concentrator, 1 month"}, "quantity": {"value": 1},
              "encounter": [{"reference": f"Encounter/{VISIT}"}]}]),
    of("ClaimResponse", "k-2", status="active", use="preauthorization", created="2026-02-27", outcome="complete",
       type={"text": "Home oxygen"}, insurer={"display": "Prairie Mutual"}, disposition="Approved for one month.",
       preAuthRef="PA-0000-17"),
]  # fmt: skip
STRANGER = document(
    "d-other", "11506-3", "Somebody else's note", "2026-03-02T09:00:00-06:00", data("text/plain", "Not hers.")
) | {"subject": {"reference": f"Patient/{OTHER}"}}
RECORD = [*OVERVIEW, *LABS, *DOCUMENTS, STRANGER]
