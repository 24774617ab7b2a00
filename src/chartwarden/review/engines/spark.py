"""Apache Spark: the same SQL, carried over by SQLGlot, for logs that one machine should not hold.

Spark is the extra ``spark`` and needs Java 17. Times stay UTC without a zone (``TIMESTAMP_NTZ``), as on DuckDB.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from pyspark.sql import DataFrame, SparkSession, functions

from chartwarden.review.engines.contracts import ACCESS_STRIDE

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


class SparkEngine:
    """An engine on the session that is configured (``spark-submit``, environment), or else on this machine's cores."""

    name = "spark"

    def __init__(self, scratch: Path, settings: dict[str, str] | None = None) -> None:
        builder = SparkSession.builder.appName("chartwarden review")
        for key, value in {**SETTINGS, "spark.sql.warehouse.dir": str(scratch), **(settings or {})}.items():
            builder = builder.config(key, value)
        self._session = builder.getOrCreate()
        self._scratch = scratch
        self._kept: list[DataFrame] = []
        self._names: list[str] = []

    def events(self, files: Sequence[Path], schema: pa.Schema) -> None:
        """See Engine.events. Spark knows a row's number in its Parquet file as ``_metadata.row_index``."""
        frames = []
        for number, file in enumerate(files):
            frame = self._session.read.parquet(str(file))
            position = functions.col("_metadata.row_index") + functions.lit(number * ACCESS_STRIDE)
            frames.append(frame.select(position.alias("access"), *schema.names))
        self._name("events", reduce(DataFrame.unionAll, frames))

    def parquet(self, name: str, file: Path) -> None:
        """See Engine.parquet."""
        self._name(name, self._session.read.parquet(str(file)))

    def arrow(self, name: str, table: pa.Table) -> None:
        """See Engine.arrow. By way of a file, since a cluster reads files."""
        file = self._scratch / f"{name}.{len(self._names)}.parquet"
        pq.write_table(table, file)
        self.parquet(name, file)

    def view(self, name: str, sql: str) -> None:
        """See Engine.view."""
        self._name(name, self._session.sql(to_spark(sql)))

    def table(self, name: str, sql: str) -> None:
        """See Engine.table."""
        frame = self._session.sql(to_spark(sql)).cache()
        self._kept.append(frame)
        self._name(name, frame)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """See Engine.rows."""
        return [row.asDict(recursive=True) for row in self._session.sql(to_spark(sql)).collect()]

    def write(self, sql: str, file: Path) -> None:
        """See Engine.write. The rows come to the driver."""
        pq.write_table(self._session.sql(to_spark(sql)).toArrow(), file)

    def close(self) -> None:
        """See Engine.close. The session stays: another review in this process uses it again."""
        for frame in self._kept:
            frame.unpersist()
        for name in self._names:
            self._session.catalog.dropTempView(name)

    def _name(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(name)
        self._names.append(name)


def to_spark(sql: str) -> str:
    """DuckDB's dialect as Spark's. Raises sqlglot's UnsupportedError where it cannot be said."""
    said = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    return str(said[0])
