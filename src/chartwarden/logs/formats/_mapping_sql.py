"""A mapping as SQL: from a file's own texts to those of the accesses feed."""

from __future__ import annotations

import re
from dataclasses import replace

from chartwarden.logs.engine import name, text
from chartwarden.logs.formats._mapping_file import INSTANTS, Mapping
from chartwarden.logs.tables.typed import Texts

# Time formats that DuckDB's strptime and Python's read alike.
ALIKE = re.compile(r"(%[YmdHMSIp]|[-/.:,T ])+")
NO_TIME = "'no time'"


def mapped_texts(mapping: Mapping, own: Texts) -> Texts | None:
    """The SELECT of the file's texts as one of the feed's; None where its time format needs the careful way."""
    if mapping.time and not ALIKE.fullmatch(mapping.time):
        return None
    columns = [f"{_mapped(mapping, column, joined)} AS {name(column)}" for column, joined in mapping.columns.items()]
    columns += [f"{_literal(value)} AS {name(column)}" for column, value in mapping.constants.items()]
    select = f"SELECT {', '.join(columns)} FROM ({own.select})"
    return replace(own, select=select, present=(*mapping.columns, *mapping.constants))


def _mapped(mapping: Mapping, column: str, joined: tuple[str, ...]) -> str:
    found = " || ' ' || ".join(name(source) for source in joined)
    if mapping.time and column in INSTANTS:
        moment = f"strftime(try_strptime({found}, {text(mapping.time)}), '%Y-%m-%dT%H:%M:%S')"
        return f"CASE WHEN {found} IS NOT NULL THEN coalesce({moment}, {NO_TIME}) END"
    words = mapping.values.get(column)
    if not words:
        return found
    whens = " ".join(f"WHEN {text(own)} THEN {_literal(word)}" for own, word in words.items())
    return f"CASE coalesce({found}, '') {whens} ELSE {found} END"


def _literal(word: str) -> str:
    return text(word) if word else "NULL"
