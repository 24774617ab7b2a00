"""Conflicts of interest: who may not be given whose record, what is accepted in writing, and what nobody is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from chartwarden.assignments import models, queries, rules
from chartwarden.assignments.contracts import FoundConflict, Tie, Unlooked
from chartwarden.assignments.dues import due
from chartwarden.assignments.services import (
    accept_conflict,
    add_work,
    assign,
    assign_by_load,
    draw_sample,
    keep_conflicts,
    reassign,
    reopen,
    work_on,
)
from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.dues import Due
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.logs.reading import read_next
from chartwarden.logs.services import Incoming, count_import
from chartwarden.people.queries import member
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]
HOUR = timedelta(hours=1)
WORKER = Actor.of_system("worker")


def keep(house: House, *ties: Tie, basis: str = "1", people: tuple[str, ...] = ("coder", "qa_auditor")) -> int:
    looked = [house.people[role] for role in people]
    return keep_conflicts(
        clinic=house.id, found=ties, people=looked, patients=3, basis=basis, actor=WORKER, at=AT + HOUR
    )


def tie(house: House, kind: str, role: str = "coder", patient: str = "P1", other: str = "") -> Tie:
    return Tie(house.people[role], patient, kind, "same home address and unit", house.people[other] if other else None)


def work(house: House, coder: str = "", patient: str = "P1") -> UUID:
    return add_work(
        clinic=house.id, patient=patient, encounter="", kind="initial", reason="",
        coder=house.people[coder] if coder else None, actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip


def given(house: House, **more: Any) -> dict[str, Any]:
    return {"clinic": house.id, "actor": house.actor("coding_supervisor"), "at": AT + HOUR, **more}


def known(house: House, role: str = "coder", patient: str = "P1") -> FoundConflict | None:
    return queries.conflict(house.id, house.people[role], patient)


def test_what_is_found_is_kept_sealed_and_the_ledger_counts(house: House) -> None:
    assert keep(house, tie(house, "family"), tie(house, "self", "qa_auditor", "P2")) == 2
    found = known(house)
    assert found
    assert (found.kind, found.accepted_by) == ("family", None)
    assert known(house, patient="P2") is None
    for row in models.Conflict.objects.all():
        assert b"family" not in bytes(row.sealed)
        assert b"patient" not in bytes(row.sealed) + bytes(row.patient_index)
    entry = entries(house.id)[-1]
    assert (entry.kind, entry.subject) == ("assignments.conflicts_found", {"clinic": str(house.id)})
    assert entry.facts == {"people": 2, "patients": 3, "added": 2, "changed": 0, "withdrawn": 0, "unchanged": 0}


def test_again_is_harmless_and_what_is_gone_is_withdrawn(house: House) -> None:
    keep(house, tie(house, "family"))
    before = len(entries(house.id))
    assert keep(house, tie(house, "self")) == 0, "the same basis: nothing is looked at"
    assert len(entries(house.id)) == before
    keep(house, tie(house, "family"), basis="2")
    assert entries(house.id)[-1].facts["unchanged"] == 1
    keep(house, basis="3", people=("qa_auditor",))
    assert known(house), "somebody who was not looked at keeps theirs"
    keep(house, basis="4")
    assert known(house) is None
    assert entries(house.id)[-1].facts["withdrawn"] == 1
    keep(house, tie(house, "family"), basis="5")
    assert known(house)
    assert models.Conflict.objects.count() == 1


def test_of_several_kinds_the_weightiest_counts(house: House) -> None:
    keep(house, tie(house, "colleague", other="owner"), tie(house, "household"), tie(house, "family"))
    found = known(house)
    assert found
    assert found.kind == "family"


@pytest.mark.parametrize("kind", rules.CONFLICTS)
def test_nobody_is_given_a_record_that_a_conflict_keeps_from_them(house: House, kind: str) -> None:
    keep(house, tie(house, kind))
    coder, auditor = house.people["coder"], house.people["qa_auditor"]
    with pytest.raises(Refused, match="A conflict of interest") as refusal:
        work(house, "coder")
    assert kind not in refusal.value.decision.reason.lower()
    assert not models.Assignment.objects.exists()
    piece = work(house)
    with pytest.raises(Refused, match="conflict"):
        assign(assignment=piece, coder=coder, revision=0, **given(house))
    other = work(house, "qa_auditor")
    with pytest.raises(Refused, match="conflict"):
        reassign(assignment=other, coder=coder, reason="Leave", revision=1, **given(house))
    assert queries.work(house.id, other).coder == auditor  # type: ignore[union-attr]
    for revision, event in enumerate(("begun", "coded", "submitted")):
        work_on(clinic=house.id, assignment=other, event=event, revision=revision + 1,
                actor=house.actor("qa_auditor"), at=AT)  # fmt: skip
    with pytest.raises(Refused, match="conflict"):
        reopen(assignment=other, kind="addendum", reason="x", coder=coder, expires_at=AT + 9 * HOUR, **given(house))
    assert queries.conflicted(house.id) == frozenset()


def test_sharing_out_goes_round_a_conflict_and_leaves_what_nobody_may_have(house: House) -> None:
    keep(house, tie(house, "household"), tie(house, "self", "qa_auditor", "P3"), tie(house, "family", "coder", "P3"))
    first, second, third = work(house), work(house, patient="P2"), work(house, patient="P3")
    coder, auditor = house.people["coder"], house.people["qa_auditor"]
    assert assign_by_load(coders=[coder, auditor], most=9, **given(house)) == 2
    held = {one: queries.work(house.id, one).coder for one in (first, second, third)}  # type: ignore[union-attr]
    # Of work that came at the same instant, chance says which is given first, and so who gets what anybody may have.
    assert (held[first], held[third]) == (auditor, None)
    assert held[second] in (coder, auditor)


def test_a_sample_leaves_out_what_its_reviewer_should_not_see(house: House) -> None:
    keep(house, tie(house, "household", "qa_auditor"))
    for patient in ("P1", "P2"):
        piece = work(house, "coder", patient)
        for revision, event in enumerate(("begun", "coded", "submitted")):
            work_on(clinic=house.id, assignment=piece, event=event, revision=revision + 1,
                    actor=house.actor("coder"), at=AT)  # fmt: skip
    span = {"begins": AT - HOUR, "ends": AT + HOUR, "percent": 100}
    assert draw_sample(reviewer=house.people["qa_auditor"], **span, **given(house)) == 1
    assert queries.grants(house.id, house.people["qa_auditor"], "P1") == []


def test_a_colleagues_record_may_be_coded_when_somebody_says_so_in_writing(house: House) -> None:
    keep(house, tie(house, "colleague", other="owner"))
    (row,) = models.Conflict.objects.all()
    with pytest.raises(InputRefused):
        accept_conflict(conflict=row.id, note=" ", **given(house))
    accept_conflict(conflict=row.id, note="Nobody else codes cardiology", **given(house))
    entry = entries(house.id)[-1]
    assert entry.kind == "assignments.conflict_accepted"
    assert entry.subject == {"conflict": str(row.id), "person": str(house.people["coder"])}
    assert "cardiology" not in entry.leaf.decode()
    row.refresh_from_db()
    assert b"cardiology" not in bytes(row.note)
    found = known(house)
    assert found
    assert found.accepted_by == house.people["coding_supervisor"]
    assert work(house, "coder")
    before = len(entries(house.id))
    accept_conflict(conflict=row.id, note="Once more", **given(house))
    assert len(entries(house.id)) == before
    keep(house, basis="2")
    assert known(house), "what was accepted stays on record"
    keep(house, tie(house, "colleague", other="qa_auditor"), basis="another colleague")
    found = known(house)
    assert found
    assert (found.kind, found.accepted_by) == ("colleague", None)
    keep(house, tie(house, "household"), basis="3")
    found = known(house)
    assert found
    assert (found.kind, found.accepted_by) == ("household", None)


@pytest.mark.parametrize("kind", ["self", "family", "household"])
def test_no_other_conflict_is_accepted(house: House, kind: str) -> None:
    keep(house, tie(house, kind))
    (row,) = models.Conflict.objects.all()
    with pytest.raises(Refused, match="Only a colleague's record"):
        accept_conflict(conflict=row.id, note="x", **given(house))


@pytest.mark.parametrize("role", ["coder", "owner"])
def test_nobody_accepts_their_own_conflict_or_decides_about_their_own_record(house: House, role: str) -> None:
    keep(house, tie(house, "colleague", other="owner"))
    (row,) = models.Conflict.objects.all()
    with pytest.raises(Refused, match="Nobody"):
        accept_conflict(conflict=row.id, note="x", **given(house, actor=house.actor(role)))
    assert known(house).accepted_by is None  # type: ignore[union-attr]


def test_another_clinics_conflict_is_not_there(house: House, other_house: House) -> None:
    keep(house, tie(house, "colleague", other="owner"))
    (row,) = models.Conflict.objects.all()
    with acting_in(other_house.id):
        with pytest.raises(models.Conflict.DoesNotExist):
            accept_conflict(conflict=row.id, note="x", **given(other_house))
        assert queries.conflict(other_house.id, house.people["coder"], "P1") is None


def test_work_that_is_there_already_waits_for_the_supervisor(house: House, signed_in: SignIn) -> None:
    piece, other = work(house, "coder"), work(house, "coder", "P2")
    keep(house, tie(house, "household"))
    assert queries.conflicted(house.id) == {piece}
    supervisor = member(house.users["coding_supervisor"], house.id, AT)
    assert supervisor
    told = due(supervisor, house.clinic, AT)  # type: ignore[arg-type]
    assert "A conflict of interest keeps 1 record from its coder" in [one.what for one in told]
    client = signed_in("coding_supervisor")
    page = client.get(reverse("assignments:conflicts", kwargs={"clinic": house.id})).text
    assert reverse("assignments:assign", kwargs={"clinic": house.id, "assignment": piece}) in page
    assert str(other) not in page
    board = client.get(reverse("assignments:board", kwargs={"clinic": house.id}), {"state": "assigned"}).text
    assert board.count(">Reassign</a>") == 1
    one = client.get(reverse("assignments:one", kwargs={"clinic": house.id, "assignment": piece})).text
    assert "A conflict of interest keeps this record" in one
    for text in (page, board, one):
        assert "household" not in text.lower()
    auditor = house.people["qa_auditor"]
    given_now = client.post(
        reverse("assignments:assign", kwargs={"clinic": house.id, "assignment": piece}),
        {"coder": auditor, "reason": "Somebody else codes it", "revision": 1},
    )
    assert given_now.status_code == 302
    assert queries.conflicted(house.id) == frozenset()


def test_the_page_for_a_colleagues_record(house: House, signed_in: SignIn) -> None:
    keep(house, tie(house, "colleague", other="owner"), tie(house, "household", "qa_auditor"))
    piece, client = work(house), signed_in("coding_supervisor")
    assign_page = reverse("assignments:assign", kwargs={"clinic": house.id, "assignment": piece})
    refused = client.post(assign_page, {"coder": house.people["coder"], "revision": 0})
    assert refused.status_code == 422
    assert "say on this assignment&#x27;s page, in writing" in refused.text
    address = reverse("assignments:accept", kwargs={"clinic": house.id, "assignment": piece})
    assert address in client.get(reverse("assignments:one", kwargs={"clinic": house.id, "assignment": piece})).text
    page = client.get(address).text
    assert str(house.people["coder"]) in page
    assert str(house.people["qa_auditor"]) not in page
    assert client.post(address, {"coder": house.people["qa_auditor"], "note": "x"}).status_code == 422
    assert client.post(address, {"coder": house.people["coder"], "note": ""}).status_code == 422
    assert client.post(address, {"coder": house.people["coder"], "note": "It is in order"}).status_code == 302
    assert client.post(assign_page, {"coder": house.people["coder"], "revision": 0}).status_code == 302
    assert client.get(address).status_code == 404


CODER, OWNER, BY = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize(
    ("kind", "by", "patient", "allowed"),
    [
        ("colleague", BY, OWNER, True),
        ("colleague", BY, None, True),
        ("colleague", CODER, OWNER, False),
        ("colleague", OWNER, OWNER, False),
        ("colleague", None, OWNER, False),
        ("household", BY, None, False),
        ("family", BY, None, False),
        ("self", BY, None, False),
    ],
)
def test_who_may_accept_what(kind: str, by: UUID | None, patient: UUID | None, allowed: bool) -> None:
    assert rules.may_accept(kind, by, CODER, patient).allowed is allowed


def test_only_an_accepted_colleague_stands_in_nobodys_way() -> None:
    assert not rules.stands(None)
    for kind in rules.CONFLICTS:
        assert rules.stands(FoundConflict(kind, AT))
        assert rules.stands(FoundConflict(kind, AT, BY)) is (kind != "colleague")


def asked_of(house: House, role: str) -> list[Due]:
    who = member(house.users[role], house.id, AT)
    assert who
    return due(who, house.clinic, AT)  # type: ignore[arg-type]


def here(house: House, *patients: str) -> None:
    """Have a feed with these patients count."""
    officer = house.actor("privacy_officer")
    with Incoming(clinic=house.id, name="patients.csv", source="page", actor=officer, at=AT) as incoming:
        rows = ["patient,family_name,given_name", *(f"{patient},Berg,Tom" for patient in patients)]
        incoming.write("\n".join(rows).encode())
        upload = incoming.finish().id
    assert read_next(AT) == 1
    count_import(clinic=house.id, upload=upload, actor=officer, at=AT)


def test_what_was_not_looked_for_is_said_and_counted(house: House, signed_in: SignIn) -> None:
    for role in ("privacy_officer", "coding_supervisor"):
        assert "patients feed" not in str(asked_of(house, role))
    work(house, "coder")
    work(house, "coder", "P2")
    work(house, "", "P3")
    page = reverse("assignments:conflicts", kwargs={"clinic": house.id})
    assert queries.unlooked(house.id) == Unlooked(False, False, 2)
    for role in ("privacy_officer", "coding_supervisor"):
        (told,) = [one for one in asked_of(house, role) if "patients feed" in one.what]
        assert (told.what, told.late) == ("Conflicts of interest are not looked for: no patients feed", True)
        assert "2 records are open" in told.detail
        shown = signed_in(role).get(page).text
        assert "Not looked for: no patients feed" in shown
        assert "2 records are open to coders" in shown
        assert "No open record" not in shown
        assert ("Import the patients" in shown) == (role == "privacy_officer")
    assert "patients feed" not in str(asked_of(house, "coder"))
    here(house, "P1", "P9")
    assert queries.unlooked(house.id) == Unlooked(True, False, 2)
    (told,) = [one for one in asked_of(house, "coding_supervisor") if "not looked for" in one.what]
    assert (told.what, told.late) == ("Conflicts of interest are not looked for yet", False)
    shown = signed_in("coding_supervisor").get(page).text
    assert "The worker looks within minutes" in shown
    assert "open record is with" not in shown
    keep(house)
    assert queries.unlooked(house.id) == Unlooked(True, True, 1)
    (told,) = [one for one in asked_of(house, "coding_supervisor") if "patients feed" in one.what]
    assert (told.what, told.late) == ("1 record is open of patients who are not in the patients feed", False)
    shown = signed_in("coding_supervisor").get(page).text
    assert "Not looked for with 1 record" in shown
    assert "No other open record" in shown
    here(house, "P1", "P2")
    assert queries.unlooked(house.id) == Unlooked(True, True, 0)
    assert "patients feed" not in str(asked_of(house, "coding_supervisor"))
    assert "Not looked for with" not in signed_in("coding_supervisor").get(page).text
