"""One document as its page shows it: what is said of it, its text, its results, its pictures. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from chartwarden.gateway.chart import texts
from chartwarden.gateway.chart.attached import ID
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
DEEP = "Sections within sections go on here deeper than this page shows. Open it in the EHR."
LONG = "The rest is left out here, because it is very long. Open it in the EHR."
NOTHING = "The EHR gave no text for this document."
NO_WORDS = "This document gave no text. Open it in the EHR."
TORN = "A part of this document may be missing here: its markup breaks off. Open it in the EHR."
DEEPEST = 8
NAMED = ("type", "code", "title", "description", "status")
"""What names a resource; the page's head has it."""
WORD = re.compile(r"\w+")
ALSO = "The EHR’s own summary"


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
    body += _narrative(resource, [*found, *body], zone)
    return [*found, *(body or [Said(NOTHING)])]


def _narrative(resource: Resource, shown: Sequence[Block], zone: ZoneInfo) -> Iterator[Block]:
    """The EHR's own telling of a resource, where it has a word that stands nowhere else on the page."""
    markup = first(resource, "text.div")
    told = texts.read(markup)
    texts_shown = [text for block in shown for text in _said(block)]
    texts_shown += [words(resource, name, zone) for name in NAMED]
    known = {word for text in texts_shown for word in _words(text)}
    if told.text and not known.issuperset(_words(told.text)):
        more = len(told.text) > texts.MOST_TEXT
        yield Text(ALSO if any(block.shape != "pairs" for block in shown) else "", told.text[: texts.MOST_TEXT])
        yield from _faults(texts.Words(told.text, told.torn, more))
    elif told.torn:
        yield Said(TORN)


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _said(block: Block) -> Iterator[str]:
    """All that a block tells."""
    yield block.title
    if isinstance(block, Pairs):
        yield from (part for pair in block.pairs for part in pair)
    elif isinstance(block, Table):
        yield from (*block.columns, *(cell for row in block.rows for cell in row.cells))
    elif isinstance(block, Text | Said):
        yield block.text


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
            markup = first(one, "text.div")
            told = texts.read(markup)
            if told.text or title:
                found.append(Text(title, told.text[: texts.MOST_TEXT]))
            more = len(told.text) > texts.MOST_TEXT
            found += _faults(texts.Words(told.text, told.torn, more)) if markup else ()
            found += _sections(one, depth + 1)
        elif isinstance(one, dict):
            found.append(Said(DEEP))
            break
    return found


def _faults(told: texts.Words) -> Iterator[Said]:
    """What a text lacks, in sentences."""
    if not told.text.strip():
        yield Said(NO_WORDS)
    elif told.torn:
        yield Said(TORN)
    if told.more:
        yield Said(LONG)


def _attached(one: Attachment) -> Iterator[Block]:
    if one.data is None:
        yield Said(ELSEWHERE, one.title)
        return
    told = texts.text_of(one.content_type, one.data)
    picture = None if told is not None else texts.picture_of(one.data)
    if told is not None:
        if told.text or one.title:
            yield Text(one.title, told.text)
        yield from _faults(told)
    elif picture is not None:
        yield Picture(one.title, picture)
    else:
        yield Said(f"This part is {_named(one.content_type)}, which is not shown here. Open it in the EHR.", one.title)


def _named(content_type: str) -> str:
    kind = texts.kind_of(content_type)
    known = {"application/pdf": "a PDF", "image/tiff": "a TIFF picture", "application/dicom": "a DICOM image"}
    return known.get(kind, f"of the type {kind[:60]}" if kind else "of a type that the EHR does not name")
