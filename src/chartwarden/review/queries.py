"""What others may read of the review: its feeds, its tables, and what its plug-ins' examples start from."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.logs.contracts import Feed
from chartwarden.review.examples import DEFAULTS
from chartwarden.review.feeds import FEEDS
from chartwarden.review.tables import TABLES


def feeds() -> tuple[Feed, ...]:
    """The feeds of a review folder beside the access log."""
    return FEEDS


def tables() -> Mapping[str, str]:
    """The canonical tables by name, and what each holds."""
    return TABLES


def example_defaults() -> Mapping[str, str]:
    """The CSV of the feeds that a plug-in's example does not give."""
    return DEFAULTS
