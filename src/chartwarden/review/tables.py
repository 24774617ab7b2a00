"""The canonical tables that explanations and detectors read.

``TABLES`` documents each; docs/reference/tables.md is generated from it.
"""

from __future__ import annotations

BUCKET_MINUTES = 15

TABLES = {
    "accesses": "Accesses in scope and in the period, a view: access (number), occurred_at, coder (person, or the "
    "unknown actor), person (null if unknown), zone, actor, action, patient, encounter, document, device, address, "
    "outcome, purpose, query, event, file.",
    "actors": "Logins in scope that the log names: actor, coder, person (null if unknown), zone.",
    "judged": "accesses with explained (flag) and place (the explanation's); heavy, so filter first.",
    "unexplained": "Accesses with a patient that nothing explains, with repeated (not the pair's first access).",
    "unexplained_opened": "Of unexplained, those that the EHR did not refuse: what was seen without a reason.",
    "pairs": "Coder and patient: accesses, first_at, last_at.",
    "explained_pairs": "Pairs whose every access one stretch explains: person, patient, accesses, place.",
    "stretches": "What explains, when: person, patient, begins, ends (UTC, both included), reference, place.",
    "activity": "Coder and quarter of an hour (UTC): person, zone, bucket_at, accesses, first_at, last_at.",
    "coder_days": "Coder and local day with any access: person, zone, day, accesses, first_at, last_at.",
    "people": "The workforce feed with zone, started_at, ended_at (UTC, excluded) and in_scope.",
    "working_time": "Shifts of people who have a schedule, less leave and holidays: person, begins, ends (UTC).",
    "links": "Who of the staff is close to whose record they opened: person, patient, relation (self, household, "
    "family, neighbour, colleague), weight (natural log of the odds), probability, evidence, other (the colleague).",
    "linked_accesses": "Accesses of the pairs in links: access, coder, person, patient, occurred_at, explained, "
    "denied. Of pairs wholly explained only those of self, household and family.",
    "agreement_gaps": "When a vendor was not covered: vendor, begins, ends (UTC, the end excluded), at_fault (the "
    "vendor itself or above it), fault (no_agreement, not_yet, ended, terms_missing), missing (terms).",
    "connections": "Coder, device and address, where the devices or networks feed is there: person, first_at, last_at.",
    "addresses": "Network addresses of connections, where the networks feed is there: address, kind (office, vpn, "
    "other, unlisted, unreadable).",
    "device_faults": "What speaks against a registered device: device, fault (personal, unencrypted, unmanaged, "
    "no_antivirus, not_approved), begins, ends (UTC, the end excluded).",
    "offsets": "Offset of local time by zone: zone, begins, ends (UTC, excluded), seconds.",
}


# Counted by login first, and only then by person: the whole log is never joined with the staff for these two.
SEEN = """
SELECT e.access, e.occurred_at, e.actor, e.action, {patient} AS patient, e.encounter, e.document, e.device, e.address,
       e.outcome, e.purpose, e.query, e.event, e.file
FROM events AS e {join}
WHERE e.occurred_at >= TIMESTAMP '{begins}' AND e.occurred_at < TIMESTAMP '{ends}'
"""
NAMED = "LEFT JOIN named_patients AS n ON n.hint = e.patient_hint"

ACCESSES = """
SELECT s.access, s.occurred_at, c.coder, c.person, c.zone, s.actor, s.action, s.patient, s.encounter, s.document,
       s.device, s.address, s.outcome, s.purpose, s.query, s.event, s.file
FROM seen AS s JOIN actors AS c ON c.actor = s.actor
"""

PAIRS = """
SELECT c.coder, c.person, g.patient, CAST(sum(g.accesses) AS BIGINT) AS accesses, min(g.first_at) AS first_at,
       max(g.last_at) AS last_at
FROM (
  SELECT s.actor, s.patient, count(*) AS accesses, min(s.occurred_at) AS first_at, max(s.occurred_at) AS last_at
  FROM seen AS s WHERE s.patient IS NOT NULL
  GROUP BY s.actor, s.patient
) AS g JOIN actors AS c ON c.actor = g.actor
GROUP BY c.coder, c.person, g.patient
"""

ACTIVITY = f"""
SELECT c.coder, c.person, c.zone, g.bucket_at, CAST(sum(g.accesses) AS BIGINT) AS accesses,
       min(g.first_at) AS first_at, max(g.last_at) AS last_at
FROM (
  SELECT b.actor, b.bucket_at, count(*) AS accesses, min(b.occurred_at) AS first_at, max(b.occurred_at) AS last_at
  FROM (SELECT s.actor, s.occurred_at, date_trunc('hour', s.occurred_at) + (
                 extract(minute FROM s.occurred_at) // {BUCKET_MINUTES}) * INTERVAL {BUCKET_MINUTES} MINUTE AS bucket_at
        FROM seen AS s) AS b
  GROUP BY b.actor, b.bucket_at
) AS g JOIN actors AS c ON c.actor = g.actor
GROUP BY c.coder, c.person, c.zone, g.bucket_at
"""

CODER_DAYS = """
SELECT d.coder, d.person, d.zone, d.day, sum(d.accesses) AS accesses, min(d.first_at) AS first_at,
       max(d.last_at) AS last_at
FROM (SELECT a.*, CAST(a.bucket_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
      FROM activity AS a JOIN offsets AS o ON o.zone = a.zone AND o.begins <= a.bucket_at AND a.bucket_at < o.ends) AS d
GROUP BY d.coder, d.person, d.zone, d.day
"""
