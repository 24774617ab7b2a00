"""Epic's words, instants, companions and both layouts."""

from zoneinfo import ZoneInfo

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import AccessEvent, NotAccess, Quarantined, Source
from chartwarden.logs.formats._epic_words import action, document
from chartwarden.logs.formats.epic_access_log import FORMAT

COLUMNS = "ACCESS_INSTANT,PROCESS_ID,ACCESS_TIME,METRIC_ID,METRIC_NAME,USER_ID,WORKSTATION_ID,PAT_ID,CSN\n"


def read(folder, content, **beside):
    path = folder / "ACCESS_LOG.csv"
    path.write_text(content)
    companions = {}
    for name, text in beside.items():
        companions[f"{name}.csv"] = folder / f"{name}.csv"
        companions[f"{name}.csv"].write_text(text)
    return list(FORMAT.read(Source("ACCESS_LOG.csv", path, ZoneInfo("America/Chicago"), companions)))


@pytest.mark.parametrize(
    ("metric", "access", "meaning"),
    [
        ("IN BASKET MESSAGE OF ANY TYPE DISPLAYED IN HYPERSPACE", "VIEW", ("view", "other")),
        ("PEND A NOTE", "MODIFY", ("edit", "note")),
        ("AN EXISTING PATIENT IS SELECTED FROM PATIENT LOOKUP", "VIEW", ("view", "other")),
        ("PATIENT DEMOGRAPHICS FORM ACCESSED", None, ("view", "demographics")),
        ("Patient Lookup", "View", ("search", "other")),
        ("Chart printed", "View", ("print", "other")),
        ("Print group displayed: imaging", "View", ("view", "radiology")),
        ("Login", None, ("login", "other")),
        ("User logged out", None, ("logout", "other")),
        ("Discharge summary copied to clipboard", None, ("copy", "discharge")),
        ("Lab results exported", "View", ("export", "lab")),
        ("Guarantor account", "Delete", ("delete", "billing")),
        ("Prior auth request", None, ("open", "prior_authorization")),
        ("Operative notes", None, ("open", "operative")),
        ("Something new", None, ("open", "other")),
        (None, None, ("open", "other")),
    ],
)
def test_words(metric, access, meaning):
    assert (action(metric, access), document(metric, None)) == meaning


def test_the_group_tells_the_document_where_the_metric_does_not():
    assert document("Activity opened", "Pathology") == "pathology"
    assert document("Note opened", "Pathology") == "note"


@pytest.mark.parametrize(
    ("written", "logged"),
    [
        ("5843970000", "2026-03-09T13:00:00"),
        ("5843970000.5", "2026-03-09T13:00:00.500000"),
        ("2026-03-09 13:00:00.1230000", "2026-03-09T13:00:00.123000"),
        ("2026-03-09T08:00:00-05:00", "2026-03-09T13:00:00"),
        ("", None),
    ],
)
def test_the_access_instant_is_utc(tmp_path, written, logged):
    (row,) = read(tmp_path, COLUMNS + f"{written},1,2026-03-09 08:00:00,1,Chart,U1,W1,Z1,C1\n")
    assert (row.recorded_at and row.recorded_at.isoformat()) == logged
    assert row.occurred_at.isoformat() == "2026-03-09T13:00:00"


@pytest.mark.parametrize("written", ["999999999999", "soon", "0001-01-01T00:00:00+14:00"])
def test_an_instant_that_cannot_be_is_quarantined(tmp_path, written):
    (row,) = read(tmp_path, COLUMNS + f"{written},1,2026-03-09 08:00:00,1,Chart,U1,W1,Z1,C1\n")
    assert isinstance(row, Quarantined)
    assert "ACCESS_INSTANT" in row.reason


def test_two_events_of_one_second_stay_two(tmp_path):
    rows = read(
        tmp_path, COLUMNS + "".join(f"5843970000,1,2026-03-09 08:00,1,Chart,U1,W1,{z},\n" for z in ("Z1", "Z2"))
    )
    assert len({row.event for row in rows}) == 2


def test_rows_without_a_patient(tmp_path):
    rows = read(tmp_path, COLUMNS + "".join(
        f"1,1,2026-03-09 08:00,1,{metric},U1,W1,,\n" for metric in ("Schedule", "Login", "Patient lookup", "Print list")
    ))  # fmt: skip
    assert [type(row) for row in rows] == [NotAccess, AccessEvent, AccessEvent, Quarantined]
    assert [row.document for row in rows[1:3]] == [None, None]


def test_a_row_without_a_user_is_quarantined(tmp_path):
    (row,) = read(tmp_path, COLUMNS + "1,1,2026-03-09 08:00,1,Chart,,W1,Z1,\n")
    assert row == Quarantined(2, "expected a user in SYSTEM_LOGIN or USER_ID; found nothing")


def test_companions_are_known_by_name():
    assert FORMAT.claims is not None
    names = ("ACCESS_LOG_DTL.csv", "access_log_dtl_2026.tsv", "ACC_LOG_DTL_IX.csv", "ACCESS_LOG_METRIC.csv")
    assert all(map(FORMAT.claims, names))
    assert not any(map(FORMAT.claims, ("ACCESS_LOG.csv", "accesses.csv", "ACCESS_LOG_2026.csv")))


def test_details_of_many_files_join_and_a_bad_detail_costs_no_access(tmp_path):
    content = COLUMNS + "1,1,2026-03-09 08:00,1,Patient search,U1,W1,,\n2,1,2026-03-09 08:01,1,Chart,U1,W1,Z1,\n"
    detail = "PROCESS_ID,ACCESS_INSTANT,STRING_VALUE\n"
    rows = read(
        tmp_path, content, ACCESS_LOG_DTL_1=detail + '1,1,DOE\n"open,1\n', ACCESS_LOG_DTL_2=detail + "1,1,1970\n1,2,x\n"
    )
    assert [row.query for row in rows] == ["DOE; 1970", None]


def test_a_companion_without_its_columns_refuses_and_names_it(tmp_path):
    with pytest.raises(InputRefused, match=r"ACCESS_LOG_DTL\.csv, line 1: expected the columns"):
        read(tmp_path, COLUMNS, ACCESS_LOG_DTL="a,b\n1,2\n")


def test_purview_takes_the_mrn_and_bare_names(tmp_path):
    header = (
        "ACCESS_TIME\tMETRIC_NAME\tPAT_MRN_ID\tPAT_FIRST_NAME\tPAT_LAST_NAME\tADD_LINE_1\tCITY\tZIP\tSYSTEM_LOGIN\n"
    )
    first, second = read(
        tmp_path,
        header + "2026-03-09 08:00\tLogin\t\t\t\t\t\t\tana\n" + "2026-03-09 08:01\tChart\tM1\tA\tB|C\t1 X\tY\t6\tana\n",
    )
    assert (first.action, first.patient_hint) == ("login", None)
    assert (second.patient, second.patient_hint, second.event) == ("M1", None, None)
    (named,) = read(tmp_path, header + "2026-03-09 08:01\tChart\t\tA\tB|C\t1 X\tY\t6\tana\n")
    assert (named.patient, named.patient_hint) == (None, "B C|A|1 X|Y|6")
