"""Weigh candidates with Splink, on a small DuckDB of its own whatever the review's engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from chartwarden.review.links.frequencies import Frequencies
from chartwarden.review.links.model import settings

STAFF = "staff"
PATIENTS = "patients"


def weigh(
    pairs: Sequence[tuple[str, str]],
    staff: pa.Table,
    patients: pa.Table,
    terms: Frequencies,
    least: float | None = None,
) -> list[dict[str, Any]]:
    """Splink's row for each (person, patient): id_l, id_r, match_weight (log2 odds), gamma_* (levels), mw_* (parts).

    The pairs are given, so Splink blocks nothing; frequencies are those of the whole clinic, so it counts nothing.
    Pairs below the probability ``least`` are left out, where it is given.
    """
    from splink import Linker  # slow to import, and most small reviews have no candidate
    from splink.backends.duckdb import DuckDBAPI

    connection = duckdb.connect()
    try:
        database = DuckDBAPI(connection)
        tables = [
            database.register(staff, dataset_display_name=STAFF),
            database.register(patients, dataset_display_name=PATIENTS),
        ]
        linker = Linker(tables, settings(terms.patients), log_level=None, validate_settings=False)
        for column, shares in _shares(terms).items():
            lookup = database.register(_lookup(column, shares))
            linker.table_management.register_term_frequency_lookup(lookup, column)
        linker.table_management.register_blocked_pairs_for_predict(database.register(_blocked(pairs)))
        rows = linker.inference.predict(warning_mode="never", threshold_match_probability=least).as_record_list()
    finally:
        connection.close()
    return sorted(rows, key=lambda row: (row["id_l"], row["id_r"]))


def _shares(terms: Frequencies) -> dict[str, Mapping[str, float]]:
    return {
        "surname": terms.surname, "postal_code": terms.postal_code, "city": terms.city, "contact": terms.contact,
    }  # fmt: skip


def _lookup(column: str, shares: Mapping[str, float]) -> pa.Table:
    return pa.table(
        {column: pa.array(list(shares), pa.string()), f"tf_{column}": pa.array(list(shares.values()), pa.float64())}
    )


def _blocked(pairs: Sequence[tuple[str, str]]) -> pa.Table:
    return pa.table(
        {
            "match_key": pa.array(["0"] * len(pairs), pa.string()),
            "join_key_l": pa.array([f"{STAFF}-__-{person}" for person, _ in pairs], pa.string()),
            "join_key_r": pa.array([f"{PATIENTS}-__-{patient}" for _, patient in pairs], pa.string()),
        }
    )
