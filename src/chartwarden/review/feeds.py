"""The feeds that a review works on, by name, and the words of theirs that its rules speak of."""

from __future__ import annotations

from chartwarden.logs.queries import feeds

FEEDS = feeds()
_BY_NAME = {feed.name: feed for feed in FEEDS}
WORKFORCE, PATIENTS = _BY_NAME["workforce"], _BY_NAME["patients"]
WEEKDAYS = next(column.words for column in _BY_NAME["schedules"].columns if column.name == "weekday")
TERMS = next(column.words for column in _BY_NAME["baas"].columns if column.name == "terms")
CODING_ROLES = ("coder", "qa_auditor")
