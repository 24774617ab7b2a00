"""Small tables for detectors that need more than SQL: links, lapses of agreements, faults of devices, networks.

Made once the accesses are explained. ``tables.TABLES`` documents them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.logs.contracts import FeedRead
from chartwarden.review.agreements import gap_rows, gaps
from chartwarden.review.contracts import Clinic, Period
from chartwarden.review.devices_networks import address_kinds, device_faults
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.links.linking import SCHEMA, link
from chartwarden.review.period import midnight

STAMP = pa.timestamp("us")
GAP_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("vendor", "at_fault", "fault", "missing")),
        ("begins", STAMP),
        ("ends", STAMP),
    ]
)
FAULT_SCHEMA = pa.schema([("device", pa.string()), ("fault", pa.string()), ("begins", STAMP), ("ends", STAMP)])
ADDRESS_SCHEMA = pa.schema([("address", pa.string()), ("kind", pa.string())])


def derive(engine: Engine, clinic: Clinic, feeds: Mapping[str, FeedRead], period: Period) -> None:
    """Make agreement_gaps, device_faults, connections, addresses, links and linked_accesses."""
    first_moment = partial(midnight, zone=clinic.time_zone)
    employers = {row["employer"] for row in _feed(feeds, "workforce") if row["employer"]}
    found = gaps(
        _feed(feeds, "vendors"),
        _feed(feeds, "baas"),
        employers,
        period.first_day,
        period.last_day + timedelta(days=1),
    )
    _keep(engine, "agreement_gaps", gap_rows(found, first_moment), GAP_SCHEMA)
    _keep(engine, "device_faults", device_faults(_feed(feeds, "devices"), first_moment), FAULT_SCHEMA)
    _connections(engine, _feed(feeds, "devices"), _feed(feeds, "networks"))
    links = link(engine) if pq.read_metadata(feeds["patients"].parquet).num_rows else SCHEMA.empty_table()
    engine.arrow("links", links)
    engine.table("linked_accesses", LINKED_ACCESSES)


# As the view accesses, but grouped by login first: the log is long, the logins are few.
CONNECTIONS = """
SELECT c.coder, c.person, g.device, g.address, min(g.first_at) AS first_at, max(g.last_at) AS last_at
FROM (
  SELECT s.actor, s.device, s.address, min(s.occurred_at) AS first_at, max(s.occurred_at) AS last_at
  FROM seen AS s WHERE {wanted}
  GROUP BY s.actor, s.device, s.address
) AS g JOIN actors AS c ON c.actor = g.actor
GROUP BY c.coder, c.person, g.device, g.address
"""

LINKED_ACCESSES = """
SELECT l.access, l.coder, l.person, l.patient, l.occurred_at, x.access IS NOT NULL AS explained,
       coalesce(l.outcome, 'success') = 'denied' AS denied
FROM loose AS l
JOIN (SELECT DISTINCT k.person, k.patient FROM links AS k) AS c ON c.person = l.person AND c.patient = l.patient
LEFT JOIN loose_explained AS x ON x.access = l.access
UNION ALL
SELECT a.access, a.coder, a.person, a.patient, a.occurred_at, TRUE AS explained,
       coalesce(a.outcome, 'success') = 'denied' AS denied
FROM accesses AS a
JOIN (
  SELECT DISTINCT e.person, e.patient FROM links AS k
  JOIN explained_pairs AS e ON e.person = k.person AND e.patient = k.patient
  WHERE k.relation IN ('self', 'household', 'family')
) AS w ON w.person = a.person AND w.patient = a.patient
"""


def _connections(engine: Engine, devices: list[dict[str, Any]], networks: list[dict[str, Any]]) -> None:
    """The log is read for its devices and addresses only where there is a register to hold them against."""
    wanted = "TRUE" if devices or networks else "FALSE"
    engine.table("connections", CONNECTIONS.format(wanted=wanted))
    rows = (
        engine.rows("SELECT DISTINCT c.address FROM connections AS c WHERE c.address IS NOT NULL") if networks else []
    )
    kinds = address_kinds([row["address"] for row in rows], networks)
    _keep(engine, "addresses", [{"address": text, "kind": kind} for text, kind in kinds.items()], ADDRESS_SCHEMA)


def _keep(engine: Engine, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    engine.arrow(name, pa.Table.from_pylist(rows, schema=schema))


def _feed(feeds: Mapping[str, FeedRead], name: str) -> list[dict[str, Any]]:
    return pq.read_table(feeds[name].parquet).to_pylist()  # type: ignore[no-any-return]
