"""Every explanation's and detector's examples, on every engine. They are also its documentation."""

import os
from pathlib import Path

import pytest

from chartwarden.review.contracts import Example
from chartwarden.review.examples import explained_events, signals_of, write_example
from chartwarden.review.services import detectors, explanations

EXPLANATION_EXAMPLES = [
    pytest.param(name, example, id=f"{name}: {example.title}")
    for name, explanation in explanations().items()
    for example in explanation.examples
]
DETECTOR_EXAMPLES = [
    pytest.param(name, example, id=f"{name}: {example.title}")
    for name, detector in detectors().items()
    for example in detector.examples
]
ENGINES = ["duckdb", pytest.param("spark", marks=pytest.mark.peer("java"))]


@pytest.fixture(scope="session")
def spark_session() -> object:
    """A Spark session made for tiny tables; the engine finds it running."""
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # quick to start, for tiny tables
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "spark":
        request.getfixturevalue("spark_session")
    return request.param


@pytest.mark.parametrize(("name", "example"), DETECTOR_EXAMPLES)
def test_detector_example(name: str, example: Example, engine: str, tmp_path: Path) -> None:
    write_example(example, tmp_path)
    signals = signals_of(name, tmp_path, engine)
    assert {(signal.coder, signal.patient) for signal in signals} == set(example.expect)


@pytest.mark.parametrize(("name", "example"), EXPLANATION_EXAMPLES)
def test_explanation_example(name: str, example: Example, engine: str, tmp_path: Path) -> None:
    write_example(example, tmp_path)
    found = explained_events(tmp_path, engine)
    assert {event: found[event] for event, _ in example.expect} == dict(example.expect)
