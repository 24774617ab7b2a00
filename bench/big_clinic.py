"""A large clinic for measuring: feeds.md's feeds at any size, made by DuckDB from hashes of row numbers.

It is no demo and plants no truth: shapes and volumes only. One in ASTRAY accesses has no assignment.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

ACCESSES_PER_ASSIGNMENT = 5
DAYS = 91
ASTRAY = 250
FIRST_DAY = "2026-02-02"

INSTANTS = {"csv": "strftime(moment, '%Y-%m-%dT%H:%M:%SZ')", "parquet": "moment AT TIME ZONE 'UTC'"}
"""How an instant stands in a file: as text, or as a timestamp."""

CLINIC = """name = "Large clinic"
time_zone = "America/Chicago"
holidays = "US"
"""


def make(folder: Path, accesses: int, *, kind: str = "csv") -> None:
    """Write all feeds. Coders, patients and assignments follow from the number of accesses. ``kind``: csv or parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clinic.toml").write_text(CLINIC, encoding="utf-8")
    assignments = accesses // ACCESSES_PER_ASSIGNMENT
    sizes = {
        "assignments": assignments,
        "coders": max(assignments // 400, 4),
        "patients": max(assignments // 2, 10),
        "first_day": FIRST_DAY,
        "days": DAYS,
        "each": ACCESSES_PER_ASSIGNMENT,
        "astray": ASTRAY,
    }
    connection = duckdb.connect()
    connection.execute("SET memory_limit = '4GB'")
    connection.execute("SET temp_directory = ?", [str(folder / ".spill")])
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"CREATE MACRO instant(moment) AS {INSTANTS[kind]}")
    for name, sql in FEEDS.items():
        _write(connection, sql.format(**sizes), folder / f"{name}.{kind}")
    _write(connection, ACCESSES.format(**sizes), folder / f"accesses.{kind}")
    connection.close()


def _write(connection: duckdb.DuckDBPyConnection, sql: str, target: Path) -> None:
    options = "FORMAT parquet" if target.suffix == ".parquet" else "HEADER"
    connection.execute(f"COPY ({sql}) TO '{target}' ({options})")


WORK = """
SELECT i, 'C' || (hash(i) % {coders}) AS coder, 'P' || (hash(i + 7) % {patients}) AS patient,
       TIMESTAMP '{first_day}' + CAST(hash(i + 1) % {days} AS BIGINT) * INTERVAL 1 DAY
         + CAST(14 * 3600 + hash(i + 2) % 28000 AS BIGINT) * INTERVAL 1 SECOND AS begins
FROM range({assignments}) AS r(i)
"""

ACCESSES = f"""
SELECT instant(w.begins + CAST(60 + k * 100 + hash(w.i * 8 + k) % 90 AS BIGINT) * INTERVAL 1 SECOND) AS occurred_at,
       lower(w.coder) AS actor,
       CASE WHEN k = 0 THEN 'open' WHEN hash(w.i * 8 + k) % 400 = 0 THEN 'print' ELSE 'view' END AS action,
       CASE WHEN hash(w.i * 8 + k + 3) % {{astray}} = 0 THEN 'P' || (hash(w.i * 8 + k + 5) % {{patients}}) ELSE w.patient END
         AS patient,
       'E' || w.i AS encounter,
       list_extract(['note', 'lab', 'radiology', 'operative', 'discharge'], CAST(1 + k % 5 AS BIGINT)) AS document,
       'D' || (hash(w.coder) % {{coders}}) AS device,
       '10.20.' || (hash(w.coder) % 250) || '.' || (hash(w.coder) // 250 % 250) AS address,
       'success' AS outcome,
       'e' || (w.i * {{each}} + k) AS event
FROM ({WORK}) AS w, range({{each}}) AS s(k)
ORDER BY w.begins
"""

SURNAME = "list_extract(['Smith', 'Garcia', 'Nguyen', 'Brown', 'Okafor', 'Lindqvist', 'Patel', 'Kim'], CAST(1 + {n} % 8 AS BIGINT)) || CASE WHEN {n} % 3 = 0 THEN '' ELSE CAST({n} % 4000 AS VARCHAR) END"

FEEDS = {
    "assignments": f"""
        SELECT 'A' || w.i AS assignment, w.patient, w.coder,
               CASE WHEN hash(w.i + 11) % 20 = 0 THEN 'qa_review' ELSE 'initial' END AS kind,
               instant(w.begins) AS assigned_at,
               instant(w.begins + INTERVAL 3600 SECOND) AS ended_at,
               'E' || w.i AS encounter, 'submitted' AS outcome
        FROM ({WORK}) AS w
    """,
    "workforce": f"""
        SELECT 'C' || i AS person, 'c' || i AS logins, 'coder' AS role, '2020-01-01' AS started_on,
               {SURNAME.format(n="hash(i + 21)")} AS family_name, 'Given' || (hash(i + 22) % 300) AS given_name,
               1 + hash(i) % 900 || ' Elm Street' AS address_line, 'Springfield' AS city, 'IL' AS state,
               CAST(62700 + hash(i + 3) % 99 AS VARCHAR) AS postal_code,
               '217555' || lpad(CAST(hash(i + 4) % 10000 AS VARCHAR), 4, '0') AS phone
        FROM range({{coders}}) AS r(i)
    """,
    "schedules": """
        SELECT 'C' || i AS person, d AS weekday, '08:00' AS starts, '17:30' AS ends
        FROM range({coders}) AS r(i), (SELECT unnest(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']) AS d) AS w
    """,
    "leave": """
        SELECT 'C' || i AS person, '2026-03-02' AS "from", '2026-03-03' AS "to" FROM range({coders}) AS r(i) WHERE i % 50 = 0
    """,
    "patients": f"""
        SELECT 'P' || i AS patient, {SURNAME.format(n="hash(i + 31)")} AS family_name,
               'Given' || (hash(i + 32) % 300) AS given_name, 1 + hash(i + 33) % 20000 || ' Oak Street' AS address_line,
               'Springfield' AS city, 'IL' AS state, CAST(62700 + hash(i + 34) % 99 AS VARCHAR) AS postal_code,
               '217' || lpad(CAST(hash(i + 35) % 10000000 AS VARCHAR), 7, '0') AS phone,
               CASE WHEN i % 10000 = 0 THEN 'public_figure' ELSE '' END AS flags
        FROM range({{patients}}) AS r(i)
    """,
    "devices": """
        SELECT 'D' || i AS device, '' AS person, 'clinic' AS owner, 'true' AS encrypted, 'true' AS managed,
               'true' AS antivirus, '2020-01-01' AS approved_from FROM range({coders}) AS r(i)
    """,
    "networks": "SELECT '10.20.0.0/16' AS cidr, 'office' AS kind",
    "tickets": """
        SELECT 'C' || i AS person, 'P' || i AS patient, '2026-03-01T00:00:00Z' AS "from", '2026-03-02T00:00:00Z' AS "to",
               'called in' AS reason, 'S1' AS approved_by FROM range({coders} // 10) AS r(i)
    """,
    "vendors": "SELECT 'V1' AS vendor, 'Coding Company' AS name, '' AS parent",
    "baas": """
        SELECT 'V1' AS vendor, '2020-01-01' AS signed_on, '2020-01-01' AS effective_from,
               'permitted_uses;safeguards;subcontractors;breach_notification;return_or_destruction' AS terms
    """,
}
