"""Gaps and oddities of what was read, in plain sentences: what a reviewer must know that no case can say."""

from __future__ import annotations

from collections.abc import Iterable

from chartwarden.logs.contracts import InputCount
from chartwarden.review.contracts import Period
from chartwarden.review.period import local_day
from chartwarden.review.session import Session
from chartwarden.review.wording import count, listed, moment, stretch
from chartwarden.review.working_time import public_holidays

MOST = 20
"""So many gaps are told one by one; of the rest the number."""


def coverage_notes(session: Session, period: Period | None = None, activity: str = "activity") -> tuple[str, ...]:
    """The notes of one review, gaps first; of a part of its period where ``period`` and ``activity`` tell of one."""
    zone, covered = session.clinic.time_zone, session.logs.coverage
    period = period or session.prepared.period
    silent = [s for s in covered.silences if s.begins < period.ends and s.ends > period.begins]
    closed = public_holidays(session.clinic.holidays, [local_day(silence.begins, zone) for silence in silent])
    silent = [silence for silence in silent if local_day(silence.begins, zone) not in closed]
    notes = [
        f"The log holds no rows in {stretch(silence.begins, silence.ends, zone)}, though other weeks have rows at that "
        "time. Was it recording?"
        for silence in silent[:MOST]
    ]
    if len(silent) > MOST:
        notes.append(f"The log is silent in {count(len(silent) - MOST, 'more stretch')} like these.")
    notes += [
        f"In {file} time goes back to {moment(at, zone)}: a clock was set, or rows were moved."
        for file, at in [jump for jump in covered.jumps if period.begins <= jump[1] < period.ends][:MOST]
    ]
    if covered.recorded_early:
        early = count(covered.recorded_early, "row").capitalize()
        notes.append(f"{early} of the whole log were written down before they happened.")
    notes += [
        f"The staff list gives the login {login} to {listed(people)}; what it did is told of the login alone."
        for login, people in session.prepared.shared_logins.items()
    ]
    if session.prepared.patients_unmatched:
        named = count(session.prepared.patients_unmatched, "patient")
        notes.append(f"The log names {named} who could not be matched to one row of the patients feed.")
    return (*notes, *_hours_not_judged(session, activity), *_not_looked_at(session), *_inputs(session))


# Without a schedule, habit is learned from four weeks at least (outside_working_hours, least_weeks).
WITHOUT_HOURS = """
SELECT d.coder FROM coder_days AS d
WHERE NOT EXISTS (SELECT 1 FROM schedules AS s WHERE s.person = d.person)
  AND d.coder IN (SELECT a.coder FROM {activity} AS a)
GROUP BY d.coder HAVING count(DISTINCT date_diff('week', DATE '2001-01-01', d.day)) < 4
"""


def _hours_not_judged(session: Session, activity: str) -> Iterable[str]:
    coders = sorted(row["coder"] for row in session.engine.rows(WITHOUT_HOURS.format(activity=activity)))
    if coders:
        named = listed(coders[:MOST]) + (f" and {len(coders) - MOST} more" if len(coders) > MOST else "")
        yield f"Not judged by working hours, since they have no schedule and less than four weeks of log: {named}."


FILLED = """
SELECT count(s.document) AS documents, count(s.device) + count(s.address) AS places,
       count(CASE WHEN s.action = 'search' THEN s.query END) AS queries
FROM seen AS s
"""
LEFT = "SELECT count(p.ended_at) AS ends FROM people AS p"


def _not_looked_at(session: Session) -> Iterable[str]:
    """Detectors, or halves of one, that ran without anything to look at."""
    if "devices" in session.feeds and "networks" not in session.feeds:
        yield "Networks were not judged: no networks feed."
    if "networks" in session.feeds and "devices" not in session.feeds:
        yield "Devices were not judged: no devices feed."
    [filled] = session.engine.rows(FILLED)
    if not filled["documents"]:
        yield "contact_lookup could not look: the log names no documents."
    if not filled["places"]:
        yield "shared_login and unapproved_device_or_network could not look: the log names no devices or addresses."
    if not filled["queries"]:
        yield "search_by_name could not look: the log does not say what was searched for."
    if not session.engine.rows(LEFT)[0]["ends"]:
        yield "after_separation could not look: the staff list gives no end dates."


def _inputs(session: Session) -> Iterable[str]:
    counts: list[InputCount] = [*session.logs.counts, *(feed.count for feed in session.feeds.values())]
    return (f"{item.name}: {note}" for item in counts for note in item.notes)
