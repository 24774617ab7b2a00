"""The rules of ``read`` as one DuckDB SELECT, for NDJSON whose every row has the shapes that servers usually write.

``read`` is the meaning. This says the same of a row, or leaves ``occurred_at`` null, so that ``read`` takes the file:
for an event about two patients or none, several requestors, contained resources, local times, searches that name a
patient, references that are no plain ``Type/id``, and any value that ``read`` would refuse or trim. DuckDB itself
raises where JSON is broken, a known key comes twice, or an array or object stands where it may not.
"""

from __future__ import annotations

from chartwarden.logs.contracts import ACTIONS_WITHOUT_PATIENT, Source
from chartwarden.logs.formats import _fhir_codes as codes
from chartwarden.logs.formats import _fhir_sql_entities as entities
from chartwarden.logs.formats import _fhir_sql_parts as parts
from chartwarden.logs.formats._fhir_columns import quoted, scan
from chartwarden.logs.formats._fhir_layout import is_lines
from chartwarden.logs.formats._fhir_values import LONGEST

USER_DEVICE = f"coalesce({parts.code_of('source.type[1]')} = '{codes.SOURCE_USER_DEVICE}', false)"

SEVERAL_ROLES = "?"


def fast(source: Source) -> str | None:
    """A SELECT of the file's access events; None where its name or its layout allows none."""
    path = str(source.path)
    if any(mark in path for mark in "*?[") or source.path.stat().st_size == 0 or not is_lines(source.path):
        return None
    return select(scan(path))


def select(rows: str) -> str:
    """ACCESS_SCHEMA's columns but ``file``, of rows as ``scan`` gives them; not understood: ``occurred_at`` null."""
    without_patient = parts.choose(dict.fromkeys(ACTIONS_WITHOUT_PATIENT, "true"), "action")
    return f"""
SELECT id AS event,
  CASE WHEN usual AND actor IS NOT NULL AND action IS NOT NULL
    AND (patient IS NOT NULL OR ({without_patient} IS NOT NULL
      AND (query IS NULL OR NOT regexp_matches(query, {quoted(parts.MAY_NAME_PATIENT)}))))
    AND (query IS NULL OR length(query) BETWEEN 1 AND {LONGEST})
    AND (patient IS NULL OR NOT contains(patient, '^'))
    AND (address IS NULL OR NOT starts_with(address, 'urn:'))
    AND length(said) <= {LONGEST} AND NOT regexp_matches(said, {quoted(parts.SUSPECT)})
    AND regexp_full_match(happened, {quoted(parts.INSTANT)})
    AND (recorded IS NULL OR (recorded_at IS NOT NULL
      AND (recorded = happened OR regexp_full_match(recorded, {quoted(parts.INSTANT)}))))
    THEN CASE WHEN happened = recorded THEN recorded_at ELSE {parts.instant("happened")} END END AS occurred_at,
  recorded_at, actor, action, patient, NULL::VARCHAR AS patient_hint, encounter, document, device, address, outcome,
  purpose, query, false AS guessed
FROM (SELECT *, concat_ws(chr(10), id, actor, patient, encounter, device, address, purpose) AS said
  FROM ({_said(rows)}))"""


def _said(rows: str) -> str:
    """What each row says, and in ``usual`` whether it has the shapes that are understood here."""
    return f"""
SELECT id, recorded, {parts.instant("recorded")} AS recorded_at, action, query, patient, encounter, document,
  {_usual()} AS usual,
  coalesce({parts.named("occurredDateTime")}, {parts.named("occurredPeriod.start")}, {parts.named("period.start")},
    recorded) AS happened,
  coalesce({parts.named("actor.altId")}, {parts.who("actor.who")}, {parts.named("actor.name")},
    {parts.named("actor.who.display")}) AS actor,
  coalesce(CASE WHEN acting <> sitting
      THEN coalesce({parts.who("client.who")}, {parts.named("client.who.display")}) END,
    CASE WHEN {USER_DEVICE}
    THEN coalesce({parts.who("source.observer")}, {parts.named("source.observer.display")}) END) AS device,
  coalesce({parts.network("actor")}, {parts.network("client")}) AS address,
  {parts.outcome("outcome")} AS outcome,
  coalesce({parts.concept("actor.purposeOfUse")}, {parts.concept('actor."authorization"')},
    {parts.concept("purposeOfEvent")}, {parts.concept('"authorization"')}) AS purpose
FROM (SELECT *, list_position(roles, CASE WHEN action = 'view' OR action = 'open'
    THEN '{codes.RECEIVES}' ELSE '{codes.SENDS}' END) AS sitting, agent[sitting] AS client
  FROM ({entities.select(_coded(rows))}))"""


def _coded(rows: str) -> str:
    """Each row with its two codes, and of its agents who asked for it and the role of each."""
    return f"""
SELECT *, coalesce(type.code, category[1].coding[1].code) AS first,
  coalesce(subtype[1].code, code.coding[1].code) AS second,
  list_transform(agent, lambda one: one.requestor) AS asking,
  list_transform(agent, lambda one: CASE WHEN {parts.few("one.type.coding")} THEN one.type.coding[1].code
    ELSE {quoted(SEVERAL_ROLES)} END) AS roles,
  list_position(asking, 'true') AS acting, agent[acting] AS actor
FROM {rows}"""


def _usual() -> str:
    """Whether the row has the shapes that are understood, apart from its entities."""
    return " AND ".join(
        (
            "resourceType = 'AuditEvent' AND contained IS NULL AND plainly",
            f"{parts.few('category')} AND {parts.few('category[1].coding')} AND (type IS NULL OR category IS NULL)",
            f"{parts.few('subtype')} AND {parts.few('code.coding')} AND (subtype IS NULL OR code IS NULL)",
            "len(list_filter(asking, lambda value: value = 'true')) = 1",
            f"NOT list_contains(roles, {quoted(SEVERAL_ROLES)})",
            f"{parts.plain('actor.who.reference')} AND {parts.plain('client.who.reference')}",
            f"{parts.few('source.type')} AND {parts.one_code('source.type[1]')}",
            f"(NOT {USER_DEVICE} OR {parts.plain('source.observer.reference')})",
        )
    )
