"""What names and words in other people's access logs usually mean: guesses for the draft of a mapping."""

from __future__ import annotations

import re
from datetime import datetime

from chartwarden.logs.contracts import ACTIONS, DOCUMENTS, OUTCOMES

WORDS = {"action": ACTIONS, "document": DOCUMENTS, "outcome": OUTCOMES}
ISO = "ISO 8601"
# Month first comes before day first: the clinics are American. Values that fit only one decide it.
TIMES = (
    ISO, "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%y %H:%M:%S",
    "%m/%d/%y %H:%M", "%m/%d/%y %I:%M %p", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%m-%d-%Y %H:%M:%S", "%m-%d-%Y %H:%M",
    "%d-%b-%Y %H:%M:%S", "%d-%b-%y %H:%M:%S", "%b %d, %Y %I:%M:%S %p", "%b %d %Y %I:%M%p", "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
)  # fmt: skip


# In this order each column of the feed takes the first of the file's columns that fits, by the best pattern first.
NAMES = {
    "occurred_at": (
        r"occurred|access_?(time|date|instant)|event_?(time|date)|timestamp|date_?time",
        r"^(date|when|time)$",
        r"date|time",
    ),
    "patient": (
        r"^(mrn|pat_id|patient_?id|patient)$",
        r"mrn|medical_record",
        r"patient|pat_id|chart_?(no|num|id)",
    ),
    "actor": (r"login|user_?(id|name)?$|^user|username", r"actor|accessed_by|emp(loyee)?_?(id)?$|staff"),
    "action": (r"^(action|activity|event|operation)$", r"action|activity|operation|metric|event_?(type|name)"),
    "encounter": (r"encounter|visit|^csn$|account_?(no|num|id)",),
    "document": (r"document|doc_?type|module|section|note_type|report_type",),
    "device": (r"workstation|device|host|computer|terminal|machine",),
    "address": (r"^ip|_ip$|ip_?addr|address$",),
    "outcome": (r"outcome|result|success|status",),
    "purpose": (r"purpose|reason|break_?(the_?)?glass|btg",),
    "query": (r"query|search|criteria",),
    "event": (r"^(event|log|access|audit)_?(id|no|num|number)$|^id$|^guid$|uuid",),
}

_MEANT = {
    "action": (
        ("login", r"log ?(in|on)|sign ?(in|on)"),
        ("logout", r"log ?(out|off)|sign ?(out|off)|timeout"),
        ("print", r"print"),
        ("export", r"export|extract"),
        ("download", r"download|save as"),
        ("copy", r"cop(y|ied)|clipboard"),
        ("search", r"search|find|look ?up|query"),
        ("delete", r"delet|remov"),
        ("create", r"creat|add|new|insert"),
        ("edit", r"edit|updat|modif|chang|writ|sign|fil(e|ed)\b"),
        ("open", r"open|select|launch|enter"),
        ("view", r"view|read|display|access|brows|review|show|inquir"),
    ),
    "document": (
        ("prior_authorization", r"prior|auth"),
        ("operative", r"operat|procedure|surg"),
        ("pathology", r"path"),
        ("lab", r"\blabs?\b|result|laborator"),
        ("radiology", r"radiolog|imag|x-?ray|\bct\b|\bmri?\b"),
        ("discharge", r"discharg"),
        ("demographics", r"demograph|registr|face ?sheet|contact"),
        ("billing", r"bill|charge|claim|account"),
        ("note", r"note|progress|consult|soap|h&p|chart"),
    ),
    "outcome": (
        ("denied", r"den(y|ied)|fail|block|reject|refus|no\b|^(f|n|0|false)$"),
        ("success", r"succ|ok|allow|grant|yes|^(s|y|t|1|true|pass)$"),
    ),
}


def fits(name: str, pattern: str) -> bool:
    """Whether a column's name, in small letters and with everything else as underscores, holds the pattern."""
    return re.search(pattern, re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")) is not None


def guess_time(values: list[str]) -> str | None:
    """The first of TIMES in which every value is written; None where none fits, or there are no values."""
    return next((form for form in TIMES if values and all(_is_written(value, form) for value in values)), None)


def guess_word(column: str, value: str) -> str | None:
    """The feed's word for a value of ``action``, ``document`` or ``outcome``; None where nothing suggests one."""
    low = value.lower().replace("_", " ")
    if value in WORDS[column]:
        return value
    return next((word for word, pattern in _MEANT[column] if re.search(pattern, low)), None)


def _is_written(value: str, form: str) -> bool:
    try:
        if form == ISO:
            return len(value) > len("2026-03-08") and bool(datetime.fromisoformat(value))
        return bool(datetime.strptime(value, form))  # noqa: DTZ007 (only whether it can be read)
    except ValueError:
        return False
