"""Judging pairs first gives what judging each access alone gives."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartwarden.review.contracts import Clinic, Explanation
from chartwarden.review.engines.duckdb import DuckDBEngine
from chartwarden.review.explaining import explain, places

START = datetime(2026, 5, 4)
CLINIC = Clinic("Trial", ZoneInfo("UTC"))
PEOPLE, PATIENTS, KINDS = ["ana", "ben"], ["P1", "P2"], ["first", "second", "third"]


def explanation(kind: str, order: int) -> Explanation:
    sql = f"SELECT person, patient, begins, ends, reference FROM work AS w WHERE w.kind = '{kind}'"
    return Explanation(kind, "", "", order, sql, ())


# The order is not the alphabet's, so that a mix-up shows.
EXPLANATIONS = {
    "first": explanation("first", 50),
    "second": explanation("second", 10),
    "third": explanation("third", 20),
}

moments = st.integers(0, 40).map(lambda minutes: START + timedelta(minutes=minutes))
accesses = st.lists(
    st.tuples(moments, st.sampled_from([*PEOPLE, None]), st.sampled_from([*PATIENTS, None])), max_size=12
)
work = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PATIENTS), moments, st.integers(0, 20), st.sampled_from(KINDS)),
    max_size=8,
)


PAIRS = """
SELECT coder, person, patient, count(*) AS accesses, min(occurred_at) AS first_at, max(occurred_at) AS last_at
FROM accesses WHERE patient IS NOT NULL GROUP BY coder, person, patient
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> object:
    return tmp_path_factory.mktemp("scratch")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seen=accesses, queue=work)
def test_pairs_first_equals_one_by_one(scratch: object, seen: list, queue: list) -> None:
    engine = DuckDBEngine(scratch)
    stamp = pa.timestamp("us")
    engine.arrow(
        "accesses",
        pa.table(
            {
                "access": pa.array(range(len(seen)), pa.int64()),
                "occurred_at": pa.array([at for at, _, _ in seen], stamp),
                "person": pa.array([person for _, person, _ in seen], pa.string()),
                "coder": pa.array([person or "stranger" for _, person, _ in seen], pa.string()),
                "patient": pa.array([patient for _, _, patient in seen], pa.string()),
                "outcome": pa.nulls(len(seen), pa.string()),
            }
        ),
    )
    stretches = [(p, q, b, b + timedelta(minutes=length), kind) for p, q, b, length, kind in queue]
    columns = ("person", "patient", "begins", "ends", "kind")
    types = (pa.string(), pa.string(), stamp, stamp, pa.string())
    table = {name: pa.array([row[at] for row in stretches], types[at]) for at, name in enumerate(columns)}
    engine.arrow(
        "work", pa.table({**table, "reference": pa.array([str(n) for n in range(len(stretches))], pa.string())})
    )

    engine.table("pairs", PAIRS)
    explain(engine, EXPLANATIONS, CLINIC)
    names = places(EXPLANATIONS)
    found = {row["access"]: names.get(row["place"]) for row in engine.rows("SELECT * FROM judged")}
    loose = {row["access"] for row in engine.rows("SELECT * FROM unexplained")}
    engine.close()

    expected = {}
    for number, (at, person, patient) in enumerate(seen):
        kinds = [kind for p, q, b, e, kind in stretches if (p, q) == (person, patient) and b <= at <= e]
        expected[number] = min(kinds, key=lambda kind: EXPLANATIONS[kind].order, default=None)
    assert found == expected
    assert loose == {n for n, (_, _, patient) in enumerate(seen) if patient and expected[n] is None}
