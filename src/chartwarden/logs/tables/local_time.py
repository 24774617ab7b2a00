"""Local time to UTC as SQL: a CASE over the zone's changes of offset, with the standard library's rule (fold=0)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from chartwarden.kernel.zones import offsets

# The fast way knows the times of these years; a file with others is read with care.
BEGINS, ENDS = datetime(2000, 1, 1), datetime(2040, 1, 1)
_MARGIN = timedelta(days=2)


@dataclass(frozen=True)
class Span:
    """Local times from ``begins`` on are UTC plus ``seconds``; from ``unsure`` on, a clock change makes that a guess.

    ``unsure`` begins the time before the next change that clocks never showed (spring) or showed twice (autumn);
    fold=0 reads it with the offset from before that change.
    """

    begins: datetime
    unsure: datetime
    seconds: int


@lru_cache(maxsize=64)
def spans(zone: ZoneInfo) -> tuple[Span, ...]:
    """The zone's offsets from before BEGINS until after ENDS, in local time, without gaps."""
    found = offsets(zone, BEGINS - _MARGIN, ENDS + _MARGIN)
    begins = BEGINS - _MARGIN
    local: list[Span] = []
    for now, after in pairwise(found):
        low, high = sorted((now.seconds, after.seconds))
        local.append(Span(begins, after.begins + timedelta(seconds=low), now.seconds))
        begins = after.begins + timedelta(seconds=high)
    return (*local, Span(begins, ENDS + _MARGIN, found[-1].seconds))


def to_utc(local: str, zone: ZoneInfo) -> str:
    """The local time in the SQL expression ``local`` as UTC. It must lie between BEGINS and ENDS."""
    return _choose(local, spans(zone), lambda span: _minus(local, span.seconds))


def unsure(local: str, zone: ZoneInfo) -> str:
    """True where a clock change makes the local time ambiguous or impossible."""
    return _choose(local, spans(zone), lambda span: f"{local} >= {literal(span.unsure)}")


def literal(moment: datetime) -> str:
    """A naive time as an SQL literal."""
    return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"


def _choose(local: str, among: tuple[Span, ...], leaf: Callable[[Span], str]) -> str:
    """The leaf of the span that holds the time, found by halving."""
    if len(among) == 1:
        return leaf(among[0])
    half = len(among) // 2
    before, after = _choose(local, among[:half], leaf), _choose(local, among[half:], leaf)
    return f"CASE WHEN {local} < {literal(among[half].begins)} THEN {before} ELSE {after} END"


def _minus(local: str, seconds: int) -> str:
    return f"make_timestamp(epoch_us({local}) - {seconds * 1_000_000})" if seconds else local
