"""Which staff and patients are worth comparing: pairs of the log that agree in something, by coarse keys, in SQL.

Coarse keys are cheap over millions of rows (the first letters, the last digits, the first token); what they let
through by chance, the model weighs. Without them every pair of the log would have to be compared.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pyarrow as pa

from chartwarden.review.engines.contracts import Engine
from chartwarden.review.links.model import LARGEST_HOUSEHOLD, NEAR_HOUSES

COLUMNS = "family_name, given_name, birth_date, address_line, city, postal_code, phone"
MOST_BY_NAME_ALONE = 150
"""A surname that more people bear makes no link by itself: the model's probability stays below the least."""
KEYS = """
       lower(t.family_name) AS family, lower(t.given_name) AS given, t.birth_date, t.address_line,
       lower(coalesce(left(t.postal_code, 5), t.city)) AS area, lower(t.city) AS city, right(t.phone, 4) AS phone
"""

STAFF = f"""
SELECT t.person, {KEYS}, TRY_CAST(split_part(t.address_line, ' ', 1) AS BIGINT) AS house,
       upper(left(t.given_name, 1)) AS given_initial, upper(left(t.family_name, 1)) AS family_initial
FROM people AS t
"""
PATIENTS = f"""
SELECT t.patient, {KEYS}, t.contact_name AS contact, right(t.contact_phone, 4) AS contact_phone
FROM patients AS t
"""

SURNAMES = """
SELECT n.family, count(*) AS held
FROM (SELECT q.family FROM link_patients AS q UNION ALL SELECT s.family FROM link_staff AS s) AS n
WHERE EXISTS (SELECT 1 FROM link_staff AS s WHERE s.family = n.family)
GROUP BY n.family
"""

# What is dear to compute (a house number out of an address, a name within a contact's) stands behind what is cheap.
AGREE = f"""
(s.family = q.family AND (n.held <= {MOST_BY_NAME_ALONE} OR s.area = q.area))
   OR s.phone = q.phone OR s.phone = q.contact_phone
   OR (s.birth_date = q.birth_date AND left(s.given, 1) = left(q.given, 1))
   OR (s.area = q.area
       AND (left(s.family, 3) = left(q.family, 3)
            OR abs(s.house - TRY_CAST(split_part(q.address_line, ' ', 1) AS BIGINT)) <= {NEAR_HOUSES}))
   OR (left(q.contact, 1) IN (s.given_initial, s.family_initial) AND lower(q.contact) LIKE '%' || s.family || '%')
"""

OPENED_BY_STAFF = f"""
SELECT p.person, p.patient
FROM pairs AS p
JOIN link_staff AS s ON s.person = p.person
JOIN link_patients AS q ON q.patient = p.patient
LEFT JOIN link_surnames AS n ON n.family = s.family
WHERE {AGREE}
"""

OPENED_BY_NOBODY_YET = f"""
SELECT s.person, q.patient
FROM (
  SELECT t.*, n.held FROM link_staff AS t
  JOIN link_openers AS o ON o.person = t.person
  LEFT JOIN link_surnames AS n ON n.family = t.family
) AS s
CROSS JOIN link_patients AS q
WHERE {AGREE.replace("n.held", "s.held")}
"""

STAFF_AS_PATIENTS = """
SELECT s.person, q.patient
FROM link_staff AS s JOIN link_patients AS q ON s.birth_date = q.birth_date
WHERE (s.family = q.family AND left(s.given, 1) = left(q.given, 1))
   OR (s.given = q.given AND (s.phone = q.phone OR s.area = q.area))
UNION
SELECT s.person, q.patient
FROM link_staff AS s JOIN link_patients AS q ON s.family = q.family AND s.given = q.given
WHERE s.birth_date IS NULL AND (s.phone = q.phone OR s.area = q.area)
UNION
SELECT s.person, q.patient
FROM link_staff AS s JOIN link_patients AS q ON s.family = q.family AND s.given = q.given
WHERE q.birth_date IS NULL AND (s.phone = q.phone OR s.area = q.area)
"""

CANDIDATES = f"""
SELECT o.person, o.patient FROM ({OPENED_BY_STAFF}) AS o
UNION
SELECT w.person, w.patient FROM ({STAFF_AS_PATIENTS}) AS w
WHERE EXISTS (SELECT 1 FROM pairs AS p WHERE p.patient = w.patient)
"""


ALL_CANDIDATES = f"""
SELECT o.person, o.patient FROM ({OPENED_BY_NOBODY_YET}) AS o
UNION
SELECT w.person, w.patient FROM ({STAFF_AS_PATIENTS}) AS w
"""


def find_candidates(engine: Engine) -> list[dict[str, Any]]:
    """Make the tables link_* and return the candidates of the log: rows of person and patient, sorted."""
    return _find(engine, CANDIDATES)


def find_all_candidates(engine: Engine, openers: Collection[str]) -> list[dict[str, Any]]:
    """The same among all patients and those people who may open records, whoever opened what."""
    engine.arrow("link_openers", pa.table({"person": pa.array(sorted(openers), pa.string())}))
    return _find(engine, ALL_CANDIDATES)


def _find(engine: Engine, wanted: str) -> list[dict[str, Any]]:
    engine.table("link_staff", STAFF)
    engine.view("link_patients", PATIENTS)
    engine.table("link_surnames", SURNAMES)
    engine.table("link_candidates", wanted)
    rows = engine.rows("SELECT c.person, c.patient FROM link_candidates AS c")
    return sorted(rows, key=lambda row: (row["person"], row["patient"]))


def candidate_staff(engine: Engine) -> list[dict[str, Any]]:
    """The candidates' staff with what identifies them."""
    return engine.rows(
        f"SELECT t.person AS id, {COLUMNS} FROM people AS t "
        "WHERE EXISTS (SELECT 1 FROM link_candidates AS c WHERE c.person = t.person)"
    )


def candidate_patients(engine: Engine) -> list[dict[str, Any]]:
    """The candidates' patients with what identifies them."""
    return engine.rows(
        f"SELECT t.patient AS id, {COLUMNS}, t.contact_name, t.contact_phone FROM patients AS t "
        "WHERE EXISTS (SELECT 1 FROM link_candidates AS c WHERE c.patient = t.patient)"
    )


def residents(engine: Engine, starts: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    """Patients whose address begins so, by area and beginning (house number and a word, in lower case).

    Rows of area, start, held (how many) and lines: their addresses, where no more than LARGEST_HOUSEHOLD.
    """
    if not starts:
        return []
    schema = pa.schema([("area", pa.string()), ("start", pa.string())])
    rows = [{"area": area, "start": start} for area, start in sorted(starts)]
    engine.arrow("link_houses", pa.Table.from_pylist(rows, schema=schema))
    return engine.rows(
        "SELECT h.area, h.start, count(*) AS held,"
        f" CASE WHEN count(*) <= {LARGEST_HOUSEHOLD} THEN array_agg(q.address_line) END AS lines"
        " FROM link_houses AS h JOIN link_patients AS q"
        " ON q.area = h.area AND lower(left(q.address_line, length(h.start))) = h.start GROUP BY h.area, h.start"
    )
