"""Local time to UTC as SQL: a CASE over the zone's changes of offset, with the standard library's rule (fold=0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from chartwarden.kernel.zones import offsets

FIRST_YEAR, LAST_YEAR = 1970, 2099
BEGINS, ENDS = datetime.fromisoformat(f"{FIRST_YEAR}-01-01"), datetime.fromisoformat(f"{LAST_YEAR + 1}-01-01")
# Where most instants are expected, when nothing more is known.
NEAR = datetime.fromisoformat("2022-01-01"), datetime.fromisoformat("2030-01-01")


@dataclass(frozen=True)
class Change:
    """A change of offset, in local time: unsure from ``from_`` until before ``until``, then UTC plus ``seconds``.

    In the unsure time a clock shows what never was (spring) or was twice (autumn); fold=0 still reads it with the
    offset from before the change.
    """

    from_: datetime
    until: datetime
    seconds: int


@lru_cache(maxsize=64)
def changes(zone: ZoneInfo) -> tuple[int, tuple[Change, ...]]:
    """The offset in seconds at the beginning of 1970, and every later change until 2099."""
    spans = offsets(zone, BEGINS - timedelta(days=2), ENDS + timedelta(days=2))
    found = [
        Change(
            after.begins + timedelta(seconds=min(before.seconds, after.seconds)),
            after.begins + timedelta(seconds=max(before.seconds, after.seconds)),
            after.seconds,
        )
        for before, after in pairwise(spans)
    ]
    return spans[0].seconds, tuple(found)


def to_utc(local: str, zone: ZoneInfo, near: tuple[datetime, datetime]) -> str:
    """The local time in the SQL expression ``local`` as UTC. It must lie in 1970 to 2099.

    ``near`` is where most of the values are expected (local, naive). It makes the common case quick and decides
    nothing.
    """
    first, every = changes(zone)
    earlier = [change for change in every if change.until <= near[0]]
    within = [change for change in every if near[0] < change.until <= near[1]]
    quick = _shift(local, earlier[-1].seconds if earlier else first, within)
    return f"CASE WHEN {_between(local, *near)} THEN {quick} ELSE {_shift(local, first, list(every))} END"


def unsure(local: str, zone: ZoneInfo, near: tuple[datetime, datetime]) -> str:
    """True where a clock change makes the local time ambiguous or impossible; ``near`` as for ``to_utc``."""
    every = changes(zone)[1]
    within = [change for change in every if change.until > near[0] and change.from_ < near[1]]
    return f"CASE WHEN {_between(local, *near)} THEN {_in_any(local, within)} ELSE {_in_any(local, list(every))} END"


def _in_any(local: str, found: list[Change]) -> str:
    return " OR ".join(_between(local, change.from_, change.until) for change in found) or "false"


def _between(value: str, begins: datetime, ends: datetime) -> str:
    return f"({value} >= {_literal(begins)} AND {value} < {_literal(ends)})"


def _shift(local: str, seconds: int, later: list[Change]) -> str:
    amounts = [seconds, *(change.seconds for change in later)]
    limits = [change.until for change in later]
    if not limits:
        return _minus(local, seconds)
    whens = " ".join(
        f"WHEN {local} < {_literal(limit)} THEN {_minus(local, amount)}"
        for limit, amount in zip(limits, amounts, strict=False)
    )
    return f"CASE {whens} ELSE {_minus(local, amounts[-1])} END"


def _minus(local: str, seconds: int) -> str:
    return f"make_timestamp(epoch_us({local}) - {seconds * 1_000_000})" if seconds else local


def _literal(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"
