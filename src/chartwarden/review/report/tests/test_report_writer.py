"""Three files, whole or not at all; a folder that can't be written is refused by name."""

from __future__ import annotations

import hashlib
import json

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.review.report.writer import NAMES, check_writable, write_reports


def test_all_files_and_nothing_else(findings, tmp_path):
    out = tmp_path / "new" / "review"
    paths = write_reports(findings, out)
    assert sorted(path.name for path in out.iterdir()) == sorted(NAMES)
    assert [path.name for path in paths] == list(NAMES)
    data = (out / "findings.json").read_bytes()
    assert len(json.loads(data)["cases"]) == 12
    assert hashlib.sha256(data).hexdigest() in (out / "review.html").read_text(encoding="utf-8")
    assert (out / "review.pdf").read_bytes().startswith(b"%PDF-")


def test_again_gives_the_same_bytes(findings, tmp_path):
    first = [path.read_bytes() for path in write_reports(findings, tmp_path, limit=2)]
    second = [path.read_bytes() for path in write_reports(findings, tmp_path, limit=2)]
    assert first == second


@pytest.mark.parametrize("inside", ["", "review"])
def test_a_file_where_the_folder_should_be_is_refused_by_name(tmp_path, inside):
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(InputRefused, match="taken") as refused:
        check_writable(taken / inside)
    assert refused.value.faults[0].expected == "a folder that can be written"
    assert taken.read_text(encoding="utf-8") == "mine"


def test_a_folder_in_the_place_of_a_report_is_refused_and_the_others_stay(findings, tmp_path):
    (tmp_path / "findings.json").write_text("before", encoding="utf-8")
    (tmp_path / "review.pdf").mkdir()
    with pytest.raises(InputRefused, match=r"review\.pdf"):
        write_reports(findings, tmp_path)
    assert (tmp_path / "findings.json").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["findings.json", "review.pdf"]
