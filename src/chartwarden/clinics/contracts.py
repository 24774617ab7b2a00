"""What other rooms may hold of a clinic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

DETECTION = frozenset({"time_zone", "holidays", "grace_minutes", "lookback_days", "reviews_from", "thresholds"})
"""The settings by which accesses are judged."""


@dataclass(frozen=True)
class Clinic:
    """A clinic and its settings.

    ``holidays`` is a region of the ``holidays`` library; ``grace_minutes`` how long log rows may trail an assignment;
    ``idle_minutes`` after how long a session locks; ``review_due_days`` how many days after a week's end its review
    is due; ``lookback_days`` how much history the detectors see before the week; ``reviews_from`` the first day that
    is reviewed; ``thresholds`` are detectors' parameters by detector id; ``demo`` marks a made-up clinic;
    ``opened_at`` is when it began here (UTC).
    """

    id: UUID
    name: str
    time_zone: ZoneInfo
    holidays: str = "US"
    grace_minutes: int = 15
    idle_minutes: int = 15
    review_due_days: int = 7
    lookback_days: int = 28
    reviews_from: date | None = None
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    demo: bool = False
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Webhook:
    """A place that is told of new ledger entries. ``kinds`` are those it hears of; none: all of them.

    ``next_index`` is the first entry it has not been told of. ``failing_since`` is None while it works; ``trouble``
    says in a few words what went wrong last, ``next_try_at`` when it is tried again.
    """

    id: UUID
    url: str
    kinds: tuple[str, ...]
    next_index: int
    made_at: datetime
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True)
class MadeWebhook:
    """A webhook just made: ``secret`` (``whsec_…``, Standard Webhooks) is told now and never again."""

    id: UUID
    secret: str
