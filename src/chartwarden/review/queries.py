"""What others may read of the review: its feeds, its tables, what its plug-ins' examples start from, and the desk.

The engine needs no database and the desk does, so what reads the desk is loaded when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from chartwarden.kernel.transitions import Transitions
from chartwarden.logs.contracts import Feed
from chartwarden.review.examples import DEFAULTS
from chartwarden.review.feeds import FEEDS
from chartwarden.review.rules import CASE, REVIEW
from chartwarden.review.tables import TABLES

if TYPE_CHECKING:
    from chartwarden.review.desk.facts import coming, facts
    from chartwarden.review.desk.grouping import group, next_case, waiting
    from chartwarden.review.desk.openings import my_openings
    from chartwarden.review.desk.personal import (
        due,
        every_access,
        may_change_detection,
        my_accesses,
        my_cases,
        my_weeks,
        question,
        questions_to,
    )
    from chartwarden.review.desk.reading import (
        calendar,
        case,
        findings,
        outcomes,
        pictures,
        review,
        review_cases,
        revisions,
        signed_document,
        withdrawn,
    )
    from chartwarden.review.desk.verifying import verify_kept

__all__ = [
    "calendar",
    "case",
    "coming",
    "due",
    "every_access",
    "example_defaults",
    "facts",
    "feeds",
    "findings",
    "group",
    "may_change_detection",
    "my_accesses",
    "my_cases",
    "my_openings",
    "my_weeks",
    "next_case",
    "outcomes",
    "pictures",
    "question",
    "questions_to",
    "review",
    "review_cases",
    "revisions",
    "signed_document",
    "tables",
    "transitions",
    "verify_kept",
    "waiting",
    "withdrawn",
]
DESK = {
    "facts": ("coming", "facts"),
    "grouping": ("group", "next_case", "waiting"),
    "openings": ("my_openings",),
    "personal": (
        "due", "every_access", "may_change_detection", "my_accesses", "my_cases", "my_weeks", "question",
        "questions_to",
    ),
    "reading": (
        "calendar", "case", "findings", "outcomes", "pictures", "review", "review_cases", "revisions",
        "signed_document", "withdrawn",
    ),
    "verifying": ("verify_kept",),
}  # fmt: skip


def __getattr__(name: str) -> object:
    """What reads the desk."""
    for module, names in DESK.items():
        if name in names:
            return getattr(import_module(f"chartwarden.review.desk.{module}"), name)
    raise AttributeError(name)


def feeds() -> tuple[Feed, ...]:
    """The feeds of a review folder beside the access log."""
    return FEEDS


def tables() -> Mapping[str, str]:
    """The canonical tables by name, and what each holds."""
    return TABLES


def example_defaults() -> Mapping[str, str]:
    """The CSV of the feeds that a plug-in's example does not give."""
    return DEFAULTS


def transitions() -> tuple[Transitions, ...]:
    """The states of a case and of a review, and what leads from one to the next."""
    return CASE, REVIEW
