"""Where a page of rows ends, as a text that only this installation can make, and only for the same table and clinic."""

from __future__ import annotations

from uuid import UUID

from django.core import signing

from chartwarden.kernel.errors import refuse

SALT = "chartwarden.api.cursor"


def made(table: str, clinic: UUID, after: str) -> str:
    """The cursor behind a row's key."""
    return signing.dumps([table, str(clinic), after], salt=SALT, compress=True)


def read(cursor: str, table: str, clinic: UUID) -> str:
    """The key a cursor stands behind; nothing for an empty one. Raises InputRefused for any other text."""
    if not cursor:
        return ""
    try:
        what, where, after = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        what = where = after = None
    if (what, where) != (table, str(clinic)) or not isinstance(after, str):
        raise refuse("query/cursor", "a cursor that `next` of this table gave", "another text")
    return after
