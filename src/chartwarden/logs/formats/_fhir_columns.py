"""DuckDB's own read of the AuditEvent fields that an access event needs.

The columns are made from the structs that ``read`` decodes into, so both refuse the same misplaced arrays and objects.
"""

from __future__ import annotations

from types import NoneType
from typing import get_args, get_origin, get_type_hints

import msgspec

from chartwarden.logs.formats._fhir_records import AuditEvent

AS_JSON = ("outcome", "contained")  # of any shape


def scan(path: str) -> str:
    """``read_json`` over an NDJSON file with explicit columns: a table function for a FROM clause."""
    hints = get_type_hints(AuditEvent)
    types = {name: "JSON" if name in AS_JSON else column_type(hint) for name, hint in hints.items()}
    columns = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in types.items())
    return f"read_json({quoted(path)}, format='newline_delimited', columns={{{columns}}})"


def column_type(hint: object) -> str:
    """The DuckDB type of a struct's field: leaves as text, structs and arrays as they are."""
    options = [option for option in get_args(hint) if option is not NoneType]
    if options:
        return column_type(options[0]) + ("[]" if get_origin(hint) is list else "")
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        fields = (f'"{name}" {column_type(kind)}' for name, kind in get_type_hints(hint).items())
        return f"STRUCT({', '.join(fields)})"
    return "VARCHAR"


def quoted(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
