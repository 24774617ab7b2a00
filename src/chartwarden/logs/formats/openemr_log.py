"""OpenEMR: the table ``log``, exported with its header (CSV, or the TSV of the mysql client).

Field names come from OpenEMR's sql/database.sql (table ``log``: id, date, event, category, user, groupname, comments,
user_notes, patient_id, success, checksum, crt_user, log_from, menu_item_id, ccda_doc_id); events, categories and the
encoding of comments from src/Common/Logging/EventAuditLogger.php and src/Common/Session/PatientSessionUtil.php.

``date`` is the server's local time, read in the clinic's zone. ``success`` 0 is denied. The action, first match:

1. ``login`` and ``logout``.
2. ``view``: a chart brought into context, so ``open``.
3. A request (``http-request-…``) for a page of the patient finder (/main/finder/): ``search``, and the page's
   parameters are the query.
4. The last known word of the event, so ``patient-record-select`` is ``view``, ``lab-results-update`` ``edit``,
   ``qrda3-export`` ``export`` (WORDS below).

``patient-record-select`` without a patient is OpenEMR looking patients up: a ``search``. Any other event without a
patient (patient_id empty or 0), and any event without a known word, is no access.

``comments`` is base64 (encrypted where the clinic says so) and holds SQL with patient data: it is decoded for
requests only, and never kept but for what the finder was asked. The document follows from ``category`` (DOCUMENTS).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from chartwarden.logs.contracts import AccessEvent, FormatExample, Head, LogFormat, NotAccess, Row, Source
from chartwarden.logs.formats._delimited import header, read_rows
from chartwarden.logs.formats._row_values import Values, expected, instant, need

REQUIRED = ("id", "date", "event", "user", "patient_id", "success")
TELLING = ("groupname", "comments", "crt_user")
WORDS = {
    "select": "view", "view": "view", "insert": "create", "create": "create", "update": "edit", "replace": "edit",
    "edit": "edit", "delete": "delete", "print": "print", "export": "export", "download": "download", "copy": "copy",
    "search": "search",
}  # fmt: skip
DOCUMENTS = {
    "Patient Demographics": "demographics", "Patient Insurance": "billing", "Billing": "billing",
    "Encounter Form": "note", "Lab Order": "lab", "Lab Result": "lab", "Problem List": "other", "Medication": "other",
    "Allergy": "other", "Immunization": "other", "Vitals": "other", "Social and Family History": "other",
    "Clinical Mail": "other", "Referral": "other", "Amendments": "other", "Scheduling": "other",
}  # fmt: skip
FINDER = "/main/finder/"
NAME = re.compile(r"[a-z][a-z0-9 _:-]{0,59}", re.IGNORECASE)


def recognises(head: Head) -> bool:
    """The columns that only this table has together."""
    return {*REQUIRED, *TELLING} <= set(header(head.header).names)


def read(source: Source) -> Iterator[Row]:
    """Each row as an access, or as no access."""

    def row(line: int, values: Values) -> Row:
        when = instant(values.get("date"), "date", source.zone)
        event = need(values, "event", "an event")
        patient = _patient(values.get("patient_id"))
        action, query = _action(event, values.get("comments"), patient)
        if action is None:
            return NotAccess(line, f"OpenEMR {event}" if NAME.fullmatch(event) else "OpenEMR, other event")
        return AccessEvent(
            line=line,
            event=need(values, "id", "the row's key"),
            occurred_at=when.utc,
            actor=need(values, "user", "a login"),
            action=action,
            patient=patient,
            document=DOCUMENTS.get(values.get("category") or ""),
            outcome=_outcome(values.get("success")),
            query=query,
            guessed=when.guessed,
        )

    return read_rows(source, REQUIRED, row)


def _patient(found: str | None) -> str | None:
    return None if found == "0" else found


def _outcome(found: str | None) -> str | None:
    if found not in (None, "0", "1"):
        raise expected("0 or 1 in success", found)
    return {"0": "denied", "1": "success"}.get(found or "")


def _action(event: str, comments: str | None, patient: str | None) -> tuple[str | None, str | None]:
    """The action (None: no access) and what was searched for."""
    if event in ("login", "logout"):
        return event, None
    if event.startswith("http-request-"):
        page, _, asked = _plain(comments).partition("?")
        if FINDER in page:
            return "search", asked or None
    action = "open" if event == "view" else _by_word(event)
    if patient is None and event == "patient-record-select":
        action = "search"
    if patient is None and action != "search":
        return None, None
    return action, None


def _by_word(event: str) -> str | None:
    words = [WORDS[word] for word in re.split(r"[^a-z]+", event.lower()) if word in WORDS]
    return words[-1] if words else None


def _plain(comments: str | None) -> str:
    """Comments in the clear. Before OpenEMR 6 they were not encoded; encrypted ones stay as they are."""
    try:
        return base64.b64decode(comments or "", validate=True).decode()
    except (binascii.Error, ValueError):
        return comments or ""


_COLUMNS = (
    b"id,date,event,category,user,groupname,comments,user_notes,patient_id,success,checksum,crt_user,log_from,"
    b"menu_item_id,ccda_doc_id\n"
)
_REQUEST = base64.b64encode(b"/interface/main/finder/dynamic_finder_ajax.php?search_any=Doe")

FORMAT = LogFormat(
    title="OpenEMR, table log (CSV, TSV or pipe-delimited)",
    source="OpenEMR: sql/database.sql, table log; src/Common/Logging/EventAuditLogger.php",
    recognises=recognises,
    read=read,
    examples=(
        FormatExample(
            title="Login, chart opened, demographics read, patient finder, a failed login, a setting, a bad time",
            content=_COLUMNS
            + b"100,2026-03-02 09:00:00,login,login,coder1,Default,c3VjY2Vzcw==,,NULL,1,NULL,,open-emr,NULL,NULL\n"
            + b"101,2026-03-02 09:01:00,view,view,coder1,Default,,,17,1,NULL,,open-emr,NULL,0\n"
            + b'102,2026-03-02 09:01:01,patient-record-select,Patient Demographics,coder1,Default,"U0VMRUNU",,17,1,'
            + b"NULL,,open-emr,NULL,0\n"
            + b"103,2026-03-02 09:02:00,http-request-select,http-request-select,coder1,Default,"
            + _REQUEST
            + b",,,1,,,open-emr,,\n"
            + b"104,2026-03-02 09:03:00,login,login,coder2,Default,ZmFpbHVyZQ==,,0,0,,,open-emr,,\n"
            + b"105,2026-03-02 09:04:00,security-administration-update,Security,admin,Default,eA==,,0,1,,,open-emr,,\n"
            + b"106,0000-00-00 00:00:00,view,view,coder1,Default,,,17,1,,,open-emr,,\n",
            becomes=(
                {
                    "line": 2, "event": "100", "occurred_at": "2026-03-02T14:00:00", "actor": "coder1",
                    "action": "login", "patient": None, "outcome": "success",
                },
                {"line": 3, "action": "open", "patient": "17", "document": None},
                {"line": 4, "action": "view", "patient": "17", "document": "demographics", "query": None},
                {"line": 5, "action": "search", "patient": None, "query": "search_any=Doe"},
                {"line": 6, "actor": "coder2", "action": "login", "outcome": "denied"},
            ),
            quarantined=(8,),
            name="log.csv",
            zone="America/New_York",
        ),
    ),
)  # fmt: skip
