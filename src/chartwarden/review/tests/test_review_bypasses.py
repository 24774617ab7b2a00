"""Ways around law 10 and the desk's other rules that were found once, and stay closed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from chartwarden.clinics.queries import inputs_revision
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.logs.contracts import InputCount
from chartwarden.review import models, rules
from chartwarden.review.desk import running
from chartwarden.review.desk.refreshing import Staff
from chartwarden.review.services import (
    answer_question,
    ask_question,
    decide_case,
    decide_together,
    reopen_case,
    sign_review,
    take_findings,
)
from chartwarden.review.tests.desk_support import AFTER, LATE, WORKER, case, findings, opened, staff, taken
from tests.support.clinic import House


def only(review: UUID) -> models.CaseRecord:
    return models.CaseRecord.objects.get(review_id=review)


def decide(house: House, row: models.CaseRecord, role: str = "privacy_officer") -> None:
    row.refresh_from_db()
    decide_case(
        clinic=house.clinic, case=row.id, outcome="in_order", note="Seen and settled.", revision=row.revision,
        actor=house.actor(role), at=AFTER,
    )  # fmt: skip


def test_who_comes_to_hold_a_shared_login_may_not_decide_about_it(house: House) -> None:
    review = taken(house, case("s", coder="shared01"))
    more = frozenset({house.people["coder"], house.people["privacy_officer"]})
    take_findings(
        clinic=house.clinic, review=review, findings=findings(case("s", coder="shared01")), judged=(),
        staff=Staff(staff(house).persons, {"shared01": more}),
        revision=inputs_revision(house.id) + 2, actor=WORKER, at=AFTER,
    )  # fmt: skip
    with pytest.raises(Refused):
        decide(house, only(review))


def test_who_answered_may_not_decide_after_it_was_reopened(house: House) -> None:
    officer, other = house.actor("privacy_officer"), house.actor("compliance_officer")
    review = taken(house, case("a"))
    row = only(review)
    question = ask_question(
        clinic=house.clinic, case=row.id, to=house.people["compliance_officer"], text="Did you ask for it?",
        revision=row.revision, actor=officer, at=AFTER,
    )  # fmt: skip
    answer_question(clinic=house.clinic, question=question, text="I told them to.", actor=other, at=AFTER)
    decide(house, row)
    sign_review(clinic=house.clinic, review=review, coverage_acknowledged=True, actor=officer, at=AFTER)
    row.refresh_from_db()
    again = reopen_case(
        clinic=house.clinic, case=row.id, reason="New facts.", revision=row.revision, actor=officer, at=LATE
    )
    with pytest.raises(Refused):
        decide(house, models.CaseRecord.objects.get(id=again), "compliance_officer")


def test_only_alike_cases_are_decided_together(house: House) -> None:
    review = taken(house, case("a"), case("b", patient=None, detectors=("volume_above_queue",), coder="u-qa_auditor"))
    seen = {row.id: row.revision for row in models.CaseRecord.objects.filter(review_id=review)}
    with pytest.raises(InputRefused, match="alike"):
        decide_together(
            clinic=house.clinic, cases=seen, outcome="in_order", note="All fine.",
            actor=house.actor("privacy_officer"), at=AFTER,
        )  # fmt: skip


def test_a_fault_that_may_pass_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    review = models.Review.objects.get(id=opened(house))
    monkeypatch.setattr(running.weeks, "revision", lambda *_: 1)
    monkeypatch.setattr(running.weeks, "has_log", lambda *_: True)
    tries: list[int] = []

    def full(*_: Any) -> None:
        tries.append(1)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(running, "_judge", full)
    running.refresh_review(house.clinic, review, AFTER)  # type: ignore[arg-type]
    assert running.refresh_review(house.clinic, review, AFTER + timedelta(seconds=5)) == 0  # type: ignore[arg-type]
    running.refresh_review(house.clinic, review, AFTER + timedelta(minutes=5))  # type: ignore[arg-type]
    assert len(tries) == 2


def test_a_week_of_very_many_inputs_can_be_written(house: House) -> None:
    digests = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(900)]
    many = replace(findings(case("a")), inputs=tuple(InputCount("x", one, 9, 9, 0, 0) for one in digests))
    take_findings(
        clinic=house.clinic, review=opened(house), findings=many, judged=(), staff=staff(house), revision=1,
        actor=WORKER, at=AFTER,
    )  # fmt: skip
    (entry,) = entries(house.id, kinds=("review.refreshed",))
    over = hashlib.sha256("".join(f"{digest}\n" for digest in sorted(digests)).encode()).hexdigest()
    assert (entry.facts["inputs_count"], entry.facts["inputs_sha256"]) == (900, over)


def test_a_wrong_year_opens_no_week_of_the_future() -> None:
    span = (datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2039, 12, 1, tzinfo=UTC))
    weeks = rules.weeks_due(date(2026, 3, 2), [span], date(2026, 3, 9), ZoneInfo("America/Chicago"))
    assert weeks == [date(2026, 3, 2), date(2026, 3, 9)]
