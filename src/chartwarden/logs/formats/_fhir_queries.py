"""The searches that an AuditEvent tells of: ``entity.query``, base64 as FHIR has it, or plain as some systems write it.

A query is a URL, its end, or a whole HTTP request as IHE BALP records it: method, URL and headers, and for POST the
parameters in the body.

Search parameters that name a patient: ``patient`` and ``subject`` of any resource, ``_id`` and ``identifier`` of
Patient (https://hl7.org/fhir/R4/search.html), and the patient compartment in the path (``Patient/123/Observation``).
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qsl

from chartwarden.logs.formats._fhir_values import ID, target

PATIENT_PATH = re.compile(rf"(?:^|/)Patient/({ID})(?=[/?#]|$)")
SEARCHED = re.compile(r"(?:^|[/\s])([A-Z][A-Za-z]+)(?:/_search|\?)")
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
NAMES_PATIENT = frozenset({"patient", "subject", "patient:Patient", "subject:Patient"})
NAMES_IDENTIFIER = frozenset({"patient.identifier", "subject.identifier", "patient:identifier", "subject:identifier"})


def plain(query: str) -> str:
    """The query as text: decoded where it is base64 of printable text, else as it stands."""
    packed = "".join(query.split())
    if BASE64.fullmatch(packed) and len(packed) % 4 == 0:
        try:
            decoded = base64.b64decode(packed, validate=True).decode().strip()
        except (binascii.Error, UnicodeDecodeError):
            return query
        if decoded and all(char.isprintable() or char in "\r\n\t" for char in decoded):
            return decoded
    return query


def searched(query: str) -> str | None:
    """The type of resource that was searched for."""
    match = SEARCHED.search(query)
    return match[1] if match else None


def patients(query: str) -> list[str]:
    """The ids of the patients that a query names, in order."""
    of_patient = searched(query) == "Patient"
    found: list[str] = []
    for token in query.split():
        path, mark, parameters = token.partition("?")
        found += PATIENT_PATH.findall(path)
        for name, value in parse_qsl(parameters if mark else path, errors="replace"):
            found += _named(name, value.split(","), of_patient)
    return [patient for patient in dict.fromkeys(found) if patient and "\0" not in patient]


def _named(name: str, values: list[str], of_patient: bool) -> list[str]:
    if name in NAMES_PATIENT or (of_patient and name == "_id"):
        targets = [target(value.strip()) for value in values]
        return [key for kind, key in targets if kind in (None, "Patient")]
    if name in NAMES_IDENTIFIER or (of_patient and name == "identifier"):
        return [value.rpartition("|")[2].strip() for value in values]
    return []
