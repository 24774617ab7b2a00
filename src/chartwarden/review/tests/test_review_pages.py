"""The desk's pages: what is due, what is true, what happened; each form, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from chartwarden.review import models
from chartwarden.review.tests.desk_support import case, judged, taken
from tests.support.clinic import House, show_again

SignedIn = Callable[[str], Any]


def address(house: House, name: str, **arguments: object) -> str:
    return reverse(f"review:{name}", kwargs={"clinic": house.id, **arguments})


def rows(review: UUID) -> dict[str, models.CaseRecord]:
    return {row.digest: row for row in models.CaseRecord.objects.filter(review_id=review)}


@pytest.fixture
def week(house: House, tmp_path: Path) -> UUID:
    """A week with three alike cases of a coder, and one of a stretch."""
    cases = [case(f"c{n}", patient=f"P-{n}") for n in range(3)]
    return taken(house, *cases, case("s", patient=None, detectors=("volume_above_queue",)), own=judged(tmp_path, 120))


def test_the_calendar_says_what_is_due(house: House, week: UUID, signed_in: SignedIn) -> None:
    page = signed_in("privacy_officer").get(address(house, "calendar")).content.decode()
    assert "4 cases to decide" in page
    assert "Mon 2 Mar 2026" in page


def test_the_review_page_tells_cases_and_coverage(house: House, week: UUID, signed_in: SignedIn) -> None:
    page = signed_in("compliance_officer").get(address(house, "review", review=week)).content.decode()
    assert "Coder Example" in page
    assert "no patients feed" in page
    assert "Four rows could not be read" in page
    assert page.count('class="rank"') == 2  # the three alike ones stand on one line
    shown = signed_in("auditor").get(address(house, "review", review=week)).content.decode()
    assert "Decide the first" not in shown
    pictures = signed_in("auditor").get(address(house, "read", review=week))
    assert pictures.status_code == 200
    assert pictures.content.count(b"<svg role") == 2


def test_no_patient_in_title_or_address(house: House, week: UUID, signed_in: SignedIn) -> None:
    response = signed_in("privacy_officer").get(address(house, "case", case=rows(week)["c0"].id))
    page = response.content.decode()
    title = page.split("<title>")[1].split("</title>")[0]
    assert "P-0" in page
    assert "P-0" not in title
    assert "Coder" not in title
    assert response.headers["Cache-Control"] == "no-store"


def test_deciding_goes_on_to_the_next_case_and_back_to_the_review(
    house: House, week: UUID, signed_in: SignedIn
) -> None:
    officer, found = signed_in("privacy_officer"), rows(week)
    form = {"outcome": "coaching", "note": "Told.", "revision": 1}
    alike = {"together": "on", "alike": [f"{found['c1'].id}:1", f"{found['c2'].id}:1", "nonsense"]}
    done = officer.post(address(house, "decide", case=found["c0"].id), {**form, **alike})
    assert done.url == address(house, "case", case=found["s"].id)
    assert {row.outcome for name, row in rows(week).items() if name != "s"} == {"coaching"}
    done = officer.post(address(house, "decide", case=found["s"].id), form)
    assert done.url == address(house, "review", review=week)
    page = officer.get(done.url).content.decode()
    assert "Ready to sign" in page
    assert "Told." in page


def test_without_the_box_the_alike_cases_are_left_alone(house: House, week: UUID, signed_in: SignedIn) -> None:
    found = rows(week)
    form = {"outcome": "in_order", "note": "Ok.", "revision": 1, "alike": [f"{found['c1'].id}:1"]}
    signed_in("privacy_officer").post(address(house, "decide", case=found["c0"].id), form)
    assert [rows(week)[name].state for name in ("c0", "c1")] == ["decided", "open"]


def test_the_second_officer_is_told_and_keeps_their_note(house: House, week: UUID, signed_in: SignedIn) -> None:
    where = address(house, "decide", case=rows(week)["c0"].id)
    signed_in("compliance_officer").post(where, {"outcome": "coaching", "note": "First.", "revision": 1})
    answer = signed_in("privacy_officer").post(
        where, {"outcome": "violation", "note": "Second thoughts.", "revision": 1}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Compliance Example decided this case meanwhile: Coaching" in page
    assert "Second thoughts." in page
    assert models.Disposition.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"note": "x"}, "Choose an outcome"),
        ({"outcome": "in_order"}, "in a few words why"),
        ({"outcome": "z"}, "valid"),
    ],
)
def test_a_form_half_filled_comes_back(
    house: House, week: UUID, signed_in: SignedIn, sent: dict[str, str], says: str
) -> None:
    where = address(house, "decide", case=rows(week)["c0"].id)
    answer = signed_in("privacy_officer").post(where, {"revision": 1, **sent})
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_an_auditor_reads_and_decides_nothing(house: House, week: UUID, signed_in: SignedIn) -> None:
    where = address(house, "case", case=rows(week)["c0"].id)
    auditor = signed_in("auditor")
    assert b"Save and go on" not in auditor.get(where).content
    assert (
        auditor.post(
            address(house, "decide", case=rows(week)["c0"].id), {"outcome": "in_order", "note": "x", "revision": 1}
        ).status_code
        == 403
    )
    assert auditor.get(address(house, "sign", review=week)).status_code == 403
    assert signed_in("coder").get(where).status_code == 403


def test_ones_own_case_says_so(house: House, signed_in: SignedIn) -> None:
    found = rows(taken(house, case("own", coder="u-privacy_officer")))
    where = address(house, "case", case=found["own"].id)
    page = signed_in("privacy_officer").get(where).content.decode()
    assert "Not yours to decide" in page
    assert "Save and go on" not in page
    form = {"outcome": "in_order", "note": "x", "revision": 1}
    answer = signed_in("privacy_officer").post(address(house, "decide", case=found["own"].id), form)
    assert answer.status_code == 409
    assert rows(found["own"].review_id)["own"].state == "open"


def test_a_question_goes_to_the_coder_and_back(house: House, week: UUID, signed_in: SignedIn) -> None:
    found = rows(week)["c0"]
    coder = house.people["coder"]
    sent = {"to": str(coder), "text": "What was the work?", "revision": 1}
    done = signed_in("privacy_officer").post(address(house, "ask", case=found.id), sent)
    assert done.status_code == 302
    question = models.Question.objects.get()
    asked = address(house, "question", question=question.id)
    client = signed_in("coder")
    assert b"What was the work?" in client.get(address(house, "questions")).content
    assert b"P-0" in client.get(asked).content
    assert client.post(asked, {"text": "An audit request."}).status_code == 302
    assert b"An audit request." in client.get(asked).content
    assert signed_in("qa_auditor").get(asked).status_code == 404
    page = signed_in("privacy_officer").get(address(house, "case", case=found.id)).content.decode()
    assert "An audit request." in page
    assert "Answered" in signed_in("privacy_officer").get(address(house, "review", review=week)).content.decode()


def test_a_question_to_a_stranger_is_refused(house: House, week: UUID, signed_in: SignedIn) -> None:
    sent = {"to": str(house.people["owner"]), "text": "You?", "revision": 1}
    answer = signed_in("privacy_officer").post(address(house, "ask", case=rows(week)["c0"].id), sent)
    assert answer.status_code == 422
    assert not models.Question.objects.exists()


def just_signed_in(client: Any) -> None:
    """As whoever has shown their second factor a moment ago."""
    show_again(client, time.time())


def decide_all(house: House, week: UUID, client: Any) -> None:
    for row in rows(week).values():
        client.post(address(house, "decide", case=row.id), {"outcome": "in_order", "note": "Fine.", "revision": 1})


def test_signing_wants_the_coverage_read_and_gives_the_document(house: House, week: UUID, signed_in: SignedIn) -> None:
    officer = signed_in("privacy_officer")
    where = address(house, "sign", review=week)
    show_again(officer, 0)
    asked = officer.get(where)
    assert (asked.status_code, "/accounts/" in asked.url) == (302, True)
    just_signed_in(officer)
    assert "4 cases are not decided yet" in officer.get(where).content.decode()
    decide_all(house, week, officer)
    page = officer.get(where).content.decode()
    assert "days late" in page
    assert "Check not run: Neighbour" in page or "no patients feed" in page
    answer = officer.post(where, {})
    assert (answer.status_code, models.Review.objects.get(id=week).state) == (409, "ready")
    assert officer.post(where, {"coverage": "on"}).url == address(house, "review", review=week)
    row = models.Review.objects.get(id=week)
    page = officer.get(address(house, "review", review=week)).content.decode()
    assert row.document_digest in page
    assert "Signed by <bdi>Privacy Example" in page
    document = officer.get(address(house, "document", review=week))
    assert document.headers["Content-Disposition"] == 'attachment; filename="review-2026-03-02.json"'
    assert document.json()["review"]["signed_by"] == f"person:{house.people['privacy_officer']}"


def test_reopening_after_signing_makes_an_amendment(house: House, week: UUID, signed_in: SignedIn) -> None:
    officer = signed_in("privacy_officer")
    decide_all(house, week, officer)
    just_signed_in(officer)
    officer.post(address(house, "sign", review=week), {"coverage": "on"})
    row = rows(week)["c0"]
    done = officer.post(address(house, "reopen", case=row.id), {"reason": "New facts.", "revision": row.revision})
    fresh = models.CaseRecord.objects.get(reopens=row)
    assert done.url == address(house, "case", case=fresh.id)
    assert "amendment" in officer.get(address(house, "review", review=fresh.review_id)).content.decode()
    assert "It has an amendment" in officer.get(address(house, "review", review=week)).content.decode()
    assert "New facts." in officer.get(address(house, "case", case=row.id)).content.decode()


def test_a_coder_sees_their_own_accesses_and_statement(house: House, week: UUID, signed_in: SignedIn) -> None:
    client = signed_in("coder")
    page = client.get(address(house, "my_accesses")).content.decode()
    assert "Accesses 1 to 50 of 120" in page
    assert "A-1" in page
    last = client.get(address(house, "my_week", week="2026-03-02") + "?page=99").content.decode()
    assert "Page 3 of 3" in last
    told = client.get(address(house, "statement_text", week="2026-03-02")).content.decode()
    assert "117 accesses to patients' records are held under this name." in told
    assert "Four cases asked for a closer look." in told
    assert "not signed yet" in told
    assert "P-" not in told
    assert client.get(address(house, "statement", week="2026-03-02")).status_code == 200
    assert client.get(address(house, "statement", week="2026-03-09")).status_code == 404
    other = signed_in("qa_auditor")
    assert "No access is held under your name yet" in other.get(address(house, "my_accesses")).content.decode()
    assert other.get(address(house, "my_week", week="2026-03-02")).status_code == 404


def test_another_clinics_pages_are_not_there(house: House, other_house: House, week: UUID, signed_in: SignedIn) -> None:
    officer = signed_in("privacy_officer")
    row = rows(week)["c0"]
    for name, arguments in (("review", {"review": week}), ("case", {"case": row.id}), ("sign", {"review": week})):
        away = reverse(f"review:{name}", kwargs={"clinic": other_house.id, **arguments})
        assert officer.get(away).status_code == 404
    from tests.support.clinic import sign_in_as

    sign_in_as(officer, other_house.users["privacy_officer"])
    away = reverse("review:case", kwargs={"clinic": other_house.id, "case": row.id})
    assert officer.get(away).status_code == 404
    away = reverse("review:decide", kwargs={"clinic": other_house.id, "case": row.id})
    assert officer.post(away, {"outcome": "in_order", "note": "x", "revision": 1}).status_code == 404


def test_what_is_due_is_told_at_home(house: House, week: UUID) -> None:
    from chartwarden.people.contracts import Member
    from chartwarden.people.queries import member
    from chartwarden.review.queries import due

    now = timezone.now()
    officer = member(house.users["privacy_officer"], house.id, now)
    assert isinstance(officer, Member)
    (found,) = due(officer, house.clinic, now)
    assert (found.what, found.action, found.late) == (
        "Decide four cases of Mon 2 Mar 2026 to Sun 8 Mar 2026", "Decide", True,
    )  # fmt: skip
    assert due(member(house.users["coder"], house.id, now), house.clinic, now) == []
