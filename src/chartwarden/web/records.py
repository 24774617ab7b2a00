"""What a row of each table is without what is sealed in it: ids, states, times and counts. Nothing here writes.

A column is shown where its kind of field can hold no text (ids, instants, days, whole numbers, yes or no), or where its
name stands among WORDS: few words of the program's own, or an opaque reference. A column that is added is not shown
until somebody has said so. Tables are read by what Django knows of them, so that a new room's are there by themselves,
once ROOMS says who may see that room.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from chartwarden.people.contracts import Member, Permission

ROOMS = {
    "people": Permission.SEE_PEOPLE,
    "patients": Permission.SEE_IMPORTS,
    "devices": Permission.SEE_DEVICES,
    "assignments": Permission.SEE_IMPORTS,
    "logs": Permission.SEE_IMPORTS,
    "review": Permission.SEE_REVIEWS,
    "duties": Permission.SEE_DUTIES,
    "gateway": Permission.SEE_LEDGER,
    "clinics": Permission.SEE_SETTINGS,
    "ledger": Permission.SEE_LEDGER,
}
"""The rooms whose tables are shown, and what one must be allowed beside the page itself."""
WORDS = {
    "state", "kind", "source", "role", "duty", "feed", "step", "format", "purpose", "run", "actor", "granted_by",
    "ended_by", "invited_by", "seen_by",
}  # fmt: skip
PLAIN = (
    models.UUIDField, models.DateTimeField, models.DateField, models.BooleanField, models.IntegerField,
    models.ForeignKey,
)  # fmt: skip
ON_A_PAGE = 50
PLACE = "(place)"
ACRONYMS = {"ehr": "EHR", "api": "API"}


@dataclass(frozen=True)
class RowTable:
    """A table as the list shows it: its address's word, its name, what a row of it is, and its columns."""

    name: str
    room: str
    title: str
    meaning: str
    columns: tuple[str, ...]
    found_by_id: bool


@dataclass(frozen=True)
class Cell:
    """A value as a page shows it. ``kind`` is id, time, day, number or word; ``table`` is where that id leads."""

    label: str
    kind: str
    value: Any
    table: str = ""


def tables(member: Member) -> list[RowTable]:
    """The tables that a member may see, room by room."""
    return [_told(model) for room, may in ROOMS.items() if member.may(may) for model in _models(room)]


def count(table: RowTable, clinic: UUID) -> int:
    """How many rows of the clinic a table holds."""
    return int(_rows(table, clinic).count())


def page_of(table: RowTable, clinic: UUID, number: int) -> list[list[Cell]]:
    """A page of a table's rows, counted from 0, the newest first."""
    model = _model(table)
    start = number * ON_A_PAGE
    return [_cells(model, row, table.columns) for row in _rows(table, clinic)[start : start + ON_A_PAGE]]


def rows_behind(table: RowTable, clinic: UUID, after: str, most: int, only: UUID | None = None) -> list[dict[str, Any]]:
    """Rows as plain values, in the order of their keys, those behind one; or the one of an id alone. The key of each is
    beside its columns, as PLACE.
    """
    model = _model(table)
    keys = _keys(model)
    found = model._default_manager.filter(clinic_id=clinic)  # type: ignore[misc]
    if only is not None:
        found = found.filter(pk=only) if table.found_by_id else found.none()
    if after:
        found = found.filter(_behind(keys, json.loads(after)))
    rows = found.only(*table.columns).order_by(*(key.attname for key in keys))[:most]
    return [
        {
            **{name: _plain(getattr(row, name)) for name in table.columns},
            PLACE: json.dumps([_plain(getattr(row, key.attname)) for key in keys]),
        }
        for row in rows
    ]


def row(table: RowTable, clinic: UUID, identity: UUID) -> list[Cell] | None:
    """One row by its id; None where the clinic has none of it there."""
    model = _model(table)
    found = _rows(table, clinic).filter(pk=identity).first() if table.found_by_id else None
    return _cells(model, found, table.columns) if found else None


def _models(room: str) -> Iterator[type[models.Model]]:
    """The tables of a room whose rows belong to a clinic."""
    for model in apps.get_app_config(room).get_models():
        if any(field.column == "clinic_id" for field in model._meta.local_fields):
            yield model


def _model(table: RowTable) -> type[models.Model]:
    return next(model for model in _models(table.room) if model._meta.db_table == table.name)


def _told(model: type[models.Model]) -> RowTable:
    name = str(model._meta.verbose_name)
    title = " ".join(ACRONYMS.get(word, word) for word in name.split())
    meaning = " ".join((model.__doc__ or "").split()).replace("``", "").partition(". ")[0].rstrip(".") + "."
    shown = tuple(field.attname for field in model._meta.local_fields if _is_shown(field))
    known = isinstance(model._meta.pk, models.UUIDField)
    return RowTable(model._meta.db_table, model._meta.app_label, title[:1].upper() + title[1:], meaning, shown, known)


def _is_shown(field: Any) -> bool:
    return (
        field.column is not None and field.column != "clinic_id" and (isinstance(field, PLAIN) or field.name in WORDS)
    )


def _rows(table: RowTable, clinic: UUID) -> models.QuerySet[Any]:
    model = _model(table)
    found = model._default_manager.filter(clinic_id=clinic).only(*table.columns)  # type: ignore[misc]
    return found.order_by(*_newest_first(model))


def _keys(model: type[models.Model]) -> list[Any]:
    """The fields that tell a row of a clinic from its others."""
    if isinstance(model._meta.pk, models.CompositePrimaryKey):
        return [field for field in model._meta.pk_fields if field.column != "clinic_id"]
    return [model._meta.pk]


def _behind(keys: list[Any], place: list[Any]) -> models.Q:
    """The condition that a row stands behind a place: by the first key that differs."""
    found, same = models.Q(), models.Q()
    for key, value in zip(keys, place, strict=True):
        found |= same & models.Q(**{f"{key.attname}__gt": value})
        same &= models.Q(**{key.attname: value})
    return found


def _plain(value: Any) -> Any:
    """A value as programs read it; instants are UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


def _newest_first(model: type[models.Model]) -> tuple[str, ...]:
    if isinstance(model._meta.pk, models.CompositePrimaryKey):
        return tuple(f"-{field.attname}" for field in model._meta.pk_fields)
    times = (field.name for field in model._meta.local_fields if isinstance(field, models.DateTimeField))
    first = next(times, None)
    return (f"-{first}", "pk") if first else ("-pk",)


def _cells(model: type[models.Model], row: models.Model, columns: tuple[str, ...]) -> list[Cell]:
    return [_cell(model, next(f for f in model._meta.local_fields if f.attname == name), row) for name in columns]


def _cell(model: type[models.Model], field: Any, row: models.Model) -> Cell:
    value = getattr(row, field.attname)
    label = "ID" if field.primary_key else str(field.verbose_name)
    if value is None:
        return Cell(label, "word", "–")
    if isinstance(value, UUID):
        of = model if field.primary_key else field.related_model
        return Cell(label, "id", value, of._meta.db_table if of and of._meta.app_label in ROOMS else "")
    if isinstance(field, models.BooleanField):
        return Cell(label, "word", "yes" if value else "no")
    if isinstance(field, models.IntegerField):
        return Cell(label, "number", value)
    if isinstance(field, models.DateField):
        return Cell(label, "time" if isinstance(value, datetime) else "day", value)
    return Cell(label, "word", value if "." in value else value.replace("_", " ") or "–")
