"""The queue as its feed: exported and imported again, nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartwarden.assignments import queries, rules, services
from chartwarden.assignments.exporting import feed_csv
from chartwarden.assignments.feeds import take
from chartwarden.assignments.models import Assignment
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.progress import Quiet
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.queries import entries
from chartwarden.logs.queries import feeds
from chartwarden.logs.services import read_feed
from chartwarden.people.queries import by_code
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]
FEED = next(feed for feed in feeds() if feed.name == "assignments")
HOUR = timedelta(hours=1)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
USUAL = ("assign", "begun", "coded", "submitted", "close")
ODD = st.sampled_from([*USUAL, "held", "resumed", "cancel", "reassign", "reopen"])
STEPS = st.tuples(st.integers(0, len(USUAL)), st.lists(ODD, max_size=3)).map(lambda two: [*USUAL[: two[0]], *two[1]])


def counted(house: House, folder: Path) -> Taken:
    """The export, read and taken over as a file of the clinic's coding platform would be."""
    path = folder / "assignments.csv"
    path.write_bytes(feed_csv(house.id))
    feed = read_feed(FEED, path, house.clinic.time_zone, folder, Quiet(), set(by_code(house.id)))
    return take(clinic=house.id, feed=feed, actor=house.actor("privacy_officer"), at=AT + 99 * HOUR)


def do(house: House, assignment: UUID, step: str, hours: int, reason: str) -> None:
    """One step by whoever may take it; what the rules refuse is not taken."""
    there = queries.work(house.id, assignment)
    assert there
    at, supervisor = AT + hours * HOUR + timedelta(microseconds=hours * 7), house.actor("coding_supervisor")
    about = {"clinic": house.id, "assignment": assignment, "at": at}
    seen, coder, other = {"revision": there.revision}, house.people["coder"], house.people["qa_auditor"]
    try:
        if step == "assign":
            services.assign(coder=coder, actor=supervisor, **seen, **about)
        elif step == "held":
            services.hold(why="provider_query", actor=house.actor("coder"), **seen, **about)
        elif step in ("close", "cancel"):
            getattr(services, step)(actor=supervisor, **seen, **about)
        elif step == "reassign":
            services.reassign(coder=other, reason=reason, actor=supervisor, **seen, **about)
        elif step == "reopen":
            services.reopen(
                kind="denial", reason=reason, coder=coder, expires_at=at + 9 * HOUR, actor=supervisor, **about
            )
        else:
            services.work_on(event=step, actor=house.actor("coder"), **seen, **about)
    except Refused:
        pass


@given(st.lists(st.tuples(WORDS, WORDS, WORDS, STEPS), min_size=1, max_size=3))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_export_imported_again_changes_nothing(
    house: House, tmp_path: Path, work: list[tuple[str, str, str, list[str]]]
) -> None:
    Assignment.objects.filter(follows__isnull=False).delete()
    Assignment.objects.all().delete()
    for patient, encounter, reason, steps in work:
        made = services.add_work(
            clinic=house.id, patient=patient, encounter=encounter, kind="initial", reason=reason, coder=None, at=AT,
            actor=house.actor("coding_supervisor"),
        )  # fmt: skip
        for hours, step in enumerate(steps, 1):
            do(house, made, step, hours, reason)
    before = list(Assignment.objects.order_by("id").values())
    given_out = sum(1 for row in before if row["coder_id"])
    assert counted(house, tmp_path) == Taken(unchanged=given_out)
    assert list(Assignment.objects.order_by("id").values()) == before


def test_it_is_a_page_for_who_imports_and_stands_in_the_ledger(house: House, signed_in: SignIn) -> None:
    services.add_work(
        clinic=house.id, patient="P1", encounter="", kind="initial", reason="", coder=house.people["coder"], at=AT,
        actor=house.actor("coding_supervisor"),
    )  # fmt: skip
    address = reverse("assignments:export", kwargs={"clinic": house.id})
    answer = signed_in("ehr_administrator").get(address)
    first, second = b"".join(answer.streaming_content).decode().splitlines()
    assert first == ",".join(queries.COLUMNS.names)
    assert second.endswith(",P1,u-coder,initial,2026-03-09T15:00:00Z,,,,")
    assert answer.headers["Cache-Control"].find("no-store") >= 0
    assert [one.kind for one in entries(house.id)][-1] == "assignments.table_read"
    assert signed_in("coder").get(address).status_code == 403


def test_what_was_closed_here_is_not_put_back_by_a_file_that_says_submitted(house: House, tmp_path: Path) -> None:
    made = services.add_work(
        clinic=house.id, patient="P1", encounter="", kind="initial", reason="", coder=house.people["coder"], at=AT,
        actor=house.actor("coding_supervisor"),
    )  # fmt: skip
    for hours, step in enumerate(("begun", "coded", "submitted", "close"), 1):
        do(house, made, step, hours, "")
    assert counted(house, tmp_path) == Taken(unchanged=1)
    assert Assignment.objects.get().state == rules.CLOSED
