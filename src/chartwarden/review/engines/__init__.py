"""Where a review's SQL runs: one machine (DuckDB) or a cluster (Spark), with the same rows out of both.

All SQL is written in DuckDB's dialect, in the portable part of it: no ASOF join, no ``GROUP BY ALL``, every subquery
named, ``x * INTERVAL 1 SECOND`` for seconds. Times are UTC without a zone; local times come from the table of offsets.
"""
