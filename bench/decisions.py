"""How long the decision to open a record takes, with all its reasons; and the same decision by Cedar.

100,000 random requests, which both must answer alike: whether the record opens, and every reason why not. Cedar's
policy is parsed once and its requests are prepared beforehand, as quick as it can be asked.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from bench import _cedar
from bench._serving import environment
from chartwarden.devices.contracts import Whence
from chartwarden.gateway.chains import TERMS
from chartwarden.gateway.contracts import Agreement, Conflict, Facts, Grant, Reason
from chartwarden.gateway.rules import NEVER_EXCUSED, PURPOSES, decide

REQUESTS, PART = 100_000, 1000
AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
KINDS = [kind for kinds in PURPOSES.values() for kind in sorted(kinds)]
EXCUSABLE = [reason for reason in Reason if reason not in NEVER_EXCUSED and reason is not Reason.ALLOWED]
CODERS, ASKED = 50, 2000


def run(requests: int = REQUESTS) -> Iterator[dict[str, Any]]:
    """Figures as they come."""
    dice = random.Random(11)
    facts = [some_facts(dice) for _ in range(requests)]
    ours = _ours(facts)
    yield _figure("decision_with_all_reasons", ours * 1e6, "µs", "≤ 2")
    sound = [one for one in facts if decide(one).allowed] or facts
    yield _figure("decision_that_opens", _ours(sound) * 1e6, "µs", "none")
    theirs, wrong = _by_cedar(facts)
    yield _figure("decision_by_cedar", theirs * 1e6, "µs", "none")
    yield _figure("decisions_that_differ_from_cedars", wrong, f"of {requests}", "≤ 0")
    yield _figure("decision_against_cedar", theirs / ours, "×", "≥ 20")
    with TemporaryDirectory(prefix="chartwarden-bench-") as place:
        surroundings = environment(Path(place) / "data") | {"CHARTWARDEN_FHIR_BASE": "http://127.0.0.1:9/fhir"}
        command = [sys.executable, "-m", "bench.decisions"]
        done = subprocess.run(command, env=surroundings, stdout=subprocess.PIPE, text=True, check=True)
    yield _figure("decision_from_the_store", json.loads(done.stdout) * 1e6, "µs", "≤ 10")


def some_facts(dice: random.Random) -> Facts:
    """Facts of which each may stand in the way, and mostly does not."""

    def near(odds: float = 1.0) -> datetime | None:
        return AT + timedelta(seconds=dice.randint(-3600, 3600)) if dice.random() < odds else None

    def past(odds: float = 0.9) -> datetime:
        return AT + timedelta(seconds=dice.randint(-3600, 0 if dice.random() < odds else 600))

    def agreement() -> Agreement:
        missing = tuple(dice.sample(TERMS, dice.choice([0, 0, 0, 0, 1, 2])))
        return Agreement(past() if dice.random() < 0.95 else None, near(0.1), missing)

    return Facts(
        at=AT,
        purpose=dice.choice(["coding"] * 8 + ["quality_review", "curiosity"]),
        grants=tuple(
            Grant(f"a{number}", dice.choice(KINDS), dice.random() < 0.85, past(), near(0.15), near(0.1))
            for number in range(dice.choice([0, 1, 1, 1, 1, 1, 2, 2, 3]))
        ),
        engaged_from=past() if dice.random() < 0.97 else None,
        engaged_until=near(0.1),
        suspended=dice.random() < 0.03,
        role_opens=dice.random() < 0.97,
        agreements=tuple(agreement() for _ in range(dice.choice([0, 0, 0, 1, 1, 2, 3]))),
        device_approved=dice.random() < 0.95,
        network_secured=dice.random() < 0.95,
        attestation_due=near(0.1),
        training_due=near(0.1),
        conflict=dice.choice(list(Conflict)) if dice.random() < 0.05 else None,
        conflict_accepted=dice.random() < 0.5,
        ledger_available=dice.random() < 0.99,
        excused={reason: near() or AT for reason in dice.sample(EXCUSABLE, dice.choice([0] * 9 + [2]))},
    )


def _ours(facts: list[Facts]) -> float:
    """Seconds of one decision: the median over parts of a thousand."""
    times = []
    for first in range(0, len(facts) - PART + 1, PART) or [0]:
        part = facts[first : first + PART]
        began = perf_counter()
        for one in part:
            decide(one)
        times.append((perf_counter() - began) / len(part))
    return median(times)


def _by_cedar(facts: list[Facts]) -> tuple[float, int]:
    """Seconds of one decision by Cedar, and how many verdicts differ."""
    import cedarpy

    policies, entities = cedarpy.PolicySet.from_str(_cedar.policy()), cedarpy.Entities.from_json_str("[]")
    requests = [{**_cedar.SOMEBODY, "context": json.dumps(_cedar.context(one))} for one in facts]
    times, wrong = [], 0
    for first in range(0, len(facts), PART):
        part, told = requests[first : first + PART], []
        began = perf_counter()
        for request in part:
            told.append(cedarpy.is_authorized(request, policies, entities))
        times.append((perf_counter() - began) / len(part))
        for one, answer in zip(facts[first : first + PART], told, strict=True):
            assert not answer.diagnostics.errors, answer.diagnostics.errors
            verdict = decide(one)
            reasons = set(answer.diagnostics.id_annotations_by_reason.values()) if not answer.allowed else set()
            expected = set() if verdict.allowed else {str(reason) for reason in verdict.reasons}
            wrong += answer.allowed != verdict.allowed or reasons != expected
    return median(times), wrong


def _from_the_store() -> float:
    """Seconds of one decision with its facts gathered anew, in a clinic whose coders have one assignment each."""
    from bench._gateway_clinic import main

    opened = main(CODERS)
    from uuid import UUID

    from chartwarden.gateway.tokens import standing

    given = [(token, UUID(assignment)) for assignment, token in opened]
    times = []
    for number in range(ASKED):
        token, assignment = given[number % CODERS]
        began = perf_counter()
        there = standing(token, assignment, datetime.now(UTC), Whence("127.0.0.1"))
        assert there is not None
        verdict = decide(there.facts)
        times.append(perf_counter() - began)
        assert verdict.allowed
    return median(times)


def _figure(name: str, figure: float, unit: str, goal: str) -> dict[str, Any]:
    return {"name": name, "figure": round(figure, 3), "unit": unit, "goal": goal}


if __name__ == "__main__":
    print(_from_the_store())
