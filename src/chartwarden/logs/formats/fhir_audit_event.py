"""FHIR AuditEvent, R4, R4B and R5: one resource, a Bundle, a JSON array, or NDJSON (a resource a line).

Field names come from https://hl7.org/fhir/R4/auditevent.html, https://hl7.org/fhir/R4B/auditevent.html and
https://hl7.org/fhir/R5/auditevent.html; how servers fill them from IHE's Basic Audit Log Patterns (BALP,
https://profiles.ihe.net/ITI/BALP/) and the specification's own examples. The rules stand where they are applied:
who acted in ``_fhir_agents``, what was accessed in ``_fhir_entities`` and ``_fhir_queries``, when and how in
``_fhir_events``, the tables of codes in ``_fhir_codes``. ``_fhir_sql`` says the same to DuckDB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Head, LogFormat, NotAccess, Quarantined, Row, Source
from chartwarden.logs.formats._fhir_events import rows_of
from chartwarden.logs.formats._fhir_examples import EXAMPLES
from chartwarden.logs.formats._fhir_layout import FAULTS, rows
from chartwarden.logs.formats._fhir_mend import mend
from chartwarden.logs.formats._fhir_records import AuditEvent
from chartwarden.logs.formats._fhir_sql import fast
from chartwarden.logs.formats._fhir_values import word

_event = msgspec.json.Decoder(AuditEvent)
_MARK = re.compile(r'"resourceType"\s*:\s*"(AuditEvent|Bundle)"')


def recognises(head: Head) -> bool:
    """JSON that names an AuditEvent near its start, or begins as a Bundle."""
    text = head.text.lstrip()
    return text.startswith(("{", "[")) and (match := _MARK.search(text)) is not None and _is_ours(text, match)


def _is_ours(text: str, first: re.Match[str]) -> bool:
    return first[1] == "AuditEvent" or '"AuditEvent"' in text or '"entry"' not in text


def read(source: Source) -> Iterator[Row]:
    """Every resource of the file, in order. Raises InputRefused where the file holds nothing at all."""
    if source.path.stat().st_size == 0:
        raise refuse(source.name, "a FHIR AuditEvent, a Bundle of them, or one a line", "an empty file")
    for line, text in rows(source.path):
        yield from _rows(text, line, source)


def _rows(text: bytes, line: int, source: Source) -> list[Row]:
    event = _decode(text)
    if isinstance(event, str):
        return [Quarantined(line, f"expected a FHIR AuditEvent as JSON; found {event}")]
    if event.resourceType != "AuditEvent":
        kind = word(event.resourceType)
        if kind is None or kind == "Bundle":
            return [Quarantined(line, f"expected a FHIR AuditEvent; found {kind or 'no resourceType'}")]
        return [NotAccess(line, f"a resource of another type: {kind:.64}")]
    return rows_of(event, line, source.zone)


def _decode(text: bytes) -> AuditEvent | str:
    """The event, or what is wrong with it."""
    try:
        return _event.decode(text)
    except FAULTS:
        pass
    try:
        return _event.decode(mend(text))
    except FAULTS as error:
        return f"a fault: {error}"


FORMAT = LogFormat(
    title="FHIR AuditEvent (R4, R4B, R5; IHE BALP)",
    source="https://hl7.org/fhir/R4/auditevent.html, https://hl7.org/fhir/R5/auditevent.html, https://profiles.ihe.net/ITI/BALP/",
    recognises=recognises,
    read=read,
    fast=fast,
    examples=EXAMPLES,
)
