"""The story end to end: a clinic is made, its log is reviewed in every dress and on every engine, and says the same."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from chartwarden.cli.app import run
from chartwarden.demo.services import make_clinic
from chartwarden.review.findings_json import findings_json
from chartwarden.review.services import review_folder

SIZE = {"seed": 11, "coders": 3, "weeks": 2, "patients": 300}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clinic") / "plain"
    make_clinic(folder, **SIZE)
    return folder


@pytest.fixture(scope="module")
def found(clinic: Path) -> dict[str, Any]:
    return json.loads(findings_json(review_folder(clinic)))


@pytest.mark.parametrize("dress", ["fhir", "dicom"])
def test_the_same_log_in_another_dress_explains_the_same(tmp_path: Path, found: dict[str, Any], dress: str) -> None:
    make_clinic(tmp_path / dress, **SIZE, log_format=dress)
    other = json.loads(findings_json(review_folder(tmp_path / dress)))
    assert other["totals"] == found["totals"]
    pairs = {(case["coder"], case["patient"]) for case in found["cases"] if case["score"] >= 3}
    assert pairs <= {(case["coder"], case["patient"]) for case in other["cases"]}


@pytest.mark.peer("java")
def test_spark_writes_the_same_bytes(clinic: Path, found: dict[str, Any]) -> None:
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    from pyspark.sql import SparkSession

    quick = SparkSession.builder.master("local[2]").config("spark.sql.shuffle.partitions", "2")
    quick.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    there = findings_json(review_folder(clinic, engine="spark"))
    here = findings_json(review_folder(clinic))
    assert there.replace(b'"engine": "spark"', b'"engine": "duckdb"', 1) == here


def test_reviewing_in_parts_covers_what_reviewing_at_once_does(clinic: Path, found: dict[str, Any]) -> None:
    days = sorted([*found["coverage"]["days"], *found["coverage"]["days_without_accesses"]])
    halves = [(days[0], days[6]), (days[7], days[-1])]
    totals = []
    for number, (first, last) in enumerate(halves):
        out = clinic.parent / f"half-{number}"
        assert run(["review", str(clinic), "--from", first, "--to", last, "--out", str(out)]) == 0
        totals.append(json.loads((out / "findings.json").read_bytes())["totals"])
    for name in ("accesses", "explained", "unexplained"):
        assert sum(part[name] for part in totals) == found["totals"][name]


def test_the_truth_is_in_no_file_that_a_review_reads(clinic: Path) -> None:
    truth = clinic.with_name(clinic.name + ".truth.json")
    assert truth.is_file()
    assert not any(b"violation" in path.read_bytes() for path in clinic.iterdir() if path.is_file())
