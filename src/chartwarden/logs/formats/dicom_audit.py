"""DICOM audit messages: PS3.15 annex A.5, which IHE's ATNA profile sends, bare or inside syslog.

Element names, attributes and events come from DICOM PS3.15, A.5.1 (schema), A.5.2 (fields) and A.5.3 (messages),
codes from PS3.16 CID 400 to 405, IHE ITI TF-2 section 3.20 and RFC 3881; coded values carry ``csd-code``, or ``code``
as RFC 3881 had it. Transport is RFC 5424 syslog, by RFC 5425 or RFC 6587.

What each event means as an access is the table EVENTS of ``_dicom_codes``; where a message's actor, patient and device
are found, ``_dicom_access``; how messages are told apart in a file, ``_dicom_framing``. Each message gives one event a
patient, or is no access, or is quarantined: truncated, not well formed, larger than 1 MiB, with a DTD or an entity, or
without what the event needs. ``line`` is the line on which ``<AuditMessage`` stands; of several messages on one line,
as octet counting writes them, the second counts as the next line, so that every message has a number of its own.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from contextlib import closing

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import FormatExample, Head, LogFormat, NotAccess, Quarantined, Row, Source
from chartwarden.logs.formats import _dicom_access as access
from chartwarden.logs.formats import _dicom_framing as framing
from chartwarden.logs.formats._dicom_xml import parse
from chartwarden.logs.formats._row_values import RowFault

BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\d{1,10} )?<")
MESSAGE = re.compile(rb"<(?:[\w.-]+:)?AuditMessage[\s>]")
IDENTIFICATION = re.compile(rb"<(?:[\w.-]+:)?EventIdentification\s")


def recognises(head: Head) -> bool:
    """XML or syslog from the first character on, with an audit message in what can be seen."""
    return bool(BEGINS.match(head.start) and MESSAGE.search(head.start) and IDENTIFICATION.search(head.start))


def read(source: Source) -> Iterator[Row]:
    """Each message as its accesses. Raises InputRefused where the file is empty."""
    if not source.path.stat().st_size:
        raise refuse(source.name, "DICOM audit messages", "an empty file")
    with (
        source.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        closing(framing.frames(data)) as frames,
    ):
        line = 0
        for found in frames:
            line = max(found.line, line + 1)
            if isinstance(found, framing.Broken):
                yield Quarantined(line, found.reason)
            elif isinstance(found, framing.Other):
                yield NotAccess(line, "syslog without an audit message")
            else:
                yield from _read(line, found, source)


def _read(line: int, found: framing.Message, source: Source) -> list[Row]:
    """All rows of a message, or one that says why it has none."""
    try:
        message = parse(found.content, found.encoding)
        return list(access.rows(line, message, found.logged_at, source.zone))
    except RowFault as fault:
        return [Quarantined(line, str(fault))]


_VIEW = b"""<AuditMessage>
 <EventIdentification EventActionCode="R" EventDateTime="2026-03-02T09:15:00.5-06:00" EventOutcomeIndicator="0">
  <EventID csd-code="110110" codeSystemName="DCM" originalText="Patient Record"/>
  <PurposeOfUse csd-code="12" codeSystemName="1.0.14265.1" originalText="Payment"/>
 </EventIdentification>
 <ActiveParticipant UserID="coder1" UserIsRequestor="true" NetworkAccessPointTypeCode="2"
   NetworkAccessPointID="10.1.2.3"/>
 <AuditSourceIdentification AuditSourceID="ehr"/>
 <ParticipantObjectIdentification ParticipantObjectID="P7^^^&amp;1.2.3&amp;ISO" ParticipantObjectTypeCode="1"
   ParticipantObjectTypeCodeRole="1">
  <ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/>
 </ParticipantObjectIdentification>
 <ParticipantObjectIdentification ParticipantObjectID="E9" ParticipantObjectTypeCode="2"
   ParticipantObjectTypeCodeRole="20">
  <ParticipantObjectIDTypeCode csd-code="3" codeSystemName="RFC-3881" originalText="Encounter Number"/>
 </ParticipantObjectIdentification>
</AuditMessage>
"""
_EXPORT = (
    b'<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-03-02T15:20:00Z" '
    b'EventOutcomeIndicator="0"><EventID code="110106" codeSystemName="DCM" displayName="Export"/>'
    b'</EventIdentification><ActiveParticipant UserID="coder1" UserIsRequestor="true" '
    b'NetworkAccessPointTypeCode="1" NetworkAccessPointID="ws-17"/><ActiveParticipant UserID="usb:/backup" '
    b'UserIsRequestor="false"><RoleIDCode code="110154" codeSystemName="DCM" displayName="Destination Media"/>'
    b'<MediaIdentifier><MediaType code="110030" codeSystemName="DCM" displayName="USB Disk Emulation"/>'
    b'</MediaIdentifier></ActiveParticipant><AuditSourceIdentification AuditSourceID="pacs"/>'
    b'<ParticipantObjectIdentification ParticipantObjectID="P7" ParticipantObjectTypeCode="1" '
    b'ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode code="2"/></ParticipantObjectIdentification>'
    b'<ParticipantObjectIdentification ParticipantObjectID="P8" ParticipantObjectTypeCode="1" '
    b'ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode code="2"/></ParticipantObjectIdentification>'
    b"</AuditMessage>"
)
_QUERY = (
    b'<AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-03-02T15:21:00Z" '
    b'EventOutcomeIndicator="0"><EventID csd-code="110112" codeSystemName="DCM" originalText="Query"/>'
    b'<EventTypeCode csd-code="ITI-47" codeSystemName="IHE Transactions" originalText="Patient Demographics Query"/>'
    b'</EventIdentification><ActiveParticipant UserID="http://client" UserIsRequestor="true" '
    b'NetworkAccessPointTypeCode="2" NetworkAccessPointID="10.1.2.4"><RoleIDCode csd-code="110153" '
    b'codeSystemName="DCM" originalText="Source Role ID"/></ActiveParticipant>'
    b'<ActiveParticipant UserID="coder2" UserIsRequestor="true"/>'
    b'<AuditSourceIdentification AuditSourceID="pdq"/><ParticipantObjectIdentification ParticipantObjectID="q1" '
    b'ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="24"><ParticipantObjectIDTypeCode '
    b'csd-code="ITI-47"/><ParticipantObjectQuery>RE9FXkpBTkU=</ParticipantObjectQuery>'
    b"</ParticipantObjectIdentification></AuditMessage>"
)
_LOGIN = (
    b'<AuditMessage><EventIdentification EventActionCode="E" EventDateTime="2026-03-02T15:22:00Z" '
    b'EventOutcomeIndicator="4"><EventID csd-code="110114" codeSystemName="DCM" '
    b'originalText="User Authentication"/><EventTypeCode csd-code="110122" codeSystemName="DCM" '
    b'originalText="Login"/></EventIdentification><ActiveParticipant UserID="coder3" UserIsRequestor="true"/>'
    b'<AuditSourceIdentification AuditSourceID="ehr"/></AuditMessage>'
)
_START = _LOGIN.replace(b"110114", b"110100").replace(b"110122", b"110120")
_SYSLOG = b"<85>1 2026-03-02T15:22:01.003Z pacs.example app 42 IHE+RFC-3881 - \xef\xbb\xbf"


def _counted(message: bytes) -> bytes:
    return b"%d %s" % (len(_SYSLOG + message), _SYSLOG + message)


FORMAT = LogFormat(
    title="DICOM audit messages (IHE ATNA), XML or syslog",
    source="DICOM PS3.15 A.5, PS3.16 CID 400 to 405; IHE ITI TF-2 3.20; RFC 3881, RFC 5424, RFC 5425, RFC 6587",
    recognises=recognises,
    read=read,
    examples=(
        FormatExample(
            title="Two messages in a wrapper: a record viewed, and two patients copied to a USB disk",
            content=b'<?xml version="1.0" encoding="UTF-8"?>\n<Log>\n' + _VIEW + _EXPORT + b"\n</Log>\n",
            becomes=(
                {
                    "line": 3, "occurred_at": "2026-03-02T15:15:00.500000", "actor": "coder1", "action": "view",
                    "patient": "P7", "encounter": "E9", "address": "10.1.2.3", "device": None, "outcome": "success",
                    "purpose": "Payment", "document": None, "recorded_at": None,
                },
                {"line": 20, "action": "copy", "patient": "P7", "device": "ws-17", "address": None},
                {"line": 20, "action": "copy", "patient": "P8"},
            ),
            name="atna.xml",
            zone="America/Chicago",
        ),
        FormatExample(
            title="Syslog, one message a line: a query, a failed login, an application's start, a truncated message",
            content=b"\n".join([_SYSLOG + _QUERY, _SYSLOG + _LOGIN[:200], _SYSLOG + _LOGIN, _SYSLOG + _START, b""]),
            becomes=(
                {
                    "line": 1, "actor": "coder2", "action": "search", "patient": None, "query": "DOE^JANE",
                    "address": "10.1.2.4", "recorded_at": "2026-03-02T15:22:01.003000",
                },
                {
                    "line": 3, "actor": "coder3", "action": "login", "outcome": "denied",
                    "recorded_at": "2026-03-02T15:22:01.003000",
                },
            ),
            quarantined=(2,),
            name="atna.log",
        ),
        FormatExample(
            title="Syslog with octet counts",
            content=_counted(_LOGIN) + _counted(_EXPORT),
            becomes=(
                {"line": 1, "action": "login"},
                {"line": 2, "action": "copy", "patient": "P7"},
                {"line": 2, "action": "copy", "patient": "P8"},
            ),
            name="atna.bin",
        ),
    ),
)  # fmt: skip
