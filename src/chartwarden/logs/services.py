import csv
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.kernel.zones import parse_instant
from chartwarden.logs.contracts import *


def _v(c, x, z):
    if not x:
        return [] if c.kind == "words" else None
    return {
        "instant": lambda: parse_instant(x, z).utc,
        "date": lambda: date.fromisoformat(x),
        "time": lambda: int(x[:2]) * 60 + int(x[3:]),
        "words": lambda: x.split(";"),
        "flag": lambda: x in ("true", "1", "yes"),
    }.get(c.kind, lambda: x)()


def read_feed(feed, path, zone, scratch, progress):
    rows = list(csv.DictReader(open(path)))
    t = pa.Table.from_pylist(
        [{c.name: _v(c, r.get(c.name), zone) for c in feed.columns} for r in rows], schema=feed_schema(feed)
    )
    p = scratch / f"{feed.name}.parquet"
    pq.write_table(t, p)
    return FeedRead(p, InputCount(path.name, "", len(rows), len(rows), 0, 0), (), ())


def read_accesses(paths, zone, scratch, progress, format_id=None):
    rows = list(csv.DictReader(open(paths[0])))
    out = []
    for r in rows:
        d = {k: (r.get(k) or None) for k in ACCESS_SCHEMA.names}
        d["occurred_at"] = parse_instant(r["occurred_at"], zone).utc
        d["guessed"] = False
        d["file"] = paths[0].name
        d["recorded_at"] = None
        out.append(d)
    p = scratch / "accesses.parquet"
    pq.write_table(pa.Table.from_pylist(out, schema=ACCESS_SCHEMA), p)
    return AccessesRead((p,), (InputCount(paths[0].name, "", len(rows), len(rows), 0, 0),), (), 0, {})
