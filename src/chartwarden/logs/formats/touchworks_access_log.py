"""TouchWorks EHR (Altera, formerly Allscripts): the table PatientAccessLog, exported with its header.

Field names and meanings come from the maker's own EHI export definition (TouchWorks EHR 2025.2, table
dbo.PatientAccessLog, "audit of patients brought into context"), published at
https://www.alteradigital.com/download/225/twehr-2025-2/14375/touchworks-ehi-export-definition-twehr-2025-2:
UserID (IDX_User.ID), HostName, PatientID (Person.ID), OpenDTTM, CloseDTTM, ExposureTime, BreakGlassStartDTTM,
BreakGlassExposure, BreakGlassReason, DeviceUsed, BreakType (N: no break of the glass; BG: glass broken; PO).

- A row is one chart held open: an ``open`` at OpenDTTM, local time. CloseDTTM before OpenDTTM quarantines the row.
- ``purpose`` is BreakGlassReason; where the glass was broken (BreakType BG, or a BreakGlassStartDTTM) without a
  reason it says so.
- HostName is the web server and DeviceUsed a kind ("W" for web), so neither tells the workstation: ``device`` is empty.
- The logins of workforce must hold IDX_User.ID, the patients feed Person.ID: the table knows no other names.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartwarden.logs.contracts import AccessEvent, FormatExample, Head, LogFormat, Row, Source
from chartwarden.logs.formats._delimited import header, read_rows
from chartwarden.logs.formats._row_values import Values, expected, instant, need

REQUIRED = ("UserID", "PatientID", "OpenDTTM", "CloseDTTM", "ExposureTime")
BROKEN_WITHOUT_REASON = "break the glass, no reason given"


def recognises(head: Head) -> bool:
    """The columns that only this table has together."""
    return {*REQUIRED, "BreakType"} <= set(header(head.header).names)


def read(source: Source) -> Iterator[Row]:
    """Each row as one opened chart."""

    def row(line: int, values: Values) -> Row:
        opened = instant(values.get("OpenDTTM"), "OpenDTTM", source.zone)
        closed = instant(values.get("CloseDTTM"), "CloseDTTM", source.zone)
        if closed.utc < opened.utc:
            raise expected("CloseDTTM at or after OpenDTTM", f"{values.get('OpenDTTM')} to {values.get('CloseDTTM')}")
        return AccessEvent(
            line=line,
            occurred_at=opened.utc,
            actor=need(values, "UserID", "a user"),
            action="open",
            patient=need(values, "PatientID", "a patient"),
            purpose=_purpose(values),
            guessed=opened.guessed,
        )

    return read_rows(source, REQUIRED, row)


def _purpose(values: Values) -> str | None:
    broken = values.get("BreakType") == "BG" or values.get("BreakGlassStartDTTM") is not None
    return values.get("BreakGlassReason") or (BROKEN_WITHOUT_REASON if broken else None)


_COLUMNS = (
    b"UserID,HostName,PatientID,OpenDTTM,CloseDTTM,ExposureTime,BreakGlassStartDTTM,BreakGlassExposure,"
    b"BreakGlassReason,DeviceUsed,BreakType\n"
)

FORMAT = LogFormat(
    title="TouchWorks EHR, table PatientAccessLog (CSV, TSV or pipe-delimited)",
    source="TouchWorks EHR EHI export definition 2025.2, table dbo.PatientAccessLog (alteradigital.com)",
    recognises=recognises,
    read=read,
    examples=(
        FormatExample(
            title="One chart opened as usual, one behind broken glass, one row that ends before it starts",
            content=_COLUMNS
            + b"4711,TWWEB02,880123,2026-03-02 09:15:00.127,2026-03-02 09:21:40.003,400,NULL,NULL,NULL,W,N\n"
            + b'4711,TWWEB02,880555,2026-03-02 09:22:10.000,2026-03-02 09:23:00.000,50,2026-03-02 09:22:10.000,50,'
            + b'"Security Over-ride, payer asked",W,BG\n'
            + b"4712,TWWEB01,880123,2026-03-02 10:00:00,2026-03-02 09:59:59,0,,,,W,N\n",
            becomes=(
                {
                    "line": 2, "occurred_at": "2026-03-02T15:15:00.127000", "actor": "4711", "action": "open",
                    "patient": "880123", "purpose": None, "device": None,
                },
                {"line": 3, "patient": "880555", "purpose": "Security Over-ride, payer asked"},
            ),
            quarantined=(4,),
            name="PatientAccessLog.csv",
            zone="America/Chicago",
        ),
    ),
)  # fmt: skip
