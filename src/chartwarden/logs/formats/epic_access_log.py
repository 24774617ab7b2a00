"""Epic: the Clarity table ACCESS_LOG, and the layout that Microsoft Purview's Epic connector takes.

Field names come from Epic's Clarity dictionary, table ACCESS_LOG (columns ACCESS_INSTANT, PROCESS_ID, ACCESS_TIME,
METRIC_ID, USER_ID, WORKSTATION_ID, PAT_ID, CSN, ACCESS_ACTION_C, DEPLOYMENT_ID, AUDIT_SESSION_ID), from published
queries that join it with ACCESS_LOG_METRIC and its details, and from Microsoft's "Set up a connector to import Epic
EHR audit data" (learn.microsoft.com/purview/import-epic-data: ACCESS_LOG.ACCESS_TIME, ACCESS_LOG_METRIC.METRIC_NAME,
PATIENT.PAT_FIRST_NAME, PATIENT.PAT_LAST_NAME, PATIENT.ADD_LINE_1, PATIENT.CITY, PATIENT.ZIP, ZC_BTG_REASON.NAME,
EMP.SYSTEM_LOGIN and optional ones). A table's name before a column may be left out, but for ZC_….NAME.

- ACCESS_TIME is when it happened, local time. ACCESS_INSTANT is when it was logged, UTC: seconds since 1840-12-31,
  Epic's own count, or ISO 8601, which without an offset is UTC here too.
- The actor is SYSTEM_LOGIN, else USER_ID; the patient PAT_ID, else PAT_MRN_ID. A row that only names its patient, as
  Purview's layout does, gives a ``patient_hint``.
- Action and document follow from METRIC_NAME, ZC_ACCESS_ACTION.NAME and ZC_METRIC_GROUP.NAME by the rules of
  ``_epic_words``: unknown is ``open`` and ``other``. A bare ACCESS_LOG holds numbers only; ACCESS_LOG_METRIC and
  ZC_ACCESS_ACTION beside it turn METRIC_ID and ACCESS_ACTION_C into names.
- ACCESS_LOG_DTL beside it: STRING_VALUE is the query of a search, and the mnemonic HNO (a note) tells a note.
- A row without a patient is no access, but for a login, a logout and a search, and for a print, export, download or
  copy, which is quarantined: data left, and whose it was isn't said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import (
    ACTIONS_WITHOUT_PATIENT,
    AccessEvent,
    FormatExample,
    Head,
    LogFormat,
    NotAccess,
    Row,
    Source,
)
from chartwarden.logs.formats import _epic_companions as companions
from chartwarden.logs.formats import _epic_words as words
from chartwarden.logs.formats._delimited import header, read_rows
from chartwarden.logs.formats._row_values import Values, expected, instant

CLARITY = ("ACCESS_INSTANT", "PROCESS_ID", "ACCESS_TIME", "USER_ID")
PURVIEW = (
    "ACCESS_TIME", "METRIC_NAME", "PAT_FIRST_NAME", "PAT_LAST_NAME", "ADD_LINE_1", "CITY", "ZIP", "SYSTEM_LOGIN",
)  # fmt: skip
HINT = ("PAT_LAST_NAME", "PAT_FIRST_NAME", "ADD_LINE_1", "CITY", "ZIP")
COPIES = ("print", "export", "download", "copy")
EPOCH = datetime(1840, 12, 31)  # UTC, naive as all canonical times are
UTC = ZoneInfo("UTC")
SECONDS = re.compile(r"\d{1,12}(\.\d+)?")


def recognises(head: Head) -> bool:
    """The columns of one of the two layouts."""
    found = {column(name) for name in header(head.header).names}
    clarity = set(CLARITY) <= found and not found.isdisjoint({"METRIC_ID", "METRIC_NAME"})
    return clarity or set(PURVIEW) <= found


def column(name: str) -> str:
    """A header's name as this module uses it: upper case, without its table but for ZC_….NAME."""
    name = name.upper()
    return name if name.startswith("ZC_") else name.rpartition(".")[2]


def read(source: Source) -> Iterator[Row]:
    """Each row as an access, or as no access."""
    with source.path.open("rb") as file:
        first = file.readline(1 << 16).decode("utf-8-sig", errors="replace")
    required = CLARITY if "ACCESS_INSTANT" in map(column, header(first).names) else PURVIEW
    metrics = companions.names(source.companions, companions.METRICS, "METRIC_ID", "METRIC_NAME")
    actions = companions.names(source.companions, companions.ACTIONS, "ACCESS_ACTION_C", "NAME")
    with closing(companions.Details(source.companions)) as details:

        def row(line: int, values: Values) -> Row:
            named = {
                "METRIC_NAME": metrics.get(values.get("METRIC_ID") or ""),
                "ZC_ACCESS_ACTION.NAME": actions.get(values.get("ACCESS_ACTION_C") or ""),
            }
            return _row(line, {**named, **_present(values)}, details, source.zone)

        yield from read_rows(source, required, row, column)


def _present(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def _row(line: int, values: Values, details: companions.Details, zone: ZoneInfo) -> Row:
    when = instant(values.get("ACCESS_TIME"), "ACCESS_TIME", zone)
    metric = values.get("METRIC_NAME")
    action = words.action(metric, values.get("ZC_ACCESS_ACTION.NAME"))
    patient = values.get("PAT_ID") or values.get("PAT_MRN_ID")
    hint = None if patient else _hint(values)
    if not patient and not hint:
        if action in COPIES:
            raise expected(f"a patient, since this row is a {action}", None)
        if action not in ACTIONS_WITHOUT_PATIENT:
            return NotAccess(line, "Epic activity without a patient")
    actor = values.get("SYSTEM_LOGIN") or values.get("USER_ID")
    if actor is None:
        raise expected("a user in SYSTEM_LOGIN or USER_ID", None)
    found = details.of(values.get("ACCESS_INSTANT"), values.get("PROCESS_ID"))
    document = words.document(metric, values.get("ZC_METRIC_GROUP.NAME"))
    if document == "other" and any(mnemonic == "HNO" for mnemonic, _ in found):
        document = "note"
    return AccessEvent(
        line=line,
        event=_event(values),
        occurred_at=when.utc,
        recorded_at=_logged(values.get("ACCESS_INSTANT")),
        actor=actor,
        action=action,
        patient=patient,
        patient_hint=hint,
        encounter=values.get("CSN"),
        document=document if patient or hint else None,
        device=values.get("WORKSTATION_ID"),
        purpose=_purpose(values),
        query="; ".join(value for _, value in found) or None if action == "search" else None,
        guessed=when.guessed,
    )


def _event(values: Values) -> str | None:
    """The key, and what else tells rows apart: an ACCESS_INSTANT exported to the second is no key by itself."""
    if "ACCESS_INSTANT" not in values:
        return None
    parts = ("ACCESS_INSTANT", "PROCESS_ID", "METRIC_ID", "PAT_ID", "CSN")
    return "/".join(values.get(part) or "" for part in parts)


def _logged(text: str | None) -> datetime | None:
    if text is None:
        return None
    if SECONDS.fullmatch(text):
        try:
            return EPOCH + timedelta(seconds=float(text))
        except OverflowError:
            raise expected("seconds since 1840-12-31 in ACCESS_INSTANT", text) from None
    return instant(text, "ACCESS_INSTANT", UTC).utc


def _hint(values: Values) -> str | None:
    if not (values.get("PAT_LAST_NAME") or values.get("PAT_FIRST_NAME")):
        return None
    return "|".join((values.get(name) or "").replace("|", " ") for name in HINT)


def _purpose(values: Values) -> str | None:
    said = (values.get("ZC_BTG_REASON.NAME"), values.get("BTG_EXPLANATION"))
    return ": ".join(part for part in said if part) or None


_CLARITY = (
    b"ACCESS_INSTANT,PROCESS_ID,ACCESS_TIME,METRIC_ID,USER_ID,WORKSTATION_ID,PAT_ID,CSN,ACCESS_ACTION_C,"
    b"DEPLOYMENT_ID,AUDIT_SESSION_ID\n"
)
_PURVIEW = (
    b"ACCESS_LOG.ACCESS_TIME|ACCESS_LOG_METRIC.METRIC_NAME|ACCESS_LOG.WORKSTATION_ID|ZC_ACCESS_ACTION.NAME|"
    b"PATIENT.PAT_FIRST_NAME|PATIENT.PAT_LAST_NAME|PATIENT.ADD_LINE_1|PATIENT.CITY|PATIENT.ZIP|ZC_BTG_REASON.NAME|"
    b"PAT_BTG_AUDIT.BTG_EXPLANATION|EMP.SYSTEM_LOGIN\n"
)

FORMAT = LogFormat(
    title="Epic, Clarity ACCESS_LOG or Microsoft Purview's Epic layout (CSV, TSV or pipe-delimited)",
    source="Epic Clarity dictionary, table ACCESS_LOG; Microsoft Purview, Epic EHR audit data connector, step 2",
    recognises=recognises,
    read=read,
    claims=companions.claims,
    companion_rows=companions.rows,
    examples=(
        FormatExample(
            title="ACCESS_LOG with its details and names beside it",
            content=_CLARITY
            + b"5843970000.25,71001,2026-03-09 08:00:00,33001,CODER1,WS-17,Z100,2001,1,,9\n"
            + b"2026-03-09 13:00:05,71001,2026-03-09 08:00:04,33002,CODER1,WS-17,,,5,,9\n"
            + b"5843970010,71001,2026-03-09 08:00:10,33003,CODER1,WS-17,Z100,2001,4,,9\n"
            + b"5843970011,71001,2026-03-09 08:00:11,33004,CODER1,WS-17,,,1,,9\n"
            + b"5843970012,71001,03/09/2026 8:00,33001,CODER1,WS-17,Z100,2001,1,,9\n"
            + b"5843970013,71001,2026-03-09 08:00:13,77777,CODER1,WS-17,Z100,,,,9\n",
            companions={
                "ACCESS_LOG_DTL.csv": b"ACCESS_INSTANT,PROCESS_ID,DATA_MNEMONIC_ID,STRING_VALUE\n"
                b"5843970000.25,71001,HNO,880017\n2026-03-09 13:00:05,71001,NAME,DOE\n",
                "ACCESS_LOG_METRIC.csv": b"METRIC_ID,METRIC_NAME\n33001,Chart activity shown\n33002,Patient lookup\n"
                b"33003,Print lab results\n33004,In Basket displayed\n",
                "ZC_ACCESS_ACTION.csv": b"ACCESS_ACTION_C,NAME\n1,View\n4,Print\n5,Query\n",
            },
            becomes=(
                {
                    "line": 2, "event": "5843970000.25/71001/33001/Z100/2001", "occurred_at": "2026-03-09T13:00:00",
                    "recorded_at": "2026-03-09T13:00:00.250000", "actor": "CODER1", "action": "view",
                    "patient": "Z100", "encounter": "2001", "document": "note", "device": "WS-17",
                },
                {
                    "line": 3, "action": "search", "patient": None, "query": "DOE", "document": None,
                    "recorded_at": "2026-03-09T13:00:05",
                },
                {"line": 4, "action": "print", "document": "lab", "patient": "Z100"},
                {"line": 7, "action": "open", "document": "other", "patient": "Z100", "encounter": None},
            ),
            quarantined=(6,),
            name="ACCESS_LOG.csv",
            zone="America/Chicago",
        ),
        FormatExample(
            title="Purview's layout: the patient is named, not numbered",
            content=_PURVIEW
            + b"2026-03-09 08:00:00|Patient demographics form accessed|WS-17|View|Ann|Doe|1 Elm St Apt 4|Springfield|"
            + b"60601|Direct patient care|asked by supervisor|coder1\n"
            + b"2026-03-09 08:00:09|Pend a note|WS-17|Modify|Ann|Doe|1 Elm St Apt 4|Springfield|60601|||coder1\n"
            + b"2026-03-09 08:00:30|Print lab results|WS-17|Print|||||||NULL|coder1\n",
            becomes=(
                {
                    "line": 2, "event": None, "occurred_at": "2026-03-09T13:00:00", "actor": "coder1",
                    "action": "view", "patient": None, "patient_hint": "Doe|Ann|1 Elm St Apt 4|Springfield|60601",
                    "document": "demographics", "device": "WS-17",
                    "purpose": "Direct patient care: asked by supervisor",
                },
                {"line": 3, "action": "edit", "document": "note", "purpose": None},
            ),
            quarantined=(4,),
            name="epic_audit_records.txt",
            zone="America/Chicago",
        ),
    ),
)  # fmt: skip
