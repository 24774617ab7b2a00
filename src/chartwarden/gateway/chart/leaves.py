"""The pages of one record: its list, and each of them, as far as the policy in force shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chartwarden.assignments.contracts import RecordClass as Class
from chartwarden.assignments.contracts import Scope
from chartwarden.clinics.services import blind_index
from chartwarden.gateway.chart import attached, documents, overview, results
from chartwarden.gateway.chart.contracts import Attachment, Block, Item, Leaf, Said
from chartwarden.gateway.chart.fhir import day, first, when
from chartwarden.gateway.chart.items import LISTED, is_shown, item, listed
from chartwarden.gateway.chart.line import MOST_PAGES, Got
from chartwarden.gateway.chart.reading import NotOffered, Standing, asked, fetched
from chartwarden.gateway.chart.shelf import Listing
from chartwarden.gateway.classes import can_be
from chartwarden.gateway.compartment import BINARY, MOST_COUNT, MOST_VALUE, Asked

OVERVIEW, RESULTS, IMAGING = "overview", "results", "imaging"
TITLES = {OVERVIEW: "Summary", RESULTS: "All results", IMAGING: "Imaging findings"}
OF = {OVERVIEW: Class.OVERVIEW, RESULTS: Class.LABORATORY, IMAGING: Class.RADIOLOGY}
"""Pages that are put together from many resources."""
NONE = {RESULTS: "laboratory results", IMAGING: "imaging findings beside its reports"}
MEASURES = "Observation"
SAID = {
    "DocumentReference": "documents", "Composition": "documents", "DiagnosticReport": "reports",
    "Procedure": "procedures", "ClinicalImpression": "clinical impressions", "ImagingStudy": "imaging studies",
    "Claim": "claims and requests", "ClaimResponse": "payers' answers", "Patient": "who the patient is",
    "Observation": "results and findings", "Encounter": "visits", "Condition": "problems",
    "AllergyIntolerance": "allergies", "MedicationRequest": "medications", "Immunization": "immunizations",
    "ServiceRequest": "orders",
}  # fmt: skip
UNFIT = "The EHR gives this document an id that its FHIR API can't have. Open it in the EHR."
GONE = "This document is not there any more, or the policy does not show it any more."
OUT_OF_SCOPE = "Some of its results are of a class that the policy does not show."


class Spoiled(Exception):
    """Nothing can be shown: the EHR gave nothing at all, or mixed another patient's data in. Says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page's place in the list; ``when`` is its day in words. ``item`` None: a page that is put together."""

    name: str
    title: str
    of: Class
    when: str = ""
    item: Item | None = None


def listing(there: Standing) -> Listing:
    """What is in the record. Raises NoLedger, Spoiled."""
    wanted = [kind for kind in LISTED if can_be(kind) & there.scope.classes]
    if Class.OVERVIEW in there.scope.classes:
        wanted.append("Patient")
    zone = there.reader.clinic.time_zone
    searches, bounds = _searches(there, wanted)
    got = _sound(fetched(there, searches))
    found = [one for part in got for one in part.resources]
    patient = next((one for one in found if one.get("resourceType") == "Patient"), {})
    items = listed(found, there.scope, there.encounter, zone)
    born = when(first(patient, "birthDate"), zone)
    return Listing(items, there.reader.at, overview.named(found, zone), born, tuple(_lacks(got)), bounds)


def places(there: Standing, items: Iterable[Item]) -> list[Place]:
    """All pages of a record in the order in which one leafs through them."""
    whole = {name: Place(name, TITLES[name], of) for name, of in OF.items() if of in there.scope.classes}
    last = [whole.pop(name) for name in (IMAGING,) if name in whole]
    zone = there.reader.clinic.time_zone
    each = [Place(name_of(there, one), one.title, one.of, day(one.when, zone), one) for one in items]
    order = list(Class)
    return sorted([*whole.values(), *each, *last], key=lambda place: order.index(place.of))


def name_of(there: Standing, one: Item) -> str:
    """The word in the address that stands for a document: it tells nothing without the clinic's key."""
    reader = there.reader
    return blind_index(reader.clinic.id, "record page", f"{reader.assignment}/{one.kind}/{one.identity}").hex()


def leaf(there: Standing, place: Place) -> Leaf:
    """One page, fetched anew. Raises NoLedger, Spoiled."""
    if place.item is None:
        return _together(there, place)
    return _document(there, place.item)


def raw(there: Standing, one: Item) -> tuple[Leaf, tuple[Attachment, ...]]:
    """A document's page with its attachments as the EHR has them, for a copy. Raises NoLedger, Spoiled."""
    return _read(there, one)


def _together(there: Standing, place: Place) -> Leaf:
    zone = there.reader.clinic.time_zone
    kinds = overview.KINDS if place.name == OVERVIEW else (MEASURES,)
    searches, bounds = _searches(there, kinds)
    got = _sound(fetched(there, searches))
    found = [
        one for part in got for one in part.resources
        if is_shown(one, _only(there, place.of), there.encounter)
    ]  # fmt: skip
    blocks: list[Block] = [Said(text) for text in (*bounds, *_lacks(got))]
    if place.name == OVERVIEW:
        blocks += overview.overview(found, zone)
    elif found:
        blocks.append(results.results("", found, zone))
    elif not blocks:
        blocks.append(Said(f"The EHR holds no {NONE[place.name]} for this record."))
    return Leaf(place.title, place.of, "", "", blocks)


def _document(there: Standing, one: Item) -> Leaf:
    return _read(there, one)[0]


def _read(there: Standing, one: Item) -> tuple[Leaf, tuple[Attachment, ...]]:
    zone = there.reader.clinic.time_zone
    try:
        wanted = [asked(there, one.kind, one.identity)]
    except NotOffered:
        return _leaf(one, there, [Said(UNFIT)]), ()
    (got,) = _unmixed(fetched(there, wanted))
    if got.why:
        return _leaf(one, there, [Said(got.sentence)]), ()
    resource = got.resources[0]
    if not is_shown(resource, there.scope, there.encounter):
        return _leaf(one, there, [Said(GONE)]), ()
    parts = attached.attachments(resource)
    wanted = [asked(there, BINARY, one.binary) for one in parts if one.binary in got.binaries]
    named = [
        asked(there, MEASURES, "", f"_id={ids}&_count={MOST_COUNT}") for ids in _lots(documents.result_ids(resource))
    ]
    more = _unmixed(fetched(there, [*dict.fromkeys(wanted), *named]))
    measured = [found for part in more if part.asked.kind == MEASURES for found in part.resources]
    shown = [found for found in measured if is_shown(found, there.scope, there.encounter)]
    whole = tuple(_filled(one, more) for one in parts)
    blocks = documents.blocks(resource, whole, shown, zone)
    troubles = [part.sentence for part in more if part.why]
    troubles += [OUT_OF_SCOPE] if len(shown) < len(measured) else []
    return _leaf(item(resource, zone), there, [*(Said(text) for text in dict.fromkeys(troubles)), *blocks]), whole


def _leaf(one: Item, there: Standing, blocks: Sequence[Block]) -> Leaf:
    return Leaf(one.title, one.of, when(one.when, there.reader.clinic.time_zone), one.status, blocks)


def _filled(one: Attachment, got: Iterable[Got]) -> Attachment:
    """An attachment with the bytes of its Binary, where the EHR gave them."""
    for part in got:
        if part.asked.kind == BINARY and one.binary and part.asked.identity == one.binary and not part.why:
            kind, data = attached.binary(part.resources[0])
            return replace(one, data=data, content_type=one.content_type or kind)
    return one


def _searches(there: Standing, kinds: Iterable[str]) -> tuple[list[Asked], tuple[str, ...]]:
    """Searches of these types, and in sentences which of them can't be made within one encounter."""
    found: list[Asked] = []
    bounds: dict[str, list[str]] = {}
    for kind in kinds:
        try:
            found.append(asked(there, kind, "", "" if kind == "Patient" else f"_count={MOST_COUNT}"))
        except NotOffered as why:
            bounds.setdefault(str(why), []).append(SAID.get(kind, kind))
    return found, tuple(f"Not shown: {', '.join(dict.fromkeys(names))}. {why}" for why, names in bounds.items())


def _only(there: Standing, of: Class) -> Scope:
    return replace(there.scope, classes=there.scope.classes & {of})


def _sound(got: list[Got]) -> list[Got]:
    """Answers, of which there are some, and none with another patient's data. Raises Spoiled."""
    if _unmixed(got) and all(one.why for one in got):
        raise Spoiled(got[0].sentence)
    return got


def _unmixed(got: list[Got]) -> list[Got]:
    """Answers without another patient's data. Raises Spoiled."""
    for one in got:
        if one.why == "outside":
            raise Spoiled(one.sentence)
    return got


def _lacks(got: Iterable[Got]) -> Iterator[str]:
    """What is missing, in sentences: what failed for the same reason in one."""
    failed: dict[str, list[str]] = {}
    for one in got:
        name = SAID.get(one.asked.kind, one.asked.kind)
        if one.why:
            failed.setdefault(one.sentence, []).append(name)
        elif one.cut:
            yield f"Only the first {MOST_PAGES * MOST_COUNT:,} are shown of: {name}. Open the EHR for more."
    for sentence, names in failed.items():
        yield f"Not shown: {', '.join(dict.fromkeys(names))}. {sentence}"


def _lots(ids: Sequence[str]) -> Iterator[str]:
    """Ids in lots that one search takes."""
    lot: list[str] = []
    for one in ids:
        if lot and len(",".join([*lot, one])) > MOST_VALUE:
            yield ",".join(lot)
            lot = []
        lot.append(one)
    if lot:
        yield ",".join(lot)
