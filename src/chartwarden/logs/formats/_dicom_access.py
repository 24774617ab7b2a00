"""One audit message as accesses: who, when, what, whose record.

- The actor is the person among the participants: a requestor first, and rather one whose role is not a program's or a
  medium's; where no person takes part, the user object (role 6, as senders of RFC 3881 write it), else the program.
  Its login is UserID, else AlternativeUserID.
- Its NetworkAccessPointID is the device (a machine name) or the address (an IP address); a person without one has
  that of the program that acted for it.
- Patients are the objects of type 1 (person) in role 1 (patient): their patient numbers, else medical record numbers,
  else whatever id is given; of an HL7 CX (``id^^^authority``) the id. One event each. A patient with a name only
  gives a ``patient_hint``.
- The encounter is the object id of RFC 3881's kind 3; what was searched for, the ParticipantObjectQuery.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import ACTIONS_WITHOUT_PATIENT, AccessEvent, NotAccess, Row
from chartwarden.logs.formats import _dicom_codes as codes
from chartwarden.logs.formats._dicom_xml import Node
from chartwarden.logs.formats._row_values import RowFault, expected, instant

QUERY_LIMIT = 4000
READABLE = re.compile(rb"[\x20-\x7e]{3,}")


def rows(line: int, message: Node, logged_at: str | None, zone: ZoneInfo) -> Iterator[Row]:
    """The accesses of a message, or that it is none. Raises RowFault where it lacks what an access needs."""
    identification = _required(message, "EventIdentification")
    event = _event(identification)
    when = instant(identification.get("EventDateTime"), "EventDateTime", zone)
    objects = message.all("ParticipantObjectIdentification")
    patients = _patients(objects)
    action = _action(event, identification, message, known=bool(patients))
    if action is None:
        yield NotAccess(line, f"DICOM audit: {event.name}")
        return
    if not patients and action not in ACTIONS_WITHOUT_PATIENT:
        raise expected(f"a patient in {event.name} (ParticipantObjectTypeCode 1, role 1)", None)
    actor, point = _actor(message.all("ActiveParticipant"), objects)
    for patient, hint in patients or [(None, None)]:
        yield AccessEvent(
            line=line,
            occurred_at=when.utc,
            recorded_at=_recorded(logged_at, zone),
            actor=actor,
            action=action,
            patient=patient,
            patient_hint=hint,
            encounter=next((found.get("ParticipantObjectID") for found in objects if _is_encounter(found)), None),
            document=_document(event, objects) if patients else None,
            device=point.get(codes.MACHINE_NAME),
            address=point.get(codes.IP_ADDRESS),
            outcome=_outcome(identification.get("EventOutcomeIndicator")),
            purpose=_purpose(event, identification),
            query=_query(objects) if action == "search" else None,
            guessed=when.guessed,
        )


def _required(parent: Node, name: str) -> Node:
    found = parent.first(name)
    if found is None:
        raise expected(f"{name} in {parent.name}", None)
    return found


def _code(node: Node | None) -> str | None:
    """A coded value's code: ``csd-code``, or ``code`` as older senders write it."""
    return None if node is None else node.get("csd-code") or node.get("code")


def _meaning(node: Node) -> str | None:
    return node.get("originalText") or node.get("displayName") or _code(node)


def _event(identification: Node) -> codes.Event:
    event_id = _required(identification, "EventID")
    known = codes.EVENTS.get(_code(event_id) or "")
    return known or codes.EVENTS_BY_NAME.get((_meaning(event_id) or "").lower(), codes.UNKNOWN)


def _action(event: codes.Event, identification: Node, message: Node, *, known: bool) -> str | None:
    """The action, or None where the message is no access. ``known``: a patient is."""
    types = {_code(found) for found in identification.all("EventTypeCode")}
    if event.action == "none" or (event is codes.UNKNOWN and not known):
        return None
    if event.action == "session":
        return "login" if codes.LOGIN in types else "logout" if codes.LOGOUT in types else None
    if event.action == "alert":
        return "open" if known and codes.EMERGENCY_OVERRIDE in types else None
    if event.action == "export":
        return _export(message)
    if event.action != "by_action":
        return event.action
    code = identification.get("EventActionCode") or "R"
    if code not in codes.ACTION_CODES:
        raise expected("C, R, U, D or E in EventActionCode", code)
    return codes.ACTION_CODES[code]


def _export(message: Node) -> str:
    """What an export is, by the medium it went to."""
    media = [
        codes.MEDIA.get(_code(kind.first("MediaType")) or "", "export")
        for participant in message.all("ActiveParticipant")
        for kind in participant.all("MediaIdentifier")
    ]
    return next((action for action in media if action != "export"), "export")


def _is_encounter(found: Node) -> bool:
    return _code(found.first("ParticipantObjectIDTypeCode")) == codes.ENCOUNTER_NUMBER


def _patients(objects: list[Node]) -> list[tuple[str | None, str | None]]:
    """Each patient once: an id, or a hint where only a name is given."""
    found = [
        (_code(node.first("ParticipantObjectIDTypeCode")), node.get("ParticipantObjectID"), node)
        for node in objects
        if _kind(node) == (codes.PERSON, codes.PATIENT_ROLE) and not _is_encounter(node)
    ]
    for kind in (codes.PATIENT_NUMBER, codes.MEDICAL_RECORD_NUMBER, None):
        ids = [text.partition("^")[0].strip() for code, text, _ in found if text and kind in (code, None)]
        if any(ids):
            return [(patient, None) for patient in dict.fromkeys(ids) if patient]
    names = [name.text for _, _, node in found if (name := node.first("ParticipantObjectName"))]
    return [(None, hint) for hint in dict.fromkeys(_hint(name) for name in names if name)]


def _kind(node: Node) -> tuple[str | None, str | None]:
    return node.get("ParticipantObjectTypeCode"), node.get("ParticipantObjectTypeCodeRole")


def _hint(name: str) -> str:
    """A DICOM person name (``FAMILY^GIVEN^…``) as a patient_hint."""
    family, given = [*name.replace("|", " ").split("^"), ""][:2]
    return f"{family.strip()}|{given.strip()}|||"


def _actor(participants: list[Node], objects: list[Node]) -> tuple[str, dict[str, str]]:
    """The actor's login, and where it sat by NetworkAccessPointTypeCode."""
    ranked = sorted(participants, key=_distance)
    person = next((found for found in ranked if not _is_program(found) and _login(found)), None)
    users = [found.get("ParticipantObjectID") for found in objects if _is_user(found)]
    login = _login(person) if person else next(filter(None, [*users, *map(_login, ranked)]), None)
    if login is None:
        raise expected("an ActiveParticipant with a UserID", None)
    points = [point for found in ([person] if person else []) + ranked if (point := _point(found))]
    return login, points[0] if points else {}


def _distance(participant: Node) -> int:
    """How far from having asked for it: requestor, participant, receiver or medium."""
    if _roles(participant) & {codes.DESTINATION, codes.DESTINATION_MEDIA, codes.SOURCE_MEDIA}:
        return 2
    return 0 if (participant.get("UserIsRequestor") or "").lower() in ("true", "1") else 1


def _roles(participant: Node) -> set[str | None]:
    return {_code(role) for role in participant.all("RoleIDCode")}


def _is_program(participant: Node) -> bool:
    return not codes.NOT_PEOPLE.isdisjoint(_roles(participant)) or bool(participant.all("MediaIdentifier"))


def _is_user(found: Node) -> bool:
    is_user_id = _code(found.first("ParticipantObjectIDTypeCode")) == codes.USER_IDENTIFIER
    return is_user_id and _kind(found) == (codes.PERSON, codes.USER_ROLE)


def _login(participant: Node) -> str | None:
    return participant.get("UserID") or participant.get("AlternativeUserID")


def _point(participant: Node) -> dict[str, str]:
    point, kind = participant.get("NetworkAccessPointID"), participant.get("NetworkAccessPointTypeCode")
    return {kind: point} if point and kind in (codes.MACHINE_NAME, codes.IP_ADDRESS) else {}


def _document(event: codes.Event, objects: list[Node]) -> str | None:
    kinds = {_code(found.first("ParticipantObjectIDTypeCode")) for found in objects}
    return event.document or ("radiology" if codes.STUDY_INSTANCE_UID in kinds else None)


def _outcome(indicator: str | None) -> str | None:
    if indicator is not None and indicator not in codes.OUTCOMES:
        raise expected("0, 4, 8 or 12 in EventOutcomeIndicator", indicator)
    return codes.OUTCOMES.get(indicator or "")


def _purpose(event: codes.Event, identification: Node) -> str | None:
    if event.action == "alert":
        return "emergency override"
    said = [meaning for found in identification.all("PurposeOfUse") if (meaning := _meaning(found))]
    return "; ".join(said) or None


def _query(objects: list[Node]) -> str | None:
    """The query in the clear: text as it is, of a DICOM data set its readable parts."""
    payloads = [query.text for found in objects if (query := found.first("ParticipantObjectQuery"))]
    texts = [_plain(payload) for payload in payloads if payload]
    return "; ".join(text for text in texts if text)[:QUERY_LIMIT] or None


def _plain(payload: str) -> str:
    try:
        decoded = base64.b64decode("".join(payload.split()), validate=True)
    except (binascii.Error, ValueError):
        return payload
    try:
        text = decoded.decode()
    except UnicodeDecodeError:
        text = "\0"
    return text if "\0" not in text else " ".join(part.decode() for part in READABLE.findall(decoded))


def _recorded(logged_at: str | None, zone: ZoneInfo) -> datetime | None:
    """The syslog TIMESTAMP. One that no calendar holds is left out: the message itself says when it happened."""
    try:
        return None if logged_at is None else instant(logged_at, "TIMESTAMP", zone).utc
    except RowFault:
        return None
