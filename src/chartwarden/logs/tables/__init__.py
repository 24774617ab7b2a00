"""Reads a feed (CSV, TSV, newline-delimited JSON or Parquet, also gzipped) to typed Parquet.

Two ways lead there, and they agree. The fast one is DuckDB, for files without a fault. The careful one reads row by
row in Python, names the file, line and reason of each row that cannot be read, and keeps every other row.
"""
