"""What Epic's words mean: from METRIC_NAME and the access action's name to our action and document.

METRIC_NAME is free text that Epic and each site word themselves, such as "THE PROBLEM LIST IS VIEWED" or "PEND A
NOTE"; the access action's name is a word such as VIEW or MODIFY (both as published with examples in
doi:10.1093/jamia/ocaa338, table 1). So words are matched, case-blind, first match wins; tables below are the rule.
A metric that tells how data left, a login or a search outweighs the access action; the action outweighs the rest of
the metric. Nothing matched: ``open`` and ``other``.
"""

from __future__ import annotations

import re
from functools import lru_cache

# A site words some thousand metrics: each is matched once.
KEPT = 8192
_Rules = tuple[tuple[str, re.Pattern[str]], ...]


def _rules(*pairs: tuple[str, str]) -> _Rules:
    return tuple((meaning, re.compile(pattern, re.IGNORECASE)) for meaning, pattern in pairs)


# "Print group" is Epic's name for a part of a report on the screen; a patient selected after a search is opened.
TELLING = _rules(
    ("login", r"\blog(ged|s)?[ -]?in\b"),
    ("logout", r"\blog(ged|s)?[ -]?(out|off)\b"),
    ("print", r"\bprint(?! ?group)"),
    ("export", r"\bexport"),
    ("download", r"\bdownload"),
    ("copy", r"\bcop(y|ied|ies)\b"),
    ("search", r"^(?!.*\bselected\b).*\b(search|look ?up|quer(y|ied|ies))"),
)
OTHER = _rules(
    ("delete", r"\b(delet|remov)"),
    ("create", r"\b(creat|added\b|add\b)"),
    ("edit", r"\b(modif|edit|updat|chang|pend\b|pended|sign(ed|s)?\b|saved?\b|entered|filed)"),
    ("view", r"\b(view|access|display|review|read\b)"),
)
DOCUMENTS = _rules(
    ("demographics", r"\bdemographic"),
    ("prior_authorization", r"\b(prior )?auth(orization)?s?\b"),
    ("discharge", r"\bdischarge"),
    ("operative", r"\b(operative|op notes?|surg|procedure notes?)"),
    ("pathology", r"\bpatholog"),
    ("radiology", r"\b(radiolog|imaging|images?\b)"),
    ("lab", r"\b(labs?|laborator|results?)\b"),
    ("billing", r"\b(bill|charge|claim|coverage|insurance|guarantor|account)"),
    ("note", r"\bnotes?\b"),
)


@lru_cache(KEPT)
def action(metric: str | None, access: str | None) -> str:
    """One of our actions for a METRIC_NAME and an access action's name, either of which may be missing."""
    metric, access = metric or "", access or ""
    return _first(TELLING, metric) or _first(TELLING + OTHER, access) or _first(OTHER, metric) or "open"


@lru_cache(KEPT)
def document(metric: str | None, group: str | None) -> str:
    """One of our documents for a METRIC_NAME, else for the name of its group."""
    return _first(DOCUMENTS, metric or "") or _first(DOCUMENTS, group or "") or "other"


def _first(rules: _Rules, text: str) -> str | None:
    return next((meaning for meaning, pattern in rules if pattern.search(text)), None)
