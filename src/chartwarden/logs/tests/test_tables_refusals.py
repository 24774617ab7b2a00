"""Files that can't be used at all: one line each, and nothing half-written."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.progress import Quiet
from chartwarden.logs.contracts import FeedRead
from chartwarden.logs.services import read_feed
from chartwarden.logs.tests.support import ASSIGNMENTS, CHICAGO, HEADER

ROW = b"A1,P1,audit,2026-03-08 09:00,,,,,,,,caf\xc3\xa9\n"
GOOD = HEADER + ROW


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, GOOD)
    return buffer.getvalue()


def parquet(columns: dict[str, list[str]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


EXPECTED = "assignments.csv: expected text in UTF-8, or Parquet; found "
MISSING = "expected the column kind; found only 'assignment, patient, assigned_at'"
REFUSED = {
    "empty": (b"", EXPECTED + "an empty file"),
    "empty gzip": (gzip.compress(b""), EXPECTED + "an empty file"),
    "blank lines": (b"\n\r\n\n", "assignments.csv: expected a header row; found an empty file"),
    "only a mark": (b"\xef\xbb\xbf", "assignments.csv: expected a header row; found an empty file"),
    "zip": (zipped("assignments.csv"), EXPECTED + "a zip archive"),
    "workbook": (zipped("xl/workbook.xml"), EXPECTED + "an Excel workbook"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), EXPECTED + "an old Office file"),
    "pdf": (b"%PDF-1.7\n", EXPECTED + "a PDF"),
    "binary": (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00\x01", EXPECTED + "binary data"),
    "gzip in gzip": (gzip.compress(gzip.compress(GOOD)), EXPECTED + "a gzip file within another"),
    "cut gzip": (gzip.compress(GOOD * 50)[:-9], "assignments.csv: expected a whole gzip file; found a damaged one"),
    "damaged gzip": (b"\x1f\x8b\x08" + bytes(30), "assignments.csv: expected a whole gzip file; found a damaged one"),
    "UTF-16": (GOOD.decode().encode("utf-16"), EXPECTED + "UTF-16"),
    "UTF-16 without a mark": (GOOD.decode().encode("utf-16-le"), EXPECTED + "UTF-16 or UTF-32"),
    "UTF-32": (GOOD.decode().encode("utf-32"), EXPECTED + "UTF-32"),
    "header in Latin-1": (
        b"assignm\xe9nt" + GOOD,
        "assignments.csv, line 1: expected a header row in UTF-8; found the byte 0xE9",
    ),
    "its only row in Latin-1": (
        HEADER + b"A1,P1,audit,2026-03-08 09:00,,,,,,,,caf\xe9\n",
        "assignments.csv: expected text in UTF-8; found 1 of 1 rows in another encoding",
    ),
    "rows in Latin-1": (
        HEADER + ROW.decode().encode("latin-1") * 3 + ROW,
        "assignments.csv: expected text in UTF-8; found 3 of 4 rows in another encoding",
    ),
    "missing column": (b"assignment,patient,assigned_at\n", f"assignments.csv, line 1: {MISSING}"),
    "missing columns": (
        b"assignment;patient;kind;assigned_at\nA1;P1;audit;2026-03-08\n",
        "assignments.csv, line 1: expected the columns assignment, patient, kind, assigned_at; "
        "found only 'assignment;patient;kind;assigned_at'",
    ),
    "missing key": (
        b'{"assignment": "A1", "patient": "P1", "assigned_at": "2026-03-08"}\n',
        f"assignments.csv: {MISSING}",
    ),
    "missing Parquet column": (
        parquet({"assignment": ["A1"], "patient": ["P1"], "assigned_at": ["2026-03-08"]}),
        f"assignments.csv: {MISSING}",
    ),
    "column twice": (
        GOOD.replace(b"reason", b"kind"),
        "assignments.csv, line 1: expected each column once; found kind twice",
    ),
    "cut Parquet": (parquet({"a": ["b"]})[:-20], "assignments.csv: expected a whole Parquet file; found a damaged one"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refused(what: str, feed: Callable[..., FeedRead], scratch: Path) -> None:
    content, message = REFUSED[what]
    with pytest.raises(InputRefused) as refused:
        feed(content)
    assert str(refused.value) == message
    assert [path.name for path in scratch.iterdir() if path.suffix == ".parquet"] == []


def test_a_gzip_bomb_is_refused_while_it_unpacks(feed: Callable[..., FeedRead], scratch: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        feed(gzip.compress(bytes(100 << 20)), "assignments.csv.gz")
    assert str(refused.value) == (
        "assignments.csv.gz: expected gzip of at most 200 times its size; found more: a gzip bomb"
    )
    assert list(scratch.iterdir()) == []


def test_a_file_that_is_not_there(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_feed(ASSIGNMENTS, tmp_path / "assignments.csv", CHICAGO, scratch, Quiet())
    assert str(refused.value) == "assignments.csv: expected a file that can be read; found No such file or directory"
