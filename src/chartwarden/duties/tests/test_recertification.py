"""Recertification: approved against actual, decided person by person, never on oneself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from chartwarden.duties import queries, recertifying, services
from chartwarden.duties.contracts import State
from chartwarden.duties.recertification import candidates, logins_left
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger import queries as ledger
from chartwarden.logs.contracts import LoginSeen
from chartwarden.logs.services import Incoming
from chartwarden.people import queries as people
from chartwarden.people import services as people_services
from chartwarden.people.contracts import RosterRow
from chartwarden.people.services import end_engagement
from chartwarden.web.worker import jobs
from tests.support.clinic import House

AT = datetime(2026, 4, 2, 15, tzinfo=UTC)
ROW = RosterRow(uuid4(), "Ann", "u1", "engaged", ("coder",), "coder", "", date(2025, 1, 1), None, True, AT, False)


@pytest.mark.parametrize(
    ("changes", "roles", "expected"),
    [
        ({}, ("coder",), ()),
        ({"state": "ended"}, ("coder",), ("The engagement is over, but roles are left",)),
        ({"state": "ended"}, (), ("The engagement is over, but a sign-in is left",)),
        ({"state": "suspended"}, ("coder",), ("Suspended, with roles that would come back",)),
        ({"absent": True}, ("coder",), ("The newest staff list does not name them",)),
        ({"last_sign_in": None}, ("coder",), ("Has never signed in",)),
        ({"last_sign_in": AT - timedelta(days=91)}, ("coder",), ("Has not signed in for 90 days or more",)),
        ({"last_sign_in": None, "linked": False}, ("coder",), ()),
    ],
)
def test_whom_to_look_at_twice(changes: dict[str, Any], roles: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert recertifying.asks_of(replace(ROW, **changes), roles, AT) == expected


def test_who_has_nothing_is_not_on_the_list() -> None:
    gone = replace(ROW, state="ended", linked=False)
    assert recertifying.candidate(gone, (), uuid4(), AT) is None
    assert recertifying.candidate(gone, ("coder",), uuid4(), AT) is not None


SEEN = LoginSeen("jdoe", 3, AT)
GONE = replace(ROW, state="ended", ended_at=AT - timedelta(days=2), name="Gone")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], [("", None)]),
        ([ROW], []),
        ([GONE], [("Gone", GONE.ended_at)]),
        ([replace(GONE, ended_at=AT + timedelta(hours=1))], []),
        ([replace(GONE, ended_at=None)], [("Gone", None)]),
        ([GONE, replace(ROW, person=uuid4())], []),
        ([replace(ROW, state="suspended")], []),
    ],
    ids=["nobody's", "at work", "left before", "left after", "never engaged", "shared with one at work", "suspended"],
)
def test_which_logins_nobody_answers_for(rows: list[RosterRow], expected: list[Any]) -> None:
    found = recertifying.left_logins([SEEN], {"jdoe": [one.person for one in rows]}, {one.person: one for one in rows})
    assert [(one.name, one.ended_at) for one in found] == expected


def import_log(house: House, *accesses: tuple[datetime, str], at: datetime = AT) -> None:
    rows = "".join(f"{moment.isoformat()},{login},open,P{n}\n" for n, (moment, login) in enumerate(accesses))
    log = Incoming(
        clinic=house.id, name="log.csv", source="page", actor=house.actor("privacy_officer"), at=at,
        counts_when_read=True,
    )  # fmt: skip
    with log as incoming:
        incoming.write(f"occurred_at,actor,action,patient\n{rows}".encode())
        incoming.finish()
    (read,) = (job for job in jobs() if job.name == "logs.read")
    assert read.run(at)


def test_the_page_names_logins_without_an_engagement(house: House, signed_in: Any) -> None:
    people_services.add_person(
        clinic=house.id, values={"code": "u77", "given_name": "Lee", "family_name": "Left"}, feed_role="coder",
        started_on=date(2025, 1, 6), logins=["lleft", "lboth"], actor=house.actor("owner"), at=AT,
    )  # fmt: skip
    gone = people.person_by_login(house.id, "lleft")
    now = timezone.now()
    end_engagement(clinic=house.id, person=gone, actor=house.actor("owner"), at=now - timedelta(days=5))
    import_log(
        house, (now - timedelta(days=2), "lleft"), (now - timedelta(days=6), "lboth"),
        (now - timedelta(days=2), "nobody9"), (now - timedelta(days=40), "longago"), at=now,
    )  # fmt: skip
    page = signed_in("privacy_officer").get(f"/c/{house.id}/duties/recertification/").text
    left = page.partition('id="left"')[2]
    assert "Lee Left" in left
    assert "Nobody’s" in left
    assert [login for login in ("lleft", "lboth", "nobody9", "longago") if login in left] == ["lleft", "nobody9"]


def test_without_a_known_login_none_is_said_to_be_nobodys(house: House) -> None:
    now = timezone.now()
    import_log(house, (now - timedelta(days=2), "nobody9"), at=now)
    assert logins_left(house.id, now) == []


def decide(house: House, revoked: set[str] = frozenset(), role: str = "privacy_officer") -> dict[UUID, str]:
    own = house.people[role]
    chosen = {house.people[name] for name in revoked}
    there = [one.person for one in candidates(house.id, own, AT) if one.person != own]
    return {person: "revoke" if person in chosen else "keep" for person in there}


def recertify(house: House, decisions: dict[UUID, str], role: str = "privacy_officer", at: datetime = AT) -> None:
    who = people.member(house.users[role], house.id, at)
    services.recertify_access(clinic=house.clinic, decisions=decisions, note="", member=who, actor=who.actor, at=at)


def test_what_is_revoked_is_gone_and_the_rest_stays(house: House) -> None:
    recertify(house, decide(house, {"qa_auditor"}))
    later = AT + timedelta(seconds=1)
    assert people.member(house.users["qa_auditor"], house.id, later).roles == frozenset()
    assert people.member(house.users["coder"], house.id, later).roles == {"coder"}
    (entry,) = ledger.entries(house.id, kinds=("duties.access_recertified",))
    assert entry.facts["revoked"] == [str(house.people["qa_auditor"])]
    assert entry.facts["not_judged"] == [str(house.people["privacy_officer"])]
    assert len(entry.facts["kept"]) == len(house.people) - 2
    year = queries.duty_year(house.clinic, "access_recertification", AT).year
    assert next(one.state for one in year if one.occurrence.day == date(2026, 4, 1)) is State.CLOSED


def test_everybody_must_be_decided_on_and_nobody_oneself(house: House) -> None:
    decisions = decide(house)
    for wrong in ({**decisions, house.people["coder"]: ""}, {**decisions, house.people["privacy_officer"]: "keep"}):
        with pytest.raises(InputRefused):
            recertify(house, wrong)
    assert ledger.entries(house.id, kinds=("duties.access_recertified",)) == []


def test_a_revocation_that_cannot_be_leaves_all_as_it_was(house: House) -> None:
    with pytest.raises(Refused):
        recertify(house, decide(house, {"qa_auditor", "owner"}))
    assert people.member(house.users["qa_auditor"], house.id, AT).roles == {"qa_auditor"}
    assert queries.duty_year(house.clinic, "access_recertification", AT).open


def test_once_done_nothing_waits(house: House) -> None:
    recertify(house, decide(house))
    with pytest.raises(InputRefused):
        recertify(house, decide(house, role="security_officer"), "security_officer")


def test_who_left_but_could_sign_in_is_shut_out(house: House) -> None:
    left = house.people["coder"]
    end_engagement(clinic=house.id, person=left, actor=house.actor("human_resources"), at=AT - timedelta(hours=1))
    first = candidates(house.id, house.people["privacy_officer"], AT)[0]
    assert (first.asks != (), {one.person for one in candidates(house.id, left, AT) if one.state == "ended"}) == (
        True,
        {left},
    )
    recertify(house, decide(house, {"coder"}))
    assert next(row.state for row in people.roster(house.id, AT) if row.person == left) == "suspended"


def test_the_page_asks_and_decides(signed_in: Any, house: House) -> None:
    from chartwarden.clinics.models import Clinic

    Clinic.objects.filter(id=house.id).update(opened_at=timezone.now() - timedelta(days=40))
    client = signed_in("privacy_officer")
    address = f"/c/{house.id}/duties/recertification/"
    page = client.get(address)
    assert "Somebody else decides on you." in page.text
    assert client.post(address, {}).status_code == 422
    others = {f"person-{p}": "keep" for role, p in house.people.items() if role != "privacy_officer"}
    for _ in range(len(queries.duty_year(_clinic(house), "access_recertification", timezone.now()).open)):
        done = client.post(address, others, follow=True)
        assert "is recertified, and the ledger says so" in done.text
    assert "Nothing waits." in client.get(address).text
    assert signed_in("coder").get(address).status_code == 403


def _clinic(house: House) -> Any:
    from chartwarden.clinics.queries import clinic

    return clinic(house.id)
