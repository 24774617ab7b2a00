"""One document as its page shows it: what is said of it, its text, its results, its pictures. Pure."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from chartwarden.gateway.chart import texts
from chartwarden.gateway.chart.contracts import Attachment, Block, Pairs, Picture, Row, Said, Table, Text
from chartwarden.gateway.chart.fhir import Resource, each, first, referred, words
from chartwarden.gateway.chart.items import author
from chartwarden.gateway.chart.results import results
from chartwarden.gateway.chart.tables import lean

SAID: Mapping[str, tuple[tuple[str, str], ...]] = {
    "DocumentReference": (("Type", "type"), ("Visit", "context.period"), ("Facility", "context.facilityType")),
    "Composition": (("Type", "type"), ("Confidentiality", "confidentiality")),
    "DiagnosticReport": (
        ("Examined", "effectiveDateTime|effectivePeriod"), ("Reported", "issued"), ("Service", "category"),
    ),
    "Procedure": (
        ("Done", "performedDateTime|performedPeriod|performedString"), ("Site", "bodySite"),
        ("Reason", "reasonCode|reasonReference"), ("Outcome", "outcome"), ("Complication", "complication"),
        ("Follow-up", "followUp"), ("Devices", "focalDevice.manipulated"), ("Where", "location"),
    ),
    "ClinicalImpression": (
        ("Examined", "effectiveDateTime|effectivePeriod"), ("Problem", "problem"),
        ("Findings", "finding.itemCodeableConcept"), ("Prognosis", "prognosisCodeableConcept"),
    ),
    "ImagingStudy": (
        ("Done", "started"), ("Modality", "modality"), ("Procedure", "procedureCode"), ("Reason", "reasonCode"),
        ("Series", "numberOfSeries"), ("Images", "numberOfInstances"),
    ),
    "Claim": (
        ("For", "use"), ("Type", "type"), ("Priority", "priority"), ("For care", "billablePeriod"),
        ("Diagnoses", "diagnosis.diagnosisCodeableConcept|diagnosisReference"), ("Payer", "insurer"),
        ("Agreed before", "insurance.preAuthRef"), ("Total", "total"),
    ),
    "ClaimResponse": (
        ("For", "use"), ("Type", "type"), ("Outcome", "outcome"), ("In words", "disposition"),
        ("Authorization number", "preAuthRef"), ("Holds", "preAuthPeriod"), ("Payer", "insurer"),
        ("Notes", "processNote.text"), ("Faults", "error.code"),
    ),
}  # fmt: skip
TEXTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "DiagnosticReport": (("Conclusion", "conclusion"), ("Coded conclusion", "conclusionCode")),
    "Procedure": (("Note", "note.text"),),
    "ClinicalImpression": (("Summary", "summary"), ("Note", "note.text")),
    "ImagingStudy": (("Note", "note.text"),),
}
TABLES: Mapping[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "ImagingStudy": (
        "Series", "series",
        (("No.", "number"), ("Modality", "modality"), ("Description", "description"), ("Site", "bodySite"),
         ("Images", "numberOfInstances")),
    ),
    "Claim": (
        "What was asked for", "item",
        (("No.", "sequence"), ("Service", "productOrService"), ("When", "servicedDate|servicedPeriod"),
         ("Quantity", "quantity"), ("Price", "net")),
    ),
    "ClaimResponse": (
        "Answer by item", "item",
        (("No.", "itemSequence"), ("Decision", "adjudication.category"), ("Reason", "adjudication.reason"),
         ("Amount", "adjudication.amount")),
    ),
}  # fmt: skip
ELSEWHERE = "This part lies outside the EHR's FHIR API. Open it in the EHR."
LONG = "The rest is left out here, because it is very long. Open it in the EHR."
NOTHING = "The EHR gave no text for this document."
DEEPEST = 8
ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


def attachments(resource: Resource) -> tuple[Attachment, ...]:
    """What is attached to a document, in its order."""
    places = (*each(resource, "content.attachment"), *each(resource, "presentedForm"))
    found = []
    for one in (place for place in places if isinstance(place, dict)):
        kind, coded = first(one, "contentType"), one.get("data")
        named = referred(first(one, "url"), "Binary")
        binary = named if ID.fullmatch(named) and named not in (".", "..") else ""
        data = _decoded(coded) if isinstance(coded, str) else None
        found.append(Attachment(first(one, "title"), kind, data, "" if data is not None else binary))
    return tuple(found)


def binary(resource: Resource) -> tuple[str, bytes]:
    """Content type and bytes of a Binary; what can't be decoded is empty."""
    return first(resource, "contentType"), _decoded(first(resource, "data")) or b""


def result_ids(resource: Resource) -> tuple[str, ...]:
    """The Observations that a report names."""
    named = (referred(one, "Observation") for one in each(resource, "result.reference"))
    return tuple(dict.fromkeys(one for one in named if ID.fullmatch(one)))


def blocks(
    resource: Resource, attached: Sequence[Attachment], observations: Sequence[Resource], zone: ZoneInfo
) -> list[Block]:
    """All that stands on a document's page. ``attached`` have their bytes by now, as far as the EHR gave them."""
    kind = str(resource.get("resourceType"))
    found: list[Block] = list(_pairs(resource, kind, zone))
    body: list[Block] = [
        Text(title, text) for title, place in TEXTS.get(kind, ()) if (text := words(resource, place, zone))
    ]
    if observations:
        body.append(results("Results", observations, zone))
    body += _sections(resource, 0) if kind == "Composition" else ()
    body += [block for one in attached for block in _attached(one)]
    body += _table(resource, kind, zone)
    if not body and (narrative := texts.plain(first(resource, "text.div"))):
        body.append(Text("", narrative))
    return [*found, *(body or [Said(NOTHING)])]


def _pairs(resource: Resource, kind: str, zone: ZoneInfo) -> Iterator[Pairs]:
    pairs = [("Written by", author(resource))]
    pairs += [(name, words(resource, place, zone)) for name, place in SAID.get(kind, ())]
    told = tuple((name, value) for name, value in pairs if value)
    if told:
        yield Pairs("", told)


def _table(resource: Resource, kind: str, zone: ZoneInfo) -> Iterator[Table]:
    if kind in TABLES:
        title, place, columns = TABLES[kind]
        found = [one for one in each(resource, place) if isinstance(one, dict)]
        rows = [Row(tuple(words(one, path, zone) for _, path in columns)) for one in found]
        if rows:
            yield lean(title, [name for name, _ in columns], rows)


def _sections(resource: Resource, depth: int) -> list[Block]:
    found: list[Block] = []
    for one in each(resource, "section"):
        if isinstance(one, dict) and depth < DEEPEST:
            title = first(one, "title") or first(one, "code.text") or first(one, "code.coding.display")
            text = texts.plain(first(one, "text.div"))
            if text or title:
                found.append(Text(title, text[: texts.MOST_TEXT]))
            found += _sections(one, depth + 1)
    return found


def _attached(one: Attachment) -> Iterator[Block]:
    if one.data is None:
        yield Said(ELSEWHERE, one.title)
        return
    text = texts.text_of(one.content_type, one.data)
    picture = None if text is not None else texts.picture_of(one.data)
    if text is not None:
        yield Text(one.title, text[: texts.MOST_TEXT])
        if len(text) > texts.MOST_TEXT:
            yield Said(LONG)
    elif picture is not None:
        yield Picture(one.title, picture)
    else:
        yield Said(f"This part is {_named(one.content_type)}, which is not shown here. Open it in the EHR.", one.title)


def _named(content_type: str) -> str:
    kind = texts.kind_of(content_type)
    known = {"application/pdf": "a PDF", "image/tiff": "a TIFF picture", "application/dicom": "a DICOM image"}
    return known.get(kind, f"of the type {kind[:60]}" if kind else "of a type that the EHR does not name")


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
