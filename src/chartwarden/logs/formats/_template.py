"""One system and its table or message, and where its field names come from: a manual, a specification, a schema.

Copy this file under the name of the new format. Say here how each field becomes one of ACCESS_MEANINGS.
"""

from __future__ import annotations

from collections.abc import Iterator

from chartwarden.logs.contracts import AccessEvent, FormatExample, Head, LogFormat, Row, Source
from chartwarden.logs.formats._delimited import header, read_rows
from chartwarden.logs.formats._row_values import Values, instant, need

REQUIRED = ("WHEN_SEEN", "STAFF_LOGIN", "CHART_NUMBER")


def recognises(head: Head) -> bool:
    """The columns that only this table has together."""
    return set(REQUIRED) <= set(header(head.header).names)


def read(source: Source) -> Iterator[Row]:
    """Each row as one opened chart."""

    def row(line: int, values: Values) -> Row:
        seen = instant(values.get("WHEN_SEEN"), "WHEN_SEEN", source.zone)
        return AccessEvent(
            line=line,
            occurred_at=seen.utc,
            actor=need(values, "STAFF_LOGIN", "a login"),
            action="open",
            patient=need(values, "CHART_NUMBER", "a chart"),
            guessed=seen.guessed,
        )

    return read_rows(source, REQUIRED, row)


FORMAT = LogFormat(
    title="Example EHR, table CHARTS_SEEN",
    source="The maker's manual, its edition and page",
    recognises=recognises,
    read=read,
    examples=(
        FormatExample(
            title="One chart opened, and a row without a login",
            content=b"WHEN_SEEN,STAFF_LOGIN,CHART_NUMBER\n2026-05-04 09:00,ana,P1\n2026-05-04 09:05,,P2\n",
            becomes=(
                {"line": 2, "occurred_at": "2026-05-04T14:00:00", "actor": "ana", "action": "open", "patient": "P1"},
            ),
            quarantined=(3,),
            zone="America/Chicago",
        ),
    ),
)
