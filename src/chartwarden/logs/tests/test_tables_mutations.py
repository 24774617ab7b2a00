"""Ten thousand damaged access logs: nothing crashes, every line is accounted for, and no good row is lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import AccessesRead, AccessEvent, Quarantined, Source
from chartwarden.logs.formats import plain
from chartwarden.logs.tests.support import CHICAGO

FILES = 10_000
HEADER = b"occurred_at,actor,action,patient,encounter,purpose,query,event\n"
ACTIONS = ("open", "view", "print", "search")
NOTES = ("", "plain", '"a, b"', '"say ""so"""', "caf\u00e9")


def row(at: int) -> bytes:
    """The good file's rows: some with quoted values, one in five with a letter that UTF-8 writes in two bytes."""
    values = (f"2026-03-0{1 + at % 9}T1{at % 10}:00:00", f"u{at}", ACTIONS[at % 4], f"P{at}", f"E{at}")
    return ",".join((*values, NOTES[at % 5], NOTES[at % 3], f"e{at}")).encode() + b"\n"


ROWS = [row(at) for at in range(20)]
LINE_END = re.compile(rb"\r\n|\n|\r")


def damaged(dice: random.Random, good: bytes, begin: int) -> bytes:
    """The file with one to three bytes flipped, cut out or spliced in from elsewhere, from ``begin`` on."""
    content = bytearray(good)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(begin, len(content) + 1)
        length = dice.choice((1, 1, 2, 40, 200))
        kind = dice.randrange(4)
        if kind == 0:
            content[at : at + 1] = bytes([dice.choice((0, 9, 10, 13, 34, 44, 123, 255, dice.randrange(256)))])
        elif kind == 1:
            del content[at : at + length]
        elif kind == 2:
            source = dice.randrange(begin, len(good))
            content[at:at] = good[source : source + length]
        else:
            content[at:at] = dice.choice((b'"', b'""', b"\r", b"\0", b",", b"\n", b'",', b"\xef\xbb\xbf"))
    return bytes(content)


def check(content: bytes, path: Path) -> None:
    path.write_bytes(content)
    found = {row.line: row for row in plain.read(Source(path.name, path, CHICAGO))}
    lines = LINE_END.split(content)
    events = [row for row in found.values() if isinstance(row, AccessEvent)]
    values = [
        value
        for event in events
        for value in (event.purpose, event.query)
        if value and "\n" in value.replace("\r", "\n")
    ]
    within = sum(len(LINE_END.findall(value.encode())) for value in values)
    unread = [line for number, line in enumerate(lines[1:], 2) if line and number not in found]
    assert len(unread) <= within
    read = {(event.actor, event.patient) for event in events}
    swallowed = "".join(values).replace('"', "")
    for at, good in enumerate(ROWS):
        if good[:-1] in lines[1:] and (f"u{at}", f"P{at}") not in read:
            assert good[:-1].decode().replace('"', "") in swallowed
    assert all(row.reason for row in found.values() if isinstance(row, Quarantined))


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_no_good_row_is_lost(end: bytes, tmp_path: Path) -> None:
    dice = random.Random(1)
    good = (HEADER + b"".join(ROWS)).replace(b"\n", end)
    for _ in range(FILES // 2):
        check(damaged(dice, good, len(HEADER) + len(end) - 1), tmp_path / "accesses.csv")


def test_every_row_is_counted(accesses: Callable[..., AccessesRead]) -> None:
    dice = random.Random(2)
    good = HEADER + b"".join(ROWS)
    refused: list[str] = []
    for _ in range(150):
        try:
            read = accesses({"accesses.csv": damaged(dice, good, 0)}, "plain")
        except InputRefused as refusal:
            refused.append(str(refusal))
            continue
        (count,) = read.counts
        assert count.rows == count.read + count.quarantined + count.duplicates
        assert pq.read_metadata(read.parquet[0]).num_rows == count.read
        assert len(read.quarantined) == count.quarantined
    assert len(refused) < 75
    assert all("\n" not in line for line in refused)
