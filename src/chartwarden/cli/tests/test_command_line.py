"""The command line as a person and a script meet it: exit status, one line a fault, nothing half-written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chartwarden.cli import app
from chartwarden.review.contracts import Example
from chartwarden.review.examples import write_example
from chartwarden.review.services import detectors

FIRES, QUIET = (
    next(example for example in detectors()["unassigned_access"].examples if bool(example.expect) is fires)
    for fires in (True, False)
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chartwarden", *arguments], capture_output=True, text=True, check=False
    )


def written(path: Path, example: Example) -> Path:
    write_example(example, path)
    return path


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return written(tmp_path / "clinic", FIRES)


def only_fault(capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert ": expected " in line
    assert "; found " in line
    return line


def test_a_review_writes_its_findings_and_says_where(clinic: Path) -> None:
    done = run("review", str(clinic))
    assert (done.returncode, done.stderr) == (0, "")
    findings = json.loads((clinic / "review" / "findings.json").read_bytes())
    assert findings["cases"][0]["coder"] == "ana"
    assert "ana" in done.stdout
    assert str(clinic / "review") in done.stdout.replace("\n", "")


def test_the_same_review_again_writes_the_same_bytes(clinic: Path, tmp_path: Path) -> None:
    assert app.run(["review", str(clinic)]) == 0
    assert app.run(["review", str(clinic), "--out", str(tmp_path / "again")]) == 0
    first, again = (place / "findings.json" for place in (clinic / "review", tmp_path / "again"))
    assert first.read_bytes() == again.read_bytes()


def test_fail_on_cases_exits_3_only_where_there_are_cases(clinic: Path, tmp_path: Path) -> None:
    assert app.run(["review", str(clinic), "--fail-on-cases"]) == 3
    assert app.run(["review", str(written(tmp_path / "quiet", QUIET)), "--fail-on-cases"]) == 0


def test_no_command_shows_the_help() -> None:
    done = run()
    assert done.returncode == 0
    assert "review" in done.stdout


def test_help_loads_nothing_heavy() -> None:
    program = "import sys; from chartwarden.cli.app import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"duckdb", "pyarrow", "numpy", "scipy", "splink", "altair", "rich"} & set(done.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["reviev"], "chartwarden"),
        (["review"], "FOLDER"),
        (["review", "--form", "x", "."], "--form"),
        (["review", ".", "--out"], "--out"),
        (["review", ".", "again"], "chartwarden review"),
        (["review", ".", "--from", "4 May"], "--from"),
        (["review", ".", "--to", "2026-13-01"], "--to"),
        (["review", ".", "--limit", "many"], "--limit"),
        (["review", ".", "--limit", "-1"], "--limit"),
        (["review", ".", "--engine", "oracle"], "--engine"),
        (["review", "no such folder"], "no such folder"),
        (["detectors", "no_such_detector"], "detector"),
        (["formats", "no_such_format"], "format"),
        (["explanations", "no_such_explanation"], "explanation"),
    ],
    ids=" ".join,
)
def test_a_wrong_option_is_one_line_and_exit_2(
    arguments: list[str], where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(arguments) == 2
    assert only_fault(capsys).startswith(f"{where}: ")


def test_every_missing_input_has_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["review", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all(": expected " in line for line in lines)


def test_a_refused_review_writes_nothing(clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clinic / "accesses.csv").write_text("event,actor\ne1,ana\n", encoding="utf-8")
    assert app.run(["review", str(clinic)]) == 2
    assert "accesses.csv" in only_fault(capsys)
    assert not (clinic / "review").exists()


def test_an_earlier_result_outlives_a_refused_review(clinic: Path) -> None:
    assert app.run(["review", str(clinic)]) == 0
    before = (clinic / "review" / "findings.json").read_bytes()
    (clinic / "accesses.csv").write_text("event,actor\ne1,ana\n", encoding="utf-8")
    assert app.run(["review", str(clinic)]) == 2
    assert (clinic / "review" / "findings.json").read_bytes() == before


def test_a_place_that_cannot_be_written_is_refused(clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = clinic / "clinic.toml" / "review"
    assert app.run(["review", str(clinic), "--out", str(place)]) == 2
    assert only_fault(capsys).startswith(f"{place}: expected a folder that can be written; found ")


def test_days_outside_the_log_give_an_empty_review(clinic: Path) -> None:
    assert app.run(["review", str(clinic), "--from", "2026-06-01", "--to", "2026-06-02", "--fail-on-cases"]) == 0


def test_spark_without_java_is_refused_with_what_it_needs(
    clinic: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(clinic))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert app.run(["review", str(clinic), "--engine", "spark"]) == 2
    assert only_fault(capsys).startswith("--engine spark: expected Java 17")


def test_a_last_day_before_the_first_is_refused(clinic: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["review", str(clinic), "--from", "2026-06-02", "--to", "2026-06-01"]) == 2
    assert only_fault(capsys).startswith("--from and --to: ")


@pytest.mark.parametrize("command", ["formats", "explanations", "detectors"])
def test_what_is_plugged_in_is_listed_and_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([command]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == sorted(listed)
    assert app.run([command, listed[0]]) == 0
    told = capsys.readouterr().out
    assert told.startswith("# ")
    assert f"`{listed[0]}`" in told


def test_a_demo_clinic_is_made_reviewed_and_evaluated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clinic = tmp_path / "clinic"
    assert app.run(["demo", str(clinic), "--coders", "3", "--weeks", "2", "--patients", "200", "--seed", "5"]) == 0
    assert "all made up" in capsys.readouterr().out
    assert app.run(["review", str(clinic), "--limit", "3"]) == 0
    findings, truth = clinic / "review" / "findings.json", tmp_path / "clinic.truth.json"
    capsys.readouterr()
    assert app.run(["evaluate", str(findings), str(truth)]) == 0
    assert "Seed 5" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["demo", "new", "--format", "hl7"], "--format"),
        (["demo", "new", "--weeks", "1"], "--weeks"),
        (["evaluate", "no.json", "no.truth.json"], "no.json"),
    ],
    ids=" ".join,
)
def test_wrong_sizes_and_files_are_refused(
    arguments: list[str],
    where: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert app.run(arguments) == 2
    assert only_fault(capsys).startswith(where)
    assert list(tmp_path.iterdir()) == []


def test_a_mapping_is_drafted_that_the_review_then_reads(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "Event Time,User,Action,MRN\n2026-05-04T09:00:00,ana,open,P9\n2026-05-04T09:20:00,ana,view,P9\n",
        encoding="utf-8",
    )
    assert app.run(["map", str(log)]) == 0
    (clinic / "accesses.csv").unlink()
    (clinic / "accesses").mkdir()
    log.rename(clinic / "accesses" / "log.csv")
    (clinic / "accesses" / "log.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert app.run(["review", str(clinic)]) == 0
    findings = json.loads((clinic / "review" / "findings.json").read_bytes())
    assert [case["patient"] for case in findings["cases"]] == ["P9"]


def test_a_mapping_of_no_table_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert app.run(["map", str(tmp_path / "empty.csv")]) == 2
    assert only_fault(capsys).startswith("empty.csv")
