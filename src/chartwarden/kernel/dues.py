"""What is due from somebody, and what is true now: rooms say it, the home page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Due:
    """One thing to do. ``what`` says it in plain words without any patient; ``action`` is the button's word.

    ``page`` is the name of the page where it is done (``review:case``), ``arguments`` its address's arguments beside
    the clinic. ``by`` is when it is due (UTC), None where it only waits; ``late`` whether that has passed.
    """

    what: str
    action: str
    page: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    by: datetime | None = None
    late: bool = False
    detail: str = ""


@dataclass(frozen=True)
class Fact:
    """One thing that is true now, as a figure with its words: ``Fact("open cases", "12", "the oldest waits 9 days")``.

    Without any patient. ``page`` is the page that says more, with ``arguments`` beside the clinic; ``late`` where it
    asks for attention.
    """

    what: str
    value: str
    note: str = ""
    page: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    late: bool = False
