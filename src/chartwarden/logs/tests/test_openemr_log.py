"""OpenEMR's events, and the comments that are read for the patient finder only."""

import base64
from zoneinfo import ZoneInfo

import pytest

from chartwarden.logs.contracts import AccessEvent, NotAccess, Quarantined, Source
from chartwarden.logs.formats.openemr_log import FORMAT

COLUMNS = "id,date,event,category,user,groupname,comments,user_notes,patient_id,success,crt_user\n"
FINDER = "/openemr/interface/main/finder/patient_select.php?findBy=Last&patient=Doe"


def read(folder, *rows):
    path = folder / "log.csv"
    path.write_text(COLUMNS + "".join(f"{row}\n" for row in rows))
    return list(FORMAT.read(Source("log.csv", path, ZoneInfo("UTC"))))


def row(event, patient="17", category="", comments="", user="ana", success="1"):
    return f"1,2026-03-02 09:00:00,{event},{category},{user},Default,{comments},,{patient},{success},"


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("view", "open"),
        ("patient-record-select", "view"),
        ("patient-record-insert", "create"),
        ("patient-record-replace", "edit"),
        ("lab-results-update", "edit"),
        ("order-delete", "delete"),
        ("delete", "delete"),
        ("qrda3-export", "export"),
        ("http-request-select", "view"),
        ("login", "login"),
        ("vehr: insert form_soap", "create"),
    ],
)
def test_each_event_has_its_action(tmp_path, event, action):
    (found,) = read(tmp_path, row(event))
    assert (found.action, found.patient) == (action, "17")


@pytest.mark.parametrize("patient", ["", "0", "NULL", "\\N"])
def test_without_a_patient(tmp_path, patient):
    rows = read(tmp_path, *(row(event, patient) for event in ("patient-record-select", "view", "login", "backup")))
    assert [type(found) for found in rows] == [AccessEvent, NotAccess, AccessEvent, NotAccess]
    assert rows[0].action == "search"
    assert rows[1].what == "OpenEMR view"


def test_an_unheard_of_event_is_not_named_by_its_text(tmp_path):
    (found,) = read(tmp_path, row("läuft für Jane Doe?"))
    assert found == NotAccess(2, "OpenEMR, other event")


def test_what_the_finder_was_asked_is_the_query_and_no_other_comment_is_kept(tmp_path):
    encoded = base64.b64encode(FINDER.encode()).decode()
    secret = base64.b64encode(b"SELECT ssn FROM patient_data").decode()
    asked, plain, other = read(
        tmp_path,
        row("http-request-select", comments=encoded),
        row("http-request-select", comments=FINDER),
        row("patient-record-select", comments=secret),
    )
    assert (asked.action, asked.query) == ("search", "findBy=Last&patient=Doe")
    assert (plain.action, plain.query) == ("search", "findBy=Last&patient=Doe")
    assert other.query is None


@pytest.mark.parametrize(
    ("category", "document"),
    [("Patient Demographics", "demographics"), ("Lab Result", "lab"), ("Encounter Form", "note"), ("view", None)],
)
def test_the_category_tells_the_document(tmp_path, category, document):
    (found,) = read(tmp_path, row("patient-record-select", category=category))
    assert found.document == document


def test_success_and_user_are_checked(tmp_path):
    denied, odd, nobody = read(tmp_path, row("view", success="0"), row("view", success="2"), row("view", user=""))
    assert denied.outcome == "denied"
    assert odd == Quarantined(3, "expected 0 or 1 in success; found '2'")
    assert nobody == Quarantined(4, "expected a login in user; found nothing")
