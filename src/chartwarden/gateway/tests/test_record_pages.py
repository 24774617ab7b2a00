"""A coder reads an assigned record on the pages, from a real FHIR server; and nothing but that record."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.urls import reverse

from chartwarden.assignments import queries as assignments
from chartwarden.assignments.contracts import RecordClass as Class
from chartwarden.assignments.contracts import Scope
from chartwarden.assignments.services import add_work, cancel, work_on
from chartwarden.clinics.services import across_clinics
from chartwarden.devices.contracts import Whence
from chartwarden.gateway.chart import line, overview, reading
from chartwarden.gateway.chart.items import LISTED
from chartwarden.kernel.decisions import Refused
from chartwarden.ledger.queries import entries
from chartwarden.people.services import suspend
from tests.support.clinic import AT, House, make_house
from tests.support.gateway_peers import SECRET, Fhir
from tests.support.record import CATEGORY, DOCUMENTS, OTHER, PATIENT, RECORD, VISIT, coded, data, document, of, visited

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node")]
SignIn = Callable[[str], Any]
HOUR = timedelta(hours=1)
COUNTED = ("gateway.pages_opened", "gateway.record_opened", "gateway.record_denied", "gateway.record_failed")


@pytest.fixture(scope="module")
def ehr() -> Iterator[Fhir]:
    with ExitStack() as stack:
        server = Fhir(stack)
        server.seed(*RECORD)
        yield server


@pytest.fixture
def fhir(ehr: Fhir, settings: Any) -> Fhir:
    settings.FHIR_BASE, settings.FHIR_TOKEN = ehr.base, SECRET
    return ehr


@pytest.fixture
def coder(signed_in: SignIn) -> Any:
    return signed_in("coder")


def assigned(house: House, coder: str = "coder", patient: str = PATIENT, encounter: str = VISIT) -> UUID:
    return add_work(
        clinic=house.id, patient=patient, encounter=encounter, kind="initial", reason="", at=AT,
        coder=house.people[coder], actor=house.actor("coding_supervisor"),
    )  # fmt: skip


def address(house: House, name: str, **named: object) -> str:
    return reverse(f"gateway:{name}", kwargs={"clinic": house.id, **named})


def opened(client: Any, house: House, assignment: UUID) -> Any:
    """The first page of a record that was just opened."""
    return client.post(address(house, "record", assignment=assignment), {"acknowledged": "1"}, follow=True)


def links(text: str) -> dict[str, str]:
    """The pages in the list at the side, by their titles."""
    aside = text.partition('<nav class="contents"')[2].partition("</nav>")[0]
    found = re.findall(r'<li><a href="([^"]+)"[^>]*>([^<]+)', aside)
    return {title.replace("&#x27;", "'"): where for where, title in found}


def told(house: House) -> list[tuple[str, Any]]:
    """What the ledger holds of the gateway: kind, and what was asked for or why it failed."""
    found = [one for one in entries(house.id, limit=1000) if one.kind in COUNTED]
    return [(one.kind, one.facts.get("why") or one.facts.get("interaction")) for one in found]


def scoped(monkeypatch: pytest.MonkeyPatch, scope: Scope) -> None:
    """Let this be the policy in force."""
    monkeypatch.setattr(assignments, "scope", lambda clinic, kind, roles: scope)


def test_a_record_opens_and_is_read_document_by_document(house: House, coder: Any, fhir: Fhir) -> None:
    mine = assigned(house)
    where = address(house, "record", assignment=mine)
    asked = fhir.asked()
    front = coder.get(where)
    assert "Open this record" in front.text
    assert fhir.asked() == asked
    page = opened(coder, house, mine)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "Maude Quillfeather" in page.text
    assert "<title>A record · Chartwarden</title>" in page.text
    assert "Pneumonia, organism not named" in page.text
    listed = links(page.text)
    assert list(listed) == [
        "Summary", "Cardiology consultation", "Progress note", "Operative note", "Colonoscopy with snare polypectomy",
        "All results", "Blood count and chemistry", "Pathology of the sigmoid polyp", "Chest X-ray, two views",
        "Imaging findings", "Discharge instructions", "Discharge summary", "Payer letter",
        "Payer's answer: Home oxygen", "Request: Home oxygen",
    ]  # fmt: skip
    seen = {title: coder.get(link) for title, link in listed.items()}
    assert {one.status_code for one in seen.values()} == {200}
    assert {one.headers["Cache-Control"] for one in seen.values()} == {"no-store"}
    assert "Community-acquired pneumonia" in seen["Progress note"].text
    assert "Mon 2 Mar 2026, 15:20 CST" in seen["Progress note"].text
    assert "systolic murmur" in seen["Cardiology consultation"].text
    assert "alert(" not in seen["Cardiology consultation"].text
    assert "Drink two litres a day." in seen["Discharge instructions"].text
    assert "Tubular adenoma" in seen["Pathology of the sigmoid polyp"].text
    assert 'src="data:image/png;base64,' in seen["Chest X-ray, two views"].text
    assert "Open it in the EHR." in seen["Payer letter"].text
    assert "PA-0000-17" in seen["Payer's answer: Home oxygen"].text
    for title in ("All results", "Blood count and chemistry"):
        cells = re.sub(r"<[^>]+>|\s+", " ", seen[title].text)
        assert re.search(r"Sodium\s+131\s+mmol/L\s+135–145\s+Low", cells)
    whole = "".join(one.text for one in seen.values())
    assert "Quackenbush" not in whole
    assert "Not hers." not in whole


def test_imaging_findings_that_no_report_names_have_a_page(house: House, coder: Any, fhir: Fhir) -> None:
    page = opened(coder, house, assigned(house, patient=PATIENT))
    assert "1 of 12 documents, or parts of them, can be opened in the EHR only." in page.text
    found = coder.get(links(page.text)["Imaging findings"])
    assert "The EHR holds no imaging findings beside its reports for this record." in found.text
    finding = of(
        "Observation", "o-nodule", "p-image", status="final", category=[coded("imaging", "Imaging", CATEGORY)],
        code={"text": "Lung nodule"}, valueString="9 mm, right upper lobe",
    )  # fmt: skip
    fhir.seed({"resourceType": "Patient", "id": "p-image"}, finding)
    listed = links(opened(coder, house, assigned(house, patient="p-image")).text)
    assert "9 mm, right upper lobe" in coder.get(listed["Imaging findings"]).text
    assert "9 mm" not in coder.get(listed["All results"]).text
    assert "9 mm" not in coder.get(listed["Summary"]).text


def test_every_fetch_has_its_entry_before_it_and_no_more(house: House, coder: Any, fhir: Fhir) -> None:
    mine = assigned(house)
    first = opened(coder, house, mine)
    begin = told(house)
    assert begin[0][0] == "gateway.pages_opened"
    assert {kind for kind, _ in begin[1:]} == {"gateway.record_opened"}
    assert [what for _, what in begin[1:]] == [f"search {kind}" for kind in (*LISTED, "Patient", *overview.KINDS)]
    count = len(begin)
    asked = fhir.asked()
    coder.get(links(first.text)["Progress note"])
    assert fhir.asked() == asked + 2
    assert [what for _, what in told(house)[count:]] == ["read DocumentReference", "read Binary"]
    coder.get(links(first.text)["Blood count and chemistry"])
    assert [what for _, what in told(house)[count + 2 :]] == ["read DiagnosticReport", "search Observation"]
    subjects = [one.subject for one in entries(house.id, limit=1000) if one.kind in COUNTED]
    assert all(one["assignment"] == str(mine) for one in subjects)


def test_nothing_of_the_patient_stands_in_ledger_address_or_title(house: House, coder: Any, fhir: Fhir) -> None:
    page = opened(coder, house, assigned(house))
    for link in links(page.text).values():
        assert not re.search(r"Progress|d-progress|p-rec|Quill", link)
    ledger = "".join(one.leaf.decode() for one in entries(house.id, limit=1000))
    assert not re.search(r"Quillfeather|p-rec-1|d-progress|b-progress|e-rec", ledger)


def test_without_the_ledger_nothing_is_asked_of_the_ehr(house: House, coder: Any, fhir: Fhir) -> None:
    first = opened(coder, house, assigned(house))
    asked = fhir.asked()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("CREATE TRIGGER full BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(ABORT, 'full'); END")
        else:
            cursor.execute("ALTER TABLE ledger_entry ADD CONSTRAINT full_up CHECK (index < 0) NOT VALID")
    for title in ("Progress note", "Summary", "All results"):
        answer = coder.get(links(first.text)[title])
        assert answer.status_code == 503
        assert "Accesses can&#x27;t be recorded" in answer.text
        assert "pneumonia" not in answer.text.lower()
    assert fhir.asked() == asked


ENDINGS: dict[str, tuple[Callable[[House, UUID], None], str]] = {
    "submitted": (lambda house, mine: submit(house, mine), "is done, so it is shut"),
    "cancelled": (
        lambda house, mine: cancel(
            clinic=house.id, assignment=mine, revision=1, actor=house.actor("coding_supervisor"), at=AT + HOUR
        ),
        "is done, so it is shut",
    ),
}


def submit(house: House, mine: UUID) -> None:
    for event in ("begun", "coded", "submitted"):
        work = assignments.work(house.id, mine)
        assert work
        work_on(
            clinic=house.id, assignment=mine, event=event, revision=work.revision, actor=house.actor("coder"),
            at=AT + HOUR,
        )  # fmt: skip


@pytest.mark.parametrize(("end", "sentence"), ENDINGS.values(), ids=ENDINGS)
def test_a_record_shuts_with_its_assignment(
    house: House, coder: Any, fhir: Fhir, end: Callable[[House, UUID], None], sentence: str
) -> None:
    mine = assigned(house)
    first = opened(coder, house, mine)
    still = address(house, "standing", assignment=mine)
    assert coder.get(still).status_code == 204
    assert "HX-Redirect" not in coder.get(still).headers
    end(house, mine)
    asked = fhir.asked()
    assert coder.get(still).headers["HX-Redirect"] == address(house, "record", assignment=mine)
    for link in (links(first.text)["Progress note"], address(house, "record", assignment=mine)):
        answer = coder.get(link)
        assert answer.status_code == 403
        assert sentence in answer.text
        assert "Ask: coding supervisor." in answer.text
        assert "Quillfeather" not in answer.text
    again = coder.post(address(house, "record", assignment=mine), {"acknowledged": "1"})
    assert again.status_code == 403
    assert fhir.asked() == asked
    assert [kind for kind, _ in told(house)[-3:]] == ["gateway.record_denied"] * 3


def test_a_suspended_coder_reads_no_further(house: House, coder: Any, fhir: Fhir) -> None:
    first = opened(coder, house, assigned(house))
    asked = fhir.asked()
    suspend(clinic=house.id, person=house.people["coder"], actor=house.actor("owner"), at=AT + HOUR)
    assert coder.get(links(first.text)["Progress note"]).status_code != 200
    assert fhir.asked() == asked


def test_nobody_elses_record_and_no_made_up_page_is_there(house: House, coder: Any, fhir: Fhir) -> None:
    theirs, mine = assigned(house, "qa_auditor"), assigned(house)
    for name, more in (("record", {}), ("leaf", {"leaf": "overview"}), ("standing", {})):
        assert coder.get(address(house, name, assignment=theirs, **more)).status_code == 404
    assert coder.post(address(house, "record", assignment=theirs)).status_code == 404
    opened(coder, house, mine)
    assert coder.get(address(house, "leaf", assignment=mine, leaf="0" * 32)).status_code == 404
    other = assigned(house, patient=OTHER)
    link = links(opened(coder, house, other).text)["Somebody else's note"]
    assert coder.get(link.replace(str(other), str(mine))).status_code == 404


def test_another_purpose_opens_nothing(house: House, coder: Any, fhir: Fhir) -> None:
    mine, asked = assigned(house), fhir.asked()
    answer = coder.post(
        address(house, "record", assignment=mine), {"purpose": "Jane Doe 555-0101", "acknowledged": "1"}
    )
    assert answer.status_code == 403
    assert "for coding or quality review only" in answer.text
    denied = entries(house.id)[-1]
    assert (denied.kind, denied.facts["purpose"]) == ("gateway.record_denied", "other")
    assert "Jane" not in denied.leaf.decode()
    assert "Open this record" in coder.get(address(house, "record", assignment=mine)).text
    assert fhir.asked() == asked


def test_the_policy_decides_what_is_fetched_and_shown(
    house: House, coder: Any, fhir: Fhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoped(monkeypatch, Scope(frozenset({Class.OPERATIVE}), version=3))
    page = opened(coder, house, assigned(house))
    assert set(links(page.text)) == {"Operative note", "Colonoscopy with snare polypectomy"}
    assert "Not shown, by policy version 3: overview, notes, pathology and laboratory" in page.text
    assert "search Patient" not in [what for _, what in told(house)]
    assert "search ImagingStudy" not in [what for _, what in told(house)]
    scoped(monkeypatch, Scope(frozenset({Class.NOTES}), encounter_only=True, version=4))
    page = opened(coder, house, assigned(house))
    assert set(links(page.text)) == {"Cardiology consultation", "Progress note"}
    scoped(monkeypatch, Scope(encounter_only=True, version=4))
    page = opened(coder, house, assigned(house))
    assert "Type 2 diabetes" not in page.text
    assert "Pneumonia" in page.text
    assert "Pathology of the sigmoid polyp" not in links(page.text)
    scoped(monkeypatch, Scope(frozenset(), version=5))
    assert "shows nothing of a record" in opened(coder, house, assigned(house)).text


def test_a_page_that_the_policy_no_longer_shows_is_not_there(
    house: House, coder: Any, fhir: Fhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened(coder, house, assigned(house))
    scoped(monkeypatch, Scope(frozenset({Class.OPERATIVE}), version=3))
    asked = fhir.asked()
    assert coder.get(links(page.text)["All results"]).status_code == 404
    assert coder.get(links(page.text)["Progress note"]).status_code == 404
    assert fhir.asked() <= asked + 8


def test_paper_and_copies_are_off_unless_the_policy_lets_them(house: House, coder: Any, fhir: Fhir) -> None:
    page = opened(coder, house, assigned(house))
    assert "The clinic’s policy lets nobody print it." in page.text
    assert "Print this document" not in page.text
    assert "Save a copy" not in page.text
    note = links(page.text)["Progress note"]
    for name, purpose in (("print", "audit"), ("copy", "encoder")):
        answer = coder.post(f"{note}{name}/", {"purpose": purpose})
        assert answer.status_code == 403
        assert "pneumonia" not in answer.text
    kinds = {one.kind for one in entries(house.id, limit=1000)}
    assert not kinds & {"gateway.copy_made", "gateway.record_printed"}


def test_a_print_out_has_a_purpose_and_stands_in_the_ledger(
    house: House, coder: Any, fhir: Fhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoped(monkeypatch, Scope(printing=True, version=2))
    mine = assigned(house)
    note = links(opened(coder, house, mine).text)["Progress note"]
    assert coder.post(f"{note}print/", {"purpose": ""}).status_code == 422
    answer = coder.post(f"{note}print/", {"purpose": "audit"})
    assert answer.status_code == 200
    assert "Community-acquired pneumonia" in answer.text
    assert "Coder Example" in answer.text
    still = re.escape(address(house, "standing", assignment=mine))
    assert re.search(rf'<meta name="standing" content="{still}"', answer.text)
    back = re.escape(address(house, "record", assignment=mine))
    assert re.search(rf'<noscript><meta http-equiv="refresh" content="\d+;url=[^"]+\?next={back}"', answer.text)
    last = entries(house.id, limit=1000)[-1]
    assert (last.kind, last.facts["purpose"], last.facts["policy"]) == ("gateway.record_printed", "audit", 2)


def test_a_copy_stands_in_the_way_of_submitting_until_it_is_deleted(
    house: House, coder: Any, fhir: Fhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    scoped(monkeypatch, Scope(copies=True, version=2))
    mine = assigned(house)
    page = opened(coder, house, mine)
    assert coder.post(f"{links(page.text)['Progress note']}copy/", {"purpose": "x"}).status_code == 422
    letter = coder.post(f"{links(page.text)['Payer letter']}copy/", {"purpose": "appeal"})
    assert letter.content == b"%PDF-1.4 made up"
    assert letter.headers["Content-Disposition"] == 'attachment; filename="record-copy.pdf"'
    assert letter.headers["Cache-Control"] == "no-store"
    with pytest.raises(Refused, match="not confirmed as deleted"):
        submit(house, mine)
    assert "1 saved copy is to be deleted" in coder.get(reverse("web:home", kwargs={"clinic": house.id})).text
    left = coder.get(address(house, "copies")).text
    assert "To attach to an appeal or denial" in left
    (done,) = re.findall(r'action="([^"]+/deleted/)"', left)
    assert coder.post(done).status_code == 302
    assert coder.post(done).status_code == 302
    assert "No copy is left" in coder.get(address(house, "copies")).text
    kinds = [one.kind for one in entries(house.id, limit=1000)]
    assert (kinds.count("gateway.copy_made"), kinds.count("gateway.copy_deleted")) == (1, 1)
    work = assignments.work(house.id, mine)
    assert work
    given = {"assignment": mine, "revision": work.revision, "actor": house.actor("coder"), "at": AT + HOUR}
    work_on(clinic=house.id, event="submitted", **given)  # type: ignore[arg-type]
    assert assignments.work(house.id, mine).state == "submitted"  # type: ignore[union-attr]


@pytest.mark.parametrize(("name", "purpose"), [("copy", "encoder"), ("print", "audit")])
def test_nothing_leaves_where_the_work_was_submitted_while_it_was_fetched(
    house: House, coder: Any, fhir: Fhir, monkeypatch: pytest.MonkeyPatch, name: str, purpose: str
) -> None:
    scoped(monkeypatch, Scope(copies=True, printing=True, version=2))
    mine = assigned(house)
    note = links(opened(coder, house, mine).text)["Progress note"]
    get = line.Line.get

    def slow(ehr: line.Line, *asked: Any) -> Any:
        found = get(ehr, *asked)
        if any(one.asked.kind == "Binary" for one in found):
            submit(house, mine)
        return found

    monkeypatch.setattr(line.Line, "get", slow)
    answer = coder.post(f"{note}{name}/", {"purpose": purpose})
    assert answer.status_code == 403
    assert "pneumonia" not in answer.text
    assert "This record stays shut" in answer.text
    kinds = [one.kind for one in entries(house.id, limit=1000)]
    assert kinds[-1] == "gateway.record_denied"
    assert not {"gateway.copy_made", "gateway.record_printed"} & set(kinds)
    assert "No copy is left" in coder.get(address(house, "copies")).text


def test_an_ehr_of_several_clinics_must_be_told_whose_it_is(
    house: House, coder: Any, fhir: Fhir, settings: Any
) -> None:
    with across_clinics():
        make_house("Hilltop Clinic", "hilltop")
    asked = fhir.asked()
    mine = assigned(house)
    assert "No EHR is connected" in opened(coder, house, mine).text
    assert fhir.asked() == asked
    settings.FHIR_CLINIC = str(house.id)
    assert "Maude Quillfeather" in opened(coder, house, mine).text


def test_another_patients_data_spoil_the_page(house: House, coder: Any, fhir: Fhir) -> None:
    """An EHR that holds somebody else inside of a document is not shown from."""
    inner = {"resourceType": "Patient", "id": "inner", "name": [{"family": "Quackenbush"}]}
    mixed = document("d-mixed", "11506-3", "Mixed", "2026-03-04T10:00:00-06:00", data("text/plain", "x"))
    patient = {"resourceType": "Patient", "id": "p-mixed", "name": [{"family": "Mixed"}]}
    whose = {"subject": {"reference": "Patient/p-mixed"}}
    fhir.seed(patient, {**mixed, **whose, "contained": [inner]})
    answer = opened(coder, house, assigned(house, patient="p-mixed"))
    assert answer.status_code == 502
    assert "not this patient&#x27;s" in answer.text
    assert "Quackenbush" not in answer.text
    assert told(house)[-1] == ("gateway.record_failed", "outside")


def test_a_long_list_is_read_to_its_end(house: House, coder: Any, fhir: Fhir) -> None:
    patient = {"resourceType": "Patient", "id": "p-long", "name": [{"family": "Long"}]}
    whose = {"subject": {"reference": "Patient/p-long"}}
    many = [
        {**document(f"d-{n}", "11506-3", f"Note {n}", "2026-03-04T10:00:00-06:00", data("text/plain", "x")), **whose}
        for n in range(220)
    ]
    fhir.seed(patient, *many)
    page = opened(coder, house, assigned(house, patient="p-long"))
    assert len([title for title in links(page.text) if title.startswith("Note")]) == 220


def test_the_list_is_kept_for_minutes_and_read_anew_when_asked(house: House, coder: Any, fhir: Fhir) -> None:
    mine = assigned(house, patient="p-fresh")
    whose = {"subject": {"reference": "Patient/p-fresh"}}
    fhir.seed({"resourceType": "Patient", "id": "p-fresh"})
    assert "Late note" not in opened(coder, house, mine).text
    late = document("d-late", "11506-3", "Late note", "2026-03-04T10:00:00-06:00", data("text/plain", "x"))
    fhir.seed({**late, **whose})
    assert "Late note" not in coder.get(address(house, "record", assignment=mine)).text
    assert "Late note" in opened(coder, house, mine).text


def test_the_line_to_the_ehr_is_one_while_its_settings_stay(
    house: House, coder: Any, fhir: Fhir, settings: Any
) -> None:
    opened(coder, house, assigned(house))
    first = line.line(AT)
    assert line.line(AT) is first
    settings.FHIR_TOKEN = "another"
    assert line.line(AT) is not first


def test_a_reader_who_is_refused_can_fetch_nothing(house: House, fhir: Fhir) -> None:
    reader = reading.Reader(
        house.clinic, house.people["owner"], assigned(house), "coding", house.actor("owner"), AT, Whence()
    )  # type: ignore[arg-type]
    there = reading.decided(reader)
    with pytest.raises(ValueError, match="expected a record that is open"):
        reading.fetched(there, [reading.asked(replace(there, patient=PATIENT), "Patient")])


def test_the_samples_are_whole() -> None:
    assert json.dumps(RECORD)
    assert len({one["id"] for one in RECORD}) == len(RECORD)
    assert visited()["encounter"]
    assert DOCUMENTS
