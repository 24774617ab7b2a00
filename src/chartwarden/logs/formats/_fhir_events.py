"""What one AuditEvent means: its access events, or that it is no access, or why it cannot be read.

When it happened: ``occurredDateTime``, else ``occurredPeriod.start`` (R5), else ``period.start`` (R4), where that is a
time and not a bare date; else ``recorded``. What was done: the first line of ``_fhir_codes.CODES`` of which ``type``,
``subtype``, ``category`` or ``code`` carries a code; else ``action``. An event about several patients is one access
event each: ``X``, ``X#2``, ``X#3``.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from chartwarden.kernel.zones import Instant, parse_instant
from chartwarden.logs.contracts import ACTIONS_WITHOUT_PATIENT, AccessEvent, NotAccess, Quarantined, Row
from chartwarden.logs.formats import _fhir_agents as agents_of
from chartwarden.logs.formats._fhir_codes import ABOUT_NO_PATIENT, CODES, LETTERS, OUTCOMES, RANKS, REST
from chartwarden.logs.formats._fhir_entities import Accessed, Subject, accessed
from chartwarden.logs.formats._fhir_records import AuditEvent
from chartwarden.logs.formats._fhir_values import Wrong, codes, text, word


def rows_of(event: AuditEvent, line: int, zone: ZoneInfo) -> list[Row]:
    """What the event becomes. Never empty; raises nothing."""
    try:
        return _read(event, line, zone)
    except Wrong as wrong:
        return [Quarantined(line, str(wrong))]


def _read(event: AuditEvent, line: int, zone: ZoneInfo) -> list[Row]:
    kinds = set(codes(event.type, *(event.subtype or ()), *(event.category or ()), event.code))
    what = accessed(event, REST in kinds)
    action = _action(event, kinds, what)
    if action is None:
        return [NotAccess(line, "security or application event " + ", ".join(sorted(kinds)))]
    if not what.subjects and action not in ACTIONS_WITHOUT_PATIENT:
        if what.resource in ABOUT_NO_PATIENT:
            return [NotAccess(line, f"{action} of a {what.resource}, which is about no patient")]
        raise Wrong(
            "expected a patient (an entity in the role of patient, a Patient reference, or a query that names one); "
            "found none"
        )
    return [*_accesses(event, line, zone, action, what)]


def _accesses(event: AuditEvent, line: int, zone: ZoneInfo, action: str, what: Accessed) -> list[AccessEvent]:
    agents = [agent for agent in event.agent or () if agent is not None]
    client = agents_of.client_of(agents, action)
    actor = agents_of.actor_of(agents, client)
    login = agents_of.login(actor, event.contained)
    device = agents_of.device(actor, client, event.source, event.contained)
    address = agents_of.address(actor, client)
    purpose = agents_of.purpose(actor, event)
    happened, recorded = _times(event, zone)
    key, outcome = text(event.id, "id"), _outcome(event.outcome)
    return [
        AccessEvent(
            line, happened.utc, login, action, subject.id, f"{key}#{number}" if key and number > 1 else key, recorded,
            subject.hint, what.encounter, what.document, device, address, outcome, purpose, what.query,
            happened.guessed,
        )
        for number, subject in enumerate(what.subjects or (Subject(None),), start=1)
    ]  # fmt: skip


def _action(event: AuditEvent, kinds: set[str], what: Accessed) -> str | None:
    """What was done; None where it is no access. Raises Wrong where the event does not say."""
    if ranks := [RANKS[kind] for kind in kinds if kind in RANKS]:
        return CODES[min(ranks)][0]
    letter = word(event.action)
    if letter == "E" and what.query:
        return "search"
    if letter in LETTERS:
        return LETTERS[letter]
    raise Wrong(
        f"expected an action (C, R, U, D or E) or a code that tells it; found action {letter!r:.40}, "
        f"codes {sorted(kinds)!r:.200}"
    )


def _times(event: AuditEvent, zone: ZoneInfo) -> tuple[Instant, datetime | None]:
    recorded = _instant(text(event.recorded, "recorded"), "recorded", zone)
    for value, field in (
        (event.occurredDateTime, "occurredDateTime"),
        (event.occurredPeriod and event.occurredPeriod.start, "occurredPeriod.start"),
        (event.period and event.period.start, "period.start"),
    ):
        written = text(value, field)
        if written is not None and len(written) > len("2026-03-08"):
            occurred = _instant(written, field, zone)
            if occurred is not None:
                return occurred, recorded.utc if recorded else None
    if recorded is None:
        raise Wrong("expected when it happened (recorded, occurred[x] or period.start); found none")
    return recorded, recorded.utc


def _instant(written: str | None, field: str, zone: ZoneInfo) -> Instant | None:
    if written is None:
        return None
    try:
        return parse_instant(written, zone)
    except ValueError as error:
        raise Wrong(f"{field}: {error}") from None
    except OverflowError:
        raise Wrong(f"{field}: expected a time between the years 1 and 9999 in UTC; found {written[:80]!r}") from None


def _outcome(value: object) -> str | None:
    """R4's code, or R5's ``outcome.code``; a code that is not known says nothing."""
    if isinstance(value, dict):
        coding = value.get("code")
        value = coding.get("code") if isinstance(coding, dict) else None
    return OUTCOMES.get(word(value) or "")
