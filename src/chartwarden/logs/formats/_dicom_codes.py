"""The codes of DICOM audit messages: what each EventID means as an access.

EventIDs are CID 400 of DICOM PS3.16 as PS3.15 section A.5.3 uses them, and IHE's IHE0001 to IHE0005 (ITI TF-2, 3.20).
Roles of participants are CID 402, media CID 405; the kinds of ids are RFC 3881 section 5.5.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Event:
    """An EventID: its name, what it is as an access, and the document it shows.

    ``action`` is one of our actions; or ``by_action`` (EventActionCode decides), ``session`` (EventTypeCode tells login
    from logout), ``alert`` (an access only where an emergency override starts), ``none`` (no access to a record).
    """

    name: str
    action: str
    document: str | None = None


EVENTS = {
    "110100": Event("Application Activity", "none"),
    "110101": Event("Audit Log Used", "none"),
    # The intent to send a patient's images: an access to be explained even where the transfer never ends.
    "110102": Event("Begin Transferring DICOM Instances", "open", "radiology"),
    "110103": Event("DICOM Instances Accessed", "by_action", "radiology"),
    # Sent is "R", received "C": a transfer inside the security domain is no copy kept (that is Export).
    "110104": Event("DICOM Instances Transferred", "by_action", "radiology"),
    "110105": Event("DICOM Study Deleted", "delete", "radiology"),
    "110106": Event("Export", "export"),
    "110107": Event("Import", "create"),
    "110108": Event("Network Entry", "none"),
    "110109": Event("Order Record", "by_action", "other"),
    "110110": Event("Patient Record", "by_action"),
    "110111": Event("Procedure Record", "by_action", "radiology"),
    "110112": Event("Query", "search"),
    "110113": Event("Security Alert", "alert"),
    "110114": Event("User Authentication", "session"),
    "IHE0001": Event("Health Services Provision Event", "by_action", "other"),
    "IHE0002": Event("Medication Event", "by_action", "other"),
    "IHE0003": Event("Patient Care Resource Assignment", "by_action", "other"),
    "IHE0004": Event("Patient Care Episode", "by_action", "other"),
    "IHE0005": Event("Patient Care Protocol", "by_action", "other"),
}
# Some senders write no code, or one of their own, and only a name: the standard's, or these.
EVENTS_BY_NAME = {event.name.lower(): event for event in EVENTS.values()} | {
    "login": Event("Login", "login"),
    "logout": Event("Logout", "logout"),
}
UNKNOWN = Event("other audit message", "by_action")

LOGIN, LOGOUT, EMERGENCY_OVERRIDE = "110122", "110123", "110127"
ACTION_CODES = {"C": "create", "R": "view", "U": "edit", "D": "delete", "E": "open"}
OUTCOMES = {"0": "success", "4": "denied", "8": "denied", "12": "denied"}

# Participants that are programs or media, not people.
APPLICATION, LAUNCHER, DESTINATION, SOURCE = "110150", "110151", "110152", "110153"
DESTINATION_MEDIA, SOURCE_MEDIA = "110154", "110155"
NOT_PEOPLE = frozenset({APPLICATION, LAUNCHER, DESTINATION, SOURCE, DESTINATION_MEDIA, SOURCE_MEDIA})

# An Export onto film or paper is a print, onto a medium that one carries away a copy.
MEDIA: dict[str, Literal["print", "copy", "export"]] = {
    "110010": "print",  # Film
    "110038": "print",  # Paper Document
    "110030": "copy",  # USB Disk Emulation
    "110032": "copy",  # CD
    "110033": "copy",  # DVD
    "110034": "copy",  # Compact Flash
    "110035": "copy",  # Multi-media Card
    "110036": "copy",  # Secure Digital Card
    "110031": "export",  # Email
    "110037": "export",  # URI
}

PERSON, PATIENT_ROLE, USER_ROLE = "1", "1", "6"
MEDICAL_RECORD_NUMBER, PATIENT_NUMBER, ENCOUNTER_NUMBER, USER_IDENTIFIER = "1", "2", "3", "11"
STUDY_INSTANCE_UID = "110180"
MACHINE_NAME, IP_ADDRESS = "1", "2"
