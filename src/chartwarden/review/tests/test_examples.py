"""Every explanation's and detector's examples, on every engine. They are also its documentation.

On Spark, `make test` runs the first example of each, `make engines` all of them.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from chartwarden.review.contracts import Example
from chartwarden.review.examples import explained_events, signals_of, write_example
from chartwarden.review.services import detectors, explanations

EVERY = os.environ.get("CHARTWARDEN_ENGINES") == "all"


def examples(plugins: Iterable[tuple[str, Any]]) -> list[Any]:
    """Name, example and engine."""
    found = []
    for name, plugin in plugins:
        for number, example in enumerate(plugin.examples):
            title = f"{name}: {example.title}"
            found.append(pytest.param(name, example, "duckdb", id=f"duckdb-{title}"))
            if number == 0 or EVERY:
                found.append(pytest.param(name, example, "spark", id=f"spark-{title}", marks=pytest.mark.peer("java")))
    return found


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


@pytest.fixture
def ready(request: pytest.FixtureRequest, engine: str) -> str:
    """The engine, once it runs."""
    if engine == "spark":
        request.getfixturevalue("spark_session")
    return engine


@pytest.mark.parametrize(("name", "example", "engine"), examples(detectors().items()))
def test_detector_example(name: str, example: Example, ready: str, tmp_path: Path) -> None:
    write_example(example, tmp_path)
    signals = signals_of(name, tmp_path, ready)
    assert {(signal.coder, signal.patient) for signal in signals} == set(example.expect)


@pytest.mark.parametrize(("name", "example", "engine"), examples(explanations().items()))
def test_explanation_example(name: str, example: Example, ready: str, tmp_path: Path) -> None:
    write_example(example, tmp_path)
    found = explained_events(tmp_path, ready)
    assert {event: found[event] for event, _ in example.expect} == dict(example.expect)
