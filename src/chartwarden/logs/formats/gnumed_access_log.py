"""GNUmed: the table gm.access_log, exported from PostgreSQL with its header (``\\copy … csv header``).

Field names come from GNUmed's own schema scripts: v10-gm-access_log-static.sql (pk, user_action) and gmAudit.sql,
whose audit.audit_fields it inherits (pk_audit, row_version, modified_when, modified_by); the wording of user_action
from v10-gm-access_log-dynamic.sql (gm.log_access2emr, gm.log_other_access) and the client's gmClinicalRecord.py
("EMR access for pk_identity [1]", "setting up active encounter for identity [1]").

- ``user_action`` "EMR access: … [pk]" is an ``open`` of the chart of the patient with that pk (dem.identity.pk).
- Any other user_action (schema scripts, connections of the database owner) is no access.
- ``modified_when`` carries its offset; without one it is local time. ``modified_by`` is the database login.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chartwarden.logs.contracts import AccessEvent, FormatExample, Head, LogFormat, NotAccess, Row, Source
from chartwarden.logs.formats._delimited import header, read_rows
from chartwarden.logs.formats._row_values import RowFault, Values, instant, need
from chartwarden.logs.tables.values import count_of

REQUIRED = ("pk", "modified_when", "modified_by", "user_action")
ACCESS = "EMR access:"
PATIENT = re.compile(r"\[\s*(\d+)\s*\]\s*$")


def recognises(head: Head) -> bool:
    """The columns that only this table has together."""
    return set(REQUIRED) <= set(header(head.header).names)


def read(source: Source) -> Iterator[Row]:
    """Each row as an opened chart, or as no access."""

    def row(line: int, values: Values) -> Row:
        when = instant(values.get("modified_when"), "modified_when", source.zone)
        action = need(values, "user_action", "what was done")
        if not action.startswith(ACCESS):
            return NotAccess(line, "GNUmed database event")
        patient = PATIENT.search(action)
        if patient is None:
            # The action names the patient, so its text stays out of the reason.
            raise RowFault(f"expected the patient's pk in brackets at the end of user_action; found {count_of(action)}")
        pk = need(values, "pk", "the row's key")
        return AccessEvent(
            line=line,
            event=pk,
            occurred_at=when.utc,
            actor=need(values, "modified_by", "a login"),
            action="open",
            patient=patient[1],
            guessed=when.guessed,
        )

    return read_rows(source, REQUIRED, row)


FORMAT = LogFormat(
    title="GNUmed, table gm.access_log (CSV, TSV or pipe-delimited)",
    source="GNUmed schema: gmAudit.sql, v10-gm-access_log-static.sql and -dynamic.sql; client gmClinicalRecord.py",
    recognises=recognises,
    read=read,
    examples=(
        FormatExample(
            title="Two rows of one opened chart, a schema script, and an access without a patient",
            content=(
                b"pk_audit,row_version,modified_when,modified_by,pk,user_action\n"
                b"9001,0,2026-03-02 09:15:00.127001+01,any-doc,664,EMR access: EMR access for pk_identity [12]\n"
                b"9002,0,2026-03-02 09:15:00.301+01,any-doc,665,"
                b"EMR access: setting up active encounter for identity [12]\n"
                b"9003,0,2026-03-02 02:00:00+01,gm-dbo,666,database change script inserted: v23-x.sql (23.0)\n"
                b"9004,0,2026-03-02 09:16:00+01,any-doc,667,EMR access: unknown\n"
            ),
            becomes=(
                {
                    "line": 2, "event": "664", "occurred_at": "2026-03-02T08:15:00.127001", "actor": "any-doc",
                    "action": "open", "patient": "12",
                },
                {"line": 3, "event": "665", "patient": "12"},
            ),
            quarantined=(5,),
            name="access_log.csv",
            zone="Europe/Berlin",
        ),
    ),
)  # fmt: skip
