"""An access log without one readable row is refused, in one line a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import AccessesRead

Accesses = Callable[..., AccessesRead]
HEADER = b"occurred_at,actor,action,patient\n"
GOOD = b"2026-03-02T09:00:00Z,mlopez,open,P1\n"
BAD = b"yesterday,mlopez,open,P1\n"


def refusals(accesses: Accesses, contents: dict[str, bytes], format_id: str | None = None) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        accesses(contents, format_id)
    return [str(fault) for fault in refused.value.faults]


def test_a_log_without_a_patient_column(accesses: Accesses) -> None:
    log = b"occurred_at,actor,action\n" + b"2026-03-02T09:00:00Z,mlopez,open\n" * 12
    assert refusals(accesses, {"accesses.csv": log}) == [
        "accesses.csv, line 2 (and 11 more rows): expected a value in patient, as the action is open; found none"
    ]


def test_every_time_bad_in_one_of_two_logs(accesses: Accesses) -> None:
    (told,) = refusals(accesses, {"a.csv": HEADER + BAD + BAD, "b.csv": HEADER + GOOD})
    assert told.startswith("a.csv, line 2 (and 1 more row): expected ")
    assert told.endswith(" in occurred_at; found 'yesterday'")


def test_every_unreadable_log_is_told(accesses: Accesses) -> None:
    told = refusals(accesses, {"a.csv": HEADER + BAD, "b.csv": HEADER + BAD})
    assert [line.partition(":")[0] for line in told] == ["a.csv, line 2", "b.csv, line 2"]


def test_a_format_that_is_not_the_log_s(accesses: Accesses) -> None:
    (told,) = refusals(accesses, {"a.csv": HEADER + GOOD}, "fhir_audit_event")
    assert told == "a.csv: expected an access log in the format fhir_audit_event; found not one row"


def test_a_bomb_of_entities(accesses: Accesses) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><AuditMessage>&b;</AuditMessage>'
    (told,) = refusals(accesses, {"a.xml": bomb}, "dicom_audit")
    assert told == "a.xml, line 1: expected XML without DTD and entities; found a declaration before the message"


def test_one_readable_row_or_none_at_all_is_no_fault(accesses: Accesses) -> None:
    read = accesses({"a.csv": HEADER + BAD + GOOD, "b.csv": HEADER}, "plain")
    assert [(count.rows, count.read) for count in read.counts] == [(2, 1), (0, 0)]


def test_a_log_of_no_accesses_was_read(accesses: Accesses) -> None:
    other = b'{"resourceType":"Patient"}\n{"resourceType":"AuditEvent"}\n'
    assert sum(accesses({"a.ndjson": other}, "fhir_audit_event").not_accesses.values()) == 1
