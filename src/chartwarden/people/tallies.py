"""How often something was done within a fixed window: failed tries at signing in, calls of a program.

One statement counts, so that processes that count at once count everything. A window begins with its first count, and
later ones do not make it longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from chartwarden.people.account_models import Tally

COUNT = """
INSERT INTO people_tally (what, count, until) VALUES (%s, 1, %s)
ON CONFLICT (what) DO UPDATE SET
  count = CASE WHEN people_tally.until <= %s THEN 1 ELSE people_tally.count + 1 END,
  until = CASE WHEN people_tally.until <= %s THEN excluded.until ELSE people_tally.until END
RETURNING count, until
"""
TAKE = "DELETE FROM people_tally WHERE what = %s RETURNING count, until"


@dataclass(frozen=True)
class Counted:
    """How often by now, this time included; and how many seconds of the window are left."""

    count: int
    left: int


def tally(*, what: str, within: timedelta, at: datetime) -> Counted:
    """Count ``what`` (at most 100 characters, nobody's name) once more, in a window of that length."""
    now = int(at.timestamp())
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [what, now + int(within.total_seconds()), now, now])
        count, until = cursor.fetchone()
    return Counted(count, max(1, until - now))


def take_tally(*, what: str, at: datetime) -> int:
    """How often it was counted in a window that has not ended; from now on it was not."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [what])
        count, until = cursor.fetchone() or (0, 0)
    return count if until > at.timestamp() else 0


def forget_tallies(at: datetime) -> int:
    """Remove what was counted in windows that have ended. Says 0, so that it is not called again at once."""
    Tally.objects.filter(until__lte=int(at.timestamp())).delete()
    return 0
