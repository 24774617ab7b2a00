"""What to expect of one person's daily count: their own mean, drawn towards everyone's as far as their days are few.

Source: H. Bühlmann, "Experience rating and credibility", ASTIN Bulletin 4 (1967) 199-207; the moments are those of
H. Bühlmann, A. Gisler, A Course in Credibility Theory (2005), section 4.8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_MEAN = 0.02
LEAST_DISPERSION = 0.1


@dataclass(frozen=True)
class Habit:
    """What is usual of all people. ``between`` is the variance of their true means, ``within`` that of their days."""

    mean: float
    within: float
    between: float
    dispersion: float

    def expected(self, total: float, days: int) -> float:
        """The daily count to expect of someone who had ``total`` on ``days`` days."""
        if days == 0:
            return self.mean
        trust = days * self.between / (days * self.between + self.within)
        return trust * total / days + (1 - trust) * self.mean


def habit(days_by_count: Sequence[Mapping[int, int]]) -> Habit:
    """The habit of people, each given as the number of days on which they had a count (0 too).

    Mean and dispersion have floors (0.02 a day, 0.1), since a clean past is no proof that nothing can ever happen.
    Raises ValueError where there is no day at all.
    """
    days = [sum(person.values()) for person in days_by_count]
    totals = [sum(count * number for count, number in person.items()) for person in days_by_count]
    squares = sum(count * count * number for person in days_by_count for count, number in person.items())
    everyone = sum(days)
    if everyone == 0:
        raise ValueError("expected at least one day; found none")
    mean = sum(totals) / everyone
    own = sum(total * total / number for total, number in zip(totals, days, strict=True) if number)
    people = sum(1 for number in days if number)
    within = (squares - own) / (everyone - people) if everyone > people else mean
    between = _between(own, mean, within, days, people)
    floored = max(mean, LEAST_MEAN)
    within = max(within, floored)
    dispersion = max(LEAST_DISPERSION, (within - floored) / (floored**2 + between))
    return Habit(floored, within, between, dispersion)


def _between(own: float, mean: float, within: float, days: Sequence[int], people: int) -> float:
    everyone = sum(days)
    unevenness = everyone - sum(number * number for number in days) / everyone
    if unevenness == 0:
        return 0.0
    return max(0.0, (own - everyone * mean * mean - (people - 1) * within) / unevenness)
