"""The four rules of thumb for a periodic review, each taken as a line drawn: it fires or it does not.

Accesses outside the coder's hours; more patients in a day than the queue held; a patient of the coder's surname, a
public figure or a colleague; a record opened again at least twice after its assignments ended. Cases on which more
rules fire come first, then those with more accesses.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from chartwarden.evaluation.baselines._feeds import Feeds, Seen, case_of, grouped, pair
from chartwarden.evaluation.contracts import Case

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Key = tuple[str, str]


def cases(feeds: Feeds) -> list[Case]:
    """One case for each coder and patient, or coder and day, on which a rule fires."""
    fired: dict[Key, list[list[Seen]]] = {}
    for key, seen in [*_outside_hours(feeds), *_volume(feeds), *_connection(feeds), *_after_close(feeds)]:
        fired.setdefault(key, []).append(seen)
    ranked = sorted(
        ((key, rules, {one.event: one for seen in rules for one in seen}) for key, rules in fired.items()),
        key=lambda item: (-len(item[1]), -len(item[2]), item[0]),
    )
    return [case_of(list(seen.values()), None if key[1].startswith("day ") else key[1]) for key, _, seen in ranked]


def _day(one: Seen) -> Key:
    return one.coder, f"day {one.local.date()}"


def _outside_hours(feeds: Feeds) -> Iterator[tuple[Key, list[Seen]]]:
    outside = (one for one in feeds.seen if one.coder in feeds.hours and not _within(feeds, one))
    yield from grouped(outside, _day).items()


def _within(feeds: Feeds, one: Seen) -> bool:
    clock = f"{one.local:%H:%M}"
    for weekday, first, last, starts, ends in feeds.hours[one.coder]:
        over_midnight = ends < starts
        after_midnight = over_midnight and clock <= ends
        day = one.local.date() - timedelta(days=after_midnight)
        if _WEEKDAYS[day.weekday()] != weekday or (first and not first <= day.isoformat() <= last):
            continue
        if after_midnight or (starts <= clock and (over_midnight or clock <= ends)):
            return True
    return False


def _volume(feeds: Feeds) -> Iterator[tuple[Key, list[Seen]]]:
    for key, seen in grouped(feeds.seen, _day).items():
        held = feeds.assigned_a_day.get((key[0], key[1].removeprefix("day ")), 0)
        if len({one.patient for one in seen}) > held:
            yield key, seen


def _connection(feeds: Feeds) -> Iterator[tuple[Key, list[Seen]]]:
    for (coder, patient), seen in grouped(feeds.seen, pair).items():
        surname = feeds.surname.get(coder)
        if patient in feeds.notable or (surname and surname == feeds.patient_surname.get(patient)):
            yield (coder, patient), seen


def _after_close(feeds: Feeds) -> Iterator[tuple[Key, list[Seen]]]:
    after = (one for one in feeds.seen if one.after_end is not None and not one.assigned)
    yield from ((key, seen) for key, seen in grouped(after, pair).items() if len(seen) >= 2)
