"""Which staff and patients are worth comparing: pairs of the log that agree in something, by coarse keys, in SQL.

Coarse keys are cheap over millions of rows (the first letters, the last digits, the first token); what they let
through by chance, the model weighs. Without them every pair of the log would have to be compared.
"""

from __future__ import annotations

from typing import Any

from chartwarden.review.engines.contracts import Engine
from chartwarden.review.links.model import NEAR_HOUSES

COLUMNS = "family_name, given_name, birth_date, address_line, city, postal_code, phone"
KEYS = """
       lower(trim(t.family_name)) AS family, lower(trim(t.given_name)) AS given, t.birth_date,
       coalesce(left(trim(t.postal_code), 5), lower(trim(t.city))) AS area, lower(trim(t.city)) AS city,
       TRY_CAST(split_part(trim(t.address_line), ' ', 1) AS BIGINT) AS house, right(trim(t.phone), 4) AS phone
"""

STAFF = f"SELECT t.person, {KEYS} FROM people AS t"
PATIENTS = f"""
SELECT t.patient, {KEYS}, t.address_line, lower(t.contact_name) AS contact,
       right(trim(t.contact_phone), 4) AS contact_phone
FROM patients AS t
"""

OPENED_BY_STAFF = f"""
SELECT p.person, p.patient
FROM pairs AS p
JOIN link_staff AS s ON s.person = p.person
JOIN link_patients AS q ON q.patient = p.patient
WHERE s.family = q.family
   OR (s.area = q.area AND (abs(s.house - q.house) <= {NEAR_HOUSES} OR left(s.family, 3) = left(q.family, 3)))
   OR s.phone = q.phone OR s.phone = q.contact_phone
   OR (s.birth_date = q.birth_date AND left(s.given, 1) = left(q.given, 1))
   OR (q.contact LIKE '%' || s.family || '%' AND q.contact LIKE '%' || left(s.given, 2) || '%')
"""

STAFF_AS_PATIENTS = """
SELECT s.person, q.patient
FROM link_staff AS s JOIN link_patients AS q ON s.family = q.family AND s.given = q.given
WHERE s.birth_date = q.birth_date
   OR ((s.birth_date IS NULL OR q.birth_date IS NULL)
       AND (s.phone = q.phone OR (s.area = q.area AND s.house = q.house)))
UNION
SELECT s.person, q.patient
FROM link_staff AS s JOIN link_patients AS q ON s.birth_date = q.birth_date AND s.given = q.given
WHERE s.phone = q.phone OR (s.area = q.area AND s.house = q.house)
UNION
SELECT s.person, q.patient
FROM link_staff AS s JOIN link_patients AS q ON s.birth_date = q.birth_date AND s.family = q.family
WHERE left(s.given, 1) = left(q.given, 1)
"""

CANDIDATES = f"""
SELECT o.person, o.patient FROM ({OPENED_BY_STAFF}) AS o
UNION
SELECT w.person, w.patient FROM ({STAFF_AS_PATIENTS}) AS w
WHERE EXISTS (SELECT 1 FROM pairs AS p WHERE p.patient = w.patient)
"""


def find_candidates(engine: Engine) -> list[dict[str, Any]]:
    """Make link_staff, link_patients and link_candidates; return the candidates (person, patient), sorted."""
    engine.table("link_staff", STAFF)
    engine.view("link_patients", PATIENTS)
    engine.table("link_candidates", CANDIDATES)
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


def residents(engine: Engine) -> list[dict[str, Any]]:
    """Patients at the house numbers of the candidates' staff: address_line, postal_code, city and how many (held)."""
    return engine.rows(
        "SELECT q.address_line, q.area, count(*) AS held FROM link_patients AS q JOIN ("
        " SELECT DISTINCT s.area, s.house FROM link_staff AS s JOIN link_candidates AS c ON c.person = s.person) AS k"
        " ON k.area = q.area AND k.house = q.house GROUP BY q.address_line, q.area"
    )
