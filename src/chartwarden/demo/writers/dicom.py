"""The access log as DICOM audit messages (PS3.15 A.5) in RFC 5424 syslog, one a line, as IHE's ATNA profile sends them.

These messages hold less than the plain log: no id of the event, and the kind of paper only as a detail. The sequence
number is syslog's own (RFC 5424, section 7.3.1).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from chartwarden.demo.period import utc_text
from chartwarden.demo.world import Access
from chartwarden.demo.writers._writer import Writer

# By action: EventID (code, meaning) and EventActionCode (PS3.15 A.5.2: create, read, update, delete, execute).
_RECORD, _EXPORT = ("110110", "Patient Record"), ("110106", "Export")
_EVENTS = {
    "open": (_RECORD, "E"),
    "view": (_RECORD, "R"),
    "edit": (_RECORD, "U"),
    "create": (_RECORD, "C"),
    "delete": (_RECORD, "D"),
    "search": (("110112", "Query"), "E"),
    "print": (_EXPORT, "R"),
    "export": (_EXPORT, "R"),
    "download": (_EXPORT, "R"),
    "copy": (_EXPORT, "R"),
    "login": (("110114", "User Authentication"), "E"),
    "logout": (("110114", "User Authentication"), "E"),
}
_SESSIONS = {"login": ("110122", "Login"), "logout": ("110123", "Logout")}
# What an export went to (PS3.16 CID 405).
_MEDIA = {
    "print": ("110038", "Paper Document"),
    "copy": ("110030", "USB Disk Emulation"),
    "export": ("110037", "URI"),
    "download": ("110037", "URI"),
}


def write(path: Path, accesses: Sequence[Access]) -> None:
    """One syslog message an access, facility 10 (security), severity 5 (notice), as IHE ITI-20 has it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, access in enumerate(accesses, 1):
            header = f"<85>1 {utc_text(access.at)} ehr.harlowfalls.example ehr 4711 DICOM+RFC3881"
            file.write(f'{header} [meta sequenceId="{number}"] \ufeff{_message(access)}\n')


def _message(access: Access) -> str:
    (code, meaning), letter = _EVENTS[access.action]
    kind = _coded("EventTypeCode", *_SESSIONS[access.action]) if access.action in _SESSIONS else ""
    purpose = f"<PurposeOfUse csd-code={quoteattr(access.purpose)}/>" if access.purpose else ""
    outcome = "0" if access.outcome == "success" else "4"
    return (
        f'<AuditMessage><EventIdentification EventActionCode="{letter}" EventDateTime="{utc_text(access.at)}" '
        f'EventOutcomeIndicator="{outcome}">{_coded("EventID", code, meaning)}{kind}{purpose}</EventIdentification>'
        f"{_participants(access)}"
        '<AuditSourceIdentification AuditSourceID="EHR"/>'
        f"{_objects(access)}</AuditMessage>"
    )


def _coded(name: str, code: str, meaning: str) -> str:
    return f'<{name} csd-code="{code}" codeSystemName="DCM" originalText="{meaning}"/>'


def _participants(access: Access) -> str:
    """The user with the address, the workstation's program with its name, and what an export went to."""
    user = (
        f'<ActiveParticipant UserID={quoteattr(access.actor)} UserIsRequestor="true" '
        f'NetworkAccessPointID={quoteattr(access.address)} NetworkAccessPointTypeCode="2"/>'
    )
    program = (
        f'<ActiveParticipant UserID="ehr-client" UserIsRequestor="false" '
        f'NetworkAccessPointID={quoteattr(access.device)} NetworkAccessPointTypeCode="1">'
        f"{_coded('RoleIDCode', '110150', 'Application')}</ActiveParticipant>"
    )
    if access.action not in _MEDIA:
        return user + program
    medium = (
        '<ActiveParticipant UserID="medium" UserIsRequestor="false">'
        f"{_coded('RoleIDCode', '110154', 'Destination Media')}"
        f"<MediaIdentifier>{_coded('MediaType', *_MEDIA[access.action])}</MediaIdentifier></ActiveParticipant>"
    )
    return user + program + medium


def _objects(access: Access) -> str:
    objects = ""
    if access.patient:
        detail = (
            f'<ParticipantObjectDetail type="document" value="{_base64(access.document)}"/>' if access.document else ""
        )
        objects += _object(access.patient, "1", "1", "2", "Patient Number", detail)
    if access.encounter:
        objects += _object(access.encounter, "2", "20", "3", "Encounter Number", "")
    if access.action == "search":
        query = f"<ParticipantObjectQuery>{_base64(access.query)}</ParticipantObjectQuery>"
        objects += _object("query", "2", "24", "10", "Search Criteria", query)
    return objects


def _object(number: str, kind: str, role: str, id_kind: str, meaning: str, inner: str) -> str:
    return (
        f'<ParticipantObjectIdentification ParticipantObjectID={quoteattr(number)} ParticipantObjectTypeCode="{kind}" '
        f'ParticipantObjectTypeCodeRole="{role}"><ParticipantObjectIDTypeCode csd-code="{id_kind}" '
        f'codeSystemName="RFC-3881" originalText="{escape(meaning)}"/>{inner}</ParticipantObjectIdentification>'
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


WRITER = Writer("accesses.log", write)
