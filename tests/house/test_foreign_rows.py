"""Rows of another clinic can't be reached: by no id in an address, by none in a form, of any table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse

from chartwarden.assignments.feeds import TAKES as QUEUE_TAKES
from chartwarden.clinics.models import Webhook
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.progress import Quiet
from chartwarden.ledger.models import Entry
from chartwarden.logs.queries import feeds
from chartwarden.logs.services import read_feed
from chartwarden.patients.feeds import TAKES as PATIENT_TAKES
from chartwarden.people.contracts import Hours
from chartwarden.people.roles import ROLES
from chartwarden.people.services import add_person, grant_role, invite, notify, record_leave, set_working_hours
from chartwarden.review.models import CaseRecord, Question
from tests.house.test_matrix import ARGUMENT, World, has_arguments, pages, walk, world
from tests.support.clinic import AT, House, sign_in_as

__all__ = ["world"]

FEEDS = {
    "patients": b"patient,family_name\nP1,Example\n",
    "assignments": b"assignment,patient,coder,kind,assigned_at\nA1,P1,u-coder,initial,2026-03-02T08:00:00\n",
}
NOT_MADE = {
    "assignments.SourceItem", "people.FactorResetNotice", "people.FeedTake", "review.Disposition", "review.PersonWeek",
    "review.AccessPart", "duties.Closing", "duties.Reminder", "ledger.Checkpoint", "ledger.Tile", "gateway.AccessToken",
    "gateway.AuditFeed",
}  # fmt: skip
"""Tables without a row in the tests' clinics. No address names a row of theirs by its own id."""


def test_every_id_in_an_address_has_a_sample_in_both_clinics(world: World) -> None:
    named = {name for page in pages() for kind, name in ARGUMENT.findall(page.route) if kind == "uuid"} - {"clinic"}
    assert named
    assert named <= world.here.keys()
    assert all(world.here[name] != world.there[name] for name in named)


def test_the_samples_are_there_in_their_own_clinic(client: Any, world: World) -> None:
    _almighty(client, world.house)
    chosen = [page for page in pages() if has_arguments(page)]
    lost = {page.name for page, method, answer in walk(client, world.house.id, world.here, chosen)
            if method == "get" and answer.status_code == 404}  # fmt: skip
    # Nothing of these was made: a signed document. A question is shown to whom it was put alone, a record to its coder.
    assert lost == {
        "review:document", "review:question", "gateway:record", "gateway:leaf", "gateway:standing",
        "gateway:why_assignment",
    }  # fmt: skip


def test_no_row_of_another_clinic_is_reached_by_an_address(client: Any, world: World) -> None:
    _more_rows(world.other)
    _almighty(client, world.house)
    chosen = [page for page in pages() if has_arguments(page)]
    there = dict(_one_of_each(world.other))
    every = {model._meta.label for model in _clinic_models()}
    assert every - there.keys() == NOT_MADE
    for label, identity in there.items():
        given = {name: identity for page in chosen for _, name in ARGUMENT.findall(page.route) if name != "clinic"}
        for page in chosen:
            answer = next(a for _, method, a in walk(client, world.house.id, given, [page]) if method == "get")
            asks = "/reauthenticate/" in answer.headers.get("Location", "")
            assert asks or answer.status_code in (404, 405), (label, page.route, answer.status_code)
            assert "Hilltop" not in answer.text


def test_no_row_of_another_clinic_is_changed_by_a_form(client: Any, world: World) -> None:
    _almighty(client, world.house)
    there, people = world.there, world.other.people
    with acting_in(world.house.id):
        case = CaseRecord.objects.get(clinic_id=world.house.id, id=world.here["case"])
    decided = {"outcome": "in_order", "note": "x", "revision": case.revision, "together": "1"}
    forms = [
        ("web:webhooks", {}, {"withdraw": there["webhook"]}),
        ("web:webhooks", {}, {"test": there["webhook"]}),
        ("review:ask", {"case": world.here["case"]},
         {"to": people["coding_supervisor"], "text": "x", "revision": case.revision}),
        ("review:decide", {"case": world.here["case"]}, decided | {"alike": f"{there['case']}:1"}),
        ("duties:recertification", {}, {f"person-{people['coder']}": "revoke"}),
    ]  # fmt: skip
    for name, arguments, data in forms:
        with transaction.atomic():
            answer = client.post(reverse(name, kwargs={"clinic": world.house.id, **arguments}), data)
            assert answer.status_code < 500, name
            with across_clinics():
                assert _as_it_was(world), name
            transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _kept(world: World) -> None:
    with across_clinics():
        assert _as_it_was(world)


def _as_it_was(world: World) -> bool:
    """Whether the other clinic's webhook, cases, questions and ledger are what the samples made."""
    other = world.other.id
    heads.setdefault(other, Entry.objects.filter(clinic_id=other).count())
    asked = Question.objects.filter(to_id__in=world.other.people.values()).exclude(clinic_id=other)
    return (
        Webhook.objects.get(id=world.there["webhook"]).withdrawn_at is None
        and CaseRecord.objects.get(id=world.there["case"]).state == "open"
        and Entry.objects.filter(clinic_id=other).count() == heads[other]
        and not asked.exists()
    )


heads: dict[UUID, int] = {}
"""How many entries the other clinic's ledger held when a test began."""


def _almighty(client: Any, house: House) -> None:
    """Sign in as somebody who may do everything in a clinic."""
    officer, actor = house.people["privacy_officer"], Actor.of_system("tests")
    with acting_in(house.id):
        for role in ROLES.keys() - {"privacy_officer", "auditor"}:
            grant_role(clinic=house.id, person=officer, role=role, actor=actor, at=AT - timedelta(days=1))
    sign_in_as(client, house.users["privacy_officer"])


def _clinic_models() -> list[Any]:
    return [m for m in apps.get_models() if any(f.column == "clinic_id" for f in m._meta.local_fields)]


def _one_of_each(house: House) -> Iterator[tuple[str, object]]:
    """The id of a row of every table of a clinic that has ids of its own."""
    with acting_in(house.id):
        for model in _clinic_models():
            row = model.objects.filter(clinic_id=house.id).first()
            if row is not None:
                yield model._meta.label, row.pk if isinstance(row.pk, UUID) else house.id


def _more_rows(house: House) -> None:
    """Rows of the tables that the samples leave empty."""
    actor, coder = house.actor("privacy_officer"), house.people["coder"]
    takes = {**PATIENT_TAKES, **QUEUE_TAKES}
    with acting_in(house.id), tempfile.TemporaryDirectory() as folder:
        for name, content in FEEDS.items():
            path = Path(folder, f"{name}.csv")
            path.write_bytes(content)
            feed = next(one for one in feeds() if one.name == name)
            read = read_feed(feed, path, house.clinic.time_zone, Path(folder), Quiet())  # type: ignore[attr-defined]
            takes[name](clinic=house.id, feed=read, actor=actor, at=AT)
        set_working_hours(clinic=house.id, person=coder, hours=[Hours(0, 480, 960)], actor=actor, at=AT)
        record_leave(
            clinic=house.id, person=coder, first_day=date(2026, 4, 1), last_day=date(2026, 4, 1), actor=actor, at=AT
        )
        new = add_person(
            clinic=house.id, values={"code": "new", "given_name": "Vee"}, feed_role="coder",
            started_on=date(2025, 1, 6), logins=["vee"], actor=actor, at=AT,
        )  # fmt: skip
        invite(clinic=house.id, person=new, email="new@hilltop.example", actor=house.actor("owner"), at=AT)
        notify(clinic=house.id, person=coder, kind="duty_due", page="web:home", at=AT)
