"""What a room offers to programs: bodies that refuse what they don't know, and tables that can be paged and exported.

A room's ``api.py`` holds ``router`` (django-ninja) for what can be done, and ``TABLES`` for what can be read. The web
room mounts both under a clinic's address and guards them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

Row = Mapping[str, Any]
Read = Callable[..., Sequence[Row]]


class Body(BaseModel):
    """What a program sends. A field that is not known is named and refused, and so is text that no store can keep."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            raise ValueError("text without the character U+0000")
        return value


class Shown(Body):
    """That the token's person is there themselves, beside the token: for what a page asks them to show anew."""

    password: str = Field(min_length=1, max_length=1000, description="The token's person's password. Kept nowhere.")
    code: str = Field(pattern=r"^[0-9]{6}$", description="The code that their app shows now. It works once.")


class Made(BaseModel):
    """What was made."""

    id: UUID


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its Python type (``str | None`` and the like), and what it means."""

    name: str
    kind: Any
    meaning: str


@dataclass(frozen=True)
class Table:
    """Rows of a clinic that a program may read, page by page or all at once.

    ``permission`` is a member of ``people.contracts.Permission``. ``read(clinic, member, at, after, limit)`` gives at
    most ``limit`` rows behind the row whose ``key`` column (as text) is ``after``, always in the same order; an empty
    ``after`` means from the first. Values are plain: text, numbers, booleans, None, and lists of them.

    ``filters`` are questions that narrow the rows down, each a column with a kind that admits None; ``read`` is given
    them by name, None where they were not asked. ``before(clinic, member, at)`` is called before the first row of an
    answer is read: where reading leaves an entry.
    """

    name: str
    title: str
    permission: Enum
    key: str
    columns: tuple[Column, ...]
    read: Read
    filters: tuple[Column, ...] = ()
    before: Callable[[Any, Any, datetime], None] | None = None
