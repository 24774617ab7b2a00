"""Results as a table: what was measured, its value and unit, the range it should lie in, a flag by word. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from chartwarden.gateway.chart.contracts import Row, Table
from chartwarden.gateway.chart.fhir import Resource, bounds, each, first, moment, said, words
from chartwarden.gateway.chart.tables import lean

COLUMNS = ("Test", "Value", "Unit", "Reference range", "Flag", "When", "Status")
ALWAYS = ("Value", "When")
DATES = ("effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "issued")
VALUES = (
    "valueQuantity|valueCodeableConcept|valueString|valueBoolean|valueInteger|valueRange|valueRatio|valueSampledData|"
    "valueTime|valueDateTime|valuePeriod"
)
FLAGS = {
    "H": "High", "HH": "Critically high", "HU": "Significantly high", "L": "Low", "LL": "Critically low",
    "LU": "Significantly low", "A": "Abnormal", "AA": "Critically abnormal", "HX": "Above the method's range",
    "LX": "Below the method's range", ">": "Above the method's range", "<": "Below the method's range",
    "POS": "Positive", "NEG": "Negative", "IND": "Indeterminate", "DET": "Detected", "ND": "Not detected",
    "R": "Resistant", "S": "Susceptible", "I": "Intermediate", "U": "Significantly up", "D": "Significantly down",
    "B": "Better", "W": "Worse", "N": "Normal",
}  # fmt: skip
"""HL7's ObservationInterpretation, in words: https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html"""
CALM = frozenset({"", "Normal", "Negative", "Not detected", "Susceptible", "Better"})
FINAL = frozenset({"final", ""})


def results(title: str, observations: Iterable[Resource], zone: ZoneInfo) -> Table:
    """A table of observations, the newest first; the parts of one stay together below it."""
    ordered = sorted(observations, key=lambda one: (words(one, "code", zone).casefold(), first(one, "id")))
    ordered.sort(key=lambda one: moment(date_of(one), zone), reverse=True)
    rows = [row for one in ordered for row in _rows(one, zone)]
    return replace(lean(title, COLUMNS, rows, ALWAYS), numbers=(1,))


def date_of(observation: Resource) -> str:
    """FHIR's text of when it was so."""
    return next((text for place in DATES if (text := first(observation, place))), "")


def _rows(one: Resource, zone: ZoneInfo) -> Iterator[Row]:
    when = said(date_of(one), zone)
    status = first(one, "status").replace("-", " ")
    yield _row(one, words(one, "code", zone), when, "" if status in FINAL else status, zone)
    for part in each(one, "component"):
        if isinstance(part, dict):
            yield _row(part, f"– {words(part, 'code', zone)}", "", "", zone)


def _row(one: Resource, name: str, when: str, status: str, zone: ZoneInfo) -> Row:
    flag = "; ".join(dict.fromkeys(_flag(found, zone) for found in each(one, "interpretation")))
    value, unit = _value(one, zone)
    return Row((name, value, unit, _range(one, zone), flag, when, status), flag not in CALM)


def _value(one: Resource, zone: ZoneInfo) -> tuple[str, str]:
    quantity = next((found for found in each(one, "valueQuantity") if isinstance(found, dict)), None)
    if quantity is not None:
        number = said({**quantity, "unit": "", "code": ""}, zone)
        return number, said(quantity.get("unit") or quantity.get("code") or "", zone)
    value = words(one, VALUES, zone)
    missing = words(one, "dataAbsentReason", zone)
    notes = "; ".join(said(found, zone) for found in each(one, "note.text"))
    return value or (f"none: {missing}" if missing else notes), ""


def _range(one: Resource, zone: ZoneInfo) -> str:
    found = []
    for span in each(one, "referenceRange"):
        if isinstance(span, dict):
            low, high = (first_number(span, end, zone) for end in ("low", "high"))
            told = first(span, "text") or bounds(low, high)
            meant = words(span, "type", zone)
            found.append(f"{told} ({meant})" if told and meant and meant.casefold() != "normal" else told)
    return "; ".join(text for text in found if text)


def first_number(span: Resource, end: str, zone: ZoneInfo) -> str:
    """One end of a range, without its unit."""
    return next((said(one, zone) for one in each(span, f"{end}.value")), "")


def _flag(concept: object, zone: ZoneInfo) -> str:
    codes = [one for one in each(concept, "coding.code") if isinstance(one, str)]
    known = next((FLAGS[code] for code in codes if code in FLAGS), "")
    return known or said(concept, zone)
