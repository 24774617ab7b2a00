"""Many new rows at once: a tenth of the work that the ORM's own way takes, which matters from 100,000 rows on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, models


def insert_many(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows into a model's table; each has the values of ``columns`` (field names, a key by its ``_id``), all of
    them, and gets an id of its own. Nothing is checked but by the database itself."""
    fields = [_field(model, name) for name in columns]
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in ("id", *(field.column for field in fields)))
    marks = ", ".join(["%s"] * (len(fields) + 1))
    kept = [_keeper(field) for field in fields]
    own = _keeper(model._meta.pk)
    adapted = [[own(_identity()), *(keep(value) for keep, value in zip(kept, row, strict=True))] for row in rows]
    if adapted:
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", adapted)


def _identity() -> UUID:
    return UUID(bytes=os.urandom(16), version=4)


def _field(model: type[models.Model], name: str) -> Any:
    return next(field for field in model._meta.local_fields if name in (field.name, field.attname))


def _keeper(field: Any) -> Callable[[Any], Any]:
    """How a value of the field is given to the database at hand."""
    kind = field.target_field.get_internal_type() if field.is_relation else field.get_internal_type()
    if kind == "UUIDField" and not connection.features.has_native_uuid_field:
        return lambda value: None if value is None else value.hex
    if kind == "DateTimeField":
        return lru_cache(maxsize=65_536)(_moment)
    return lambda value: value


def _moment(value: datetime | None) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
