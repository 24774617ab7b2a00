"""A record laid out: dates, texts, results, documents and the list, of what an EHR sends well shaped or not."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any
from unicodedata import category
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments.contracts import RecordClass as Class
from chartwarden.assignments.contracts import Scope
from chartwarden.gateway.chart import documents, overview
from chartwarden.gateway.chart.attached import attachments
from chartwarden.gateway.chart.confining import belongs
from chartwarden.gateway.chart.contracts import Attachment, Leaf, Pairs, Picture, Said, Table, Text
from chartwarden.gateway.chart.copying import copied
from chartwarden.gateway.chart.fhir import moment, referred, said, when
from chartwarden.gateway.chart.items import LISTED, item, listed
from chartwarden.gateway.chart.results import results
from chartwarden.gateway.chart.texts import MOST_BYTES, MOST_TEXT, Words, picture_of, plain, read, text_of
from tests.support.record import (
    CDA,
    CONSULT,
    DOCUMENTS,
    EARLIER,
    LABS,
    OVERVIEW,
    PROGRESS,
    RECORD,
    SECOND,
    VISIT,
    film,
)  # fmt: skip

ZONE = ZoneInfo("America/Chicago")
WHOLE = Scope()


def by_id(identity: str) -> dict[str, Any]:
    return next(one for one in RECORD if one["id"] == identity)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-06T22:55:00Z", "Fri 6 Mar 2026, 16:55 CST"),
        ("2026-03-08T08:30:00.123Z", "Sun 8 Mar 2026, 03:30 CDT"),
        ("2026-03-06", "Fri 6 Mar 2026"),
        ("2026-03", "Mar 2026"),
        ("2026", "2026"),
        ("2026-02-30", "2026-02-30"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("in spring", "in spring"),
    ],
)
def test_dates_keep_the_exactness_that_they_have(text: str, expected: str) -> None:
    assert when(text, ZONE) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"value": 14.2, "unit": "g/dL"}, "14.2 g/dL"),
        ({"comparator": "<", "value": 5, "code": "mg"}, "< 5 mg"),
        ({"value": 120.5, "currency": "USD"}, "120.5 USD"),
        ({"coding": [{"code": "x"}, {"display": "Second"}]}, "x"),
        ({"start": "2026-03-06", "end": "2026-03-06"}, "Fri 6 Mar 2026"),
        ({"start": "2026-03"}, "from Mar 2026"),
        ({"low": {"value": 1}, "high": {"value": 2}}, "1 – 2"),
        ({"numerator": {"value": 1}, "denominator": {"value": 128}}, "1 / 128"),
        ({"given": ["Maude", "A."], "family": "Quillfeather"}, "Maude A. Quillfeather"),
        ({"reference": "Patient/p-1"}, ""),
        ([True, None, 3], "yes; 3"),
    ],
)
def test_values_are_said_in_words(value: object, expected: str) -> None:
    assert said(value, ZONE) == expected


def test_only_the_words_of_markup_are_kept() -> None:
    text = plain(CONSULT)
    assert "Cardiology consultation" in text
    assert "systolic murmur" in text
    assert "Aortic valve  mild stenosis" in text
    assert all(word not in text for word in ("alert", "color", "<", "javascript", "onclick"))
    assert plain(CDA).split("\n") == [
        "Discharge instructions", "", "Diet", "", "Drink two litres a day.", "", "Little salt.",
        "No alcohol with the antibiotic.",
    ]  # fmt: skip
    assert plain("a<br/>b &lt;script&gt;") == "a\nb <script>"
    assert plain("<script/>shown") == "shown"
    assert plain("</script>shown<style>never") == "shown"


@given(st.text(max_size=300))
def test_no_markup_comes_through_whatever_it_is(markup: str) -> None:
    assert isinstance(plain(markup), str)
    assert "alert" not in plain(f"<p>{markup.replace('<', '').replace('alert', '')}</p><script>alert</script>")


def test_texts_are_read_by_their_type_and_charset() -> None:
    assert text_of("text/plain", PROGRESS.encode()) == Words(PROGRESS)
    assert text_of("text/plain; charset=iso-8859-1", "Größe".encode("latin-1")) == Words("Größe")
    assert text_of("text/plain; charset=iso-8859-1", b"5\x9610 mg") == Words("5–10 mg")
    assert text_of("text/plain; charset=punycode", b"as it is") == Words("as it is")
    assert text_of("text/plain", b"\xff\xfea\x00") == Words("a")
    assert text_of("text/plain", b"bad \xff byte \x07") == Words("bad � byte �")
    assert text_of("application/pdf", b"%PDF") is None
    assert text_of("text/plain", b"x" * (MOST_TEXT + 99)) == Words("x" * MOST_TEXT, more=True)
    picture = b"<p>before<img src='data:image/png;base64," + b"A" * MOST_BYTES + b"'>after"
    assert text_of("text/html", picture) == Words("before", more=True)


SPACES = "\xa0\u202f\u2009\u2003\u3000\x0b\x1f\x85\u2028"


@pytest.mark.parametrize("space", SPACES, ids=[f"U+{ord(one):04X}" for one in SPACES])
def test_a_space_of_any_kind_stays_a_space(space: str) -> None:
    text, expected = f"Take 1{space}1/2 tablets", "Take 1 1/2 tablets"
    assert text_of("text/plain", text.encode()) == Words(expected)
    assert plain(f"<p>{text}</p>") == expected
    assert plain(f"<pre>{text}</pre>") == expected


@given(st.text(max_size=60))
def test_no_character_that_can_be_seen_is_lost(text: str) -> None:
    shown = plain(f"<pre>{escape(text)}</pre>")
    for one in text:
        if not one.isspace() and category(one) != "Cf":
            assert one in shown or "�" in shown


HEADS = {
    "<html><head><title>x</title><body><p>note text</p></body></html>": "note text",
    "<html><head><meta charset=utf-8><link rel=x><style>p{}</style><p>note text": "note text",
    "<html><head><base href=x /><title>x</title>note text": "note text",
    "<html><head><script>1</script><title>x</title></head>note text": "note text",
    "<head><title/><body>note text": "note text",
    "<text><![CDATA[note text]]></text>": "note text",
}


@pytest.mark.parametrize(("markup", "expected"), HEADS.items())
def test_a_head_ends_where_something_else_begins(markup: str, expected: str) -> None:
    assert read(markup) == Words(expected)


@pytest.mark.parametrize(
    "markup", ["a<iframe src=x><p>note", "a<svg><text>note", "a<p><script>1<p>note", "a<object>note"]
)
def test_markup_that_breaks_off_says_so(markup: str) -> None:
    assert read(markup) == Words("a", torn=True)
    page = documents.blocks({}, [Attachment("", "text/html", markup.encode())], (), ZONE)
    assert page == [Text("", "a"), Said(documents.TORN)]
    assert read("a<!-- note").torn


@pytest.mark.parametrize("markup", ["", "<p> </p>", "<iframe src=x><p>note", "<html><head><title>x</title></head>"])
def test_a_document_without_a_word_says_so(markup: str) -> None:
    page = documents.blocks({}, [Attachment("", "text/html", markup.encode())], (), ZONE)
    assert page == [Said("This document gave no text. Open it in the EHR.")]


def test_pictures_are_told_by_their_first_bytes() -> None:
    assert (picture_of(film()) or "").startswith("data:image/png;base64,iVBOR")
    assert picture_of(b"<svg onload=alert(1)>") is None


def test_results_have_value_unit_range_and_a_flag_by_word() -> None:
    table = results("", [*LABS, SECOND], ZONE)
    rows = {row.cells[0]: row for row in table.rows}
    assert rows["Leukocytes"].cells == (
        "Leukocytes", "14.2", "10*3/uL", "4–11", "High", "Tue 3 Mar 2026, 08:10 CST",
    )  # fmt: skip
    assert rows["Hemoglobin A1c"].cells[4] == "Critically high"
    assert [name for name, row in rows.items() if row.marked] == ["Hemoglobin A1c", "Leukocytes", "Sodium"]
    assert [row.cells[:3] for row in table.rows[-3:]] == [
        ("Blood pressure", "", ""), ("– Systolic", "148", "mmHg"), ("– Diastolic", "86", "mmHg"),
    ]  # fmt: skip


def test_results_that_are_no_numbers_say_what_they_are() -> None:
    given: list[dict[str, Any]] = [
        {"code": {"text": "Culture"}, "valueCodeableConcept": {"text": "E. coli"}, "status": "preliminary",
         "referenceRange": [{"text": "no growth"}], "interpretation": [{"coding": [{"code": "POS"}]}]},
        {"code": {"text": "Nothing"}, "dataAbsentReason": {"text": "specimen lost"}},
        {"code": {"text": "GFR"}, "valueQuantity": {"value": 58, "unit": "mL/min", "comparator": "<"},
         "referenceRange": [{"low": {"value": 60}}]},
    ]  # fmt: skip
    found = {row.cells[0]: row for row in results("", given, ZONE).rows}
    assert found["Culture"].cells[1:] == ("E. coli", "", "no growth", "Positive", "", "preliminary")
    assert found["Culture"].marked
    assert found["Nothing"].cells[1] == "none: specimen lost"
    assert found["GFR"].cells[1:4] == ("< 58", "mL/min", "≥ 60")


def test_the_list_is_in_the_order_of_classes_the_newest_first() -> None:
    found = listed(RECORD, WHOLE, "", ZONE)
    assert [(one.of.value, one.title) for one in found] == [
        ("notes", "Cardiology consultation"), ("notes", "Progress note"), ("notes", "Somebody else's note"),
        ("operative", "Operative note"), ("operative", "Colonoscopy with snare polypectomy"),
        ("laboratory", "Blood count and chemistry"), ("laboratory", "Pathology of the sigmoid polyp"),
        ("radiology", "Chest X-ray, two views"),
        ("discharge", "Discharge instructions"), ("discharge", "Discharge summary"),
        ("prior_authorization", "Payer letter"), ("prior_authorization", "Payer's answer: Home oxygen"),
        ("prior_authorization", "Request: Home oxygen"),
    ]  # fmt: skip


def test_the_policy_leaves_out_classes_and_other_visits() -> None:
    notes = Scope(frozenset({Class.NOTES, Class.OPERATIVE}))
    assert {one.of for one in listed(DOCUMENTS, notes, "", ZONE)} == {Class.NOTES, Class.OPERATIVE}
    one_visit = Scope(encounter_only=True)
    found = {one.identity for one in listed(DOCUMENTS, one_visit, VISIT, ZONE)}
    assert found == {"d-progress", "d-consult", "d-discharge", "d-instructions", "d-scan", "r-blood", "r-chest", "k-1"}
    assert listed(DOCUMENTS, one_visit, "", ZONE) == ()
    assert {one["id"] for one in OVERVIEW if belongs(one, EARLIER)} >= {EARLIER, "c-2", "p-rec-1"}
    assert not belongs(by_id(VISIT), EARLIER)


def test_what_is_not_in_force_says_so() -> None:
    assert item({**by_id("d-progress"), "status": "entered-in-error"}, ZONE).status == "entered in error"
    assert item({**by_id("d-progress"), "docStatus": "preliminary"}, ZONE).status == "preliminary"
    assert item(by_id("d-progress"), ZONE).status == ""


def blocks(identity: str, *attached: Attachment) -> list[Any]:
    one = by_id(identity)
    return documents.blocks(one, attached or attachments(one), (), ZONE)


def test_a_documents_page_shows_its_text_or_says_where_it_is() -> None:
    (waiting,) = attachments(by_id("d-progress"))
    assert (waiting.binary, waiting.data) == ("b-progress", None)
    assert blocks("d-progress")[-1] == Said(documents.ELSEWHERE)
    assert blocks("d-consult")[0] == Pairs("", (("Written by", "R. Okafor, MD"), ("Type", "Cardiology consultation")))
    assert blocks("d-discharge")[-1].text.startswith("Admitted with pneumonia")
    assert "a PDF, which is not shown here" in blocks("d-scan")[-1].text
    conclusion, picture = blocks("r-chest")[1:]
    assert conclusion == Text("Conclusion", "Consolidation of the right lower lobe. No effusion.")
    assert isinstance(picture, Picture)
    answer = dict(blocks("k-2")[0].pairs)
    assert (answer["Authorization number"], answer["In words"]) == ("PA-0000-17", "Approved for one month.")
    (table,) = [one for one in blocks("k-1") if isinstance(one, Table)]
    assert table.rows[0].cells[:2] == ("1", "Oxygen concentrator, 1 month")


def test_a_composition_is_read_section_by_section() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Better.</p></div>'
    inner = {"title": "Plan", "text": {"div": "<div>Home.</div>"}}
    one = {
        "resourceType": "Composition",
        "title": "Visit",
        "section": [{"title": "Course", "text": {"div": div}, "section": [inner]}],
    }
    assert documents.blocks(one, (), (), ZONE) == [Text("Course", "Better."), Text("Plan", "Home.")]
    assert documents.blocks({"resourceType": "Composition"}, (), (), ZONE) == [Said(documents.NOTHING)]
    long = {"title": "Course", "text": {"div": f"<div>{'x' * (MOST_TEXT + 1)}</div>"}}
    cut = documents.blocks({"resourceType": "Composition", "section": [long]}, (), (), ZONE)
    assert cut == [Text("Course", "x" * MOST_TEXT), Said(documents.LONG)]
    deep: dict[str, Any] = {"title": "Deepest", "text": {"div": "<div>note</div>"}}
    for _ in range(documents.DEEPEST):
        deep = {"title": "Deep", "section": [deep]}
    found = documents.blocks({"resourceType": "Composition", "section": [deep]}, (), (), ZONE)
    assert found[-1] == Said(documents.DEEP)


def test_the_ehrs_own_telling_is_added_where_it_says_more() -> None:
    report = {
        "resourceType": "DiagnosticReport", "code": {"text": "Chest film"}, "conclusion": "No effusion.",
        "text": {"div": "<div><p>Chest film</p><p>Conclusion: no effusion.</p></div>"},
    }  # fmt: skip
    conclusion = Text("Conclusion", "No effusion.")
    assert documents.blocks(report, (), (), ZONE) == [conclusion]
    more = {**report, "text": {"div": "<div>Conclusion: no effusion. Addendum: a nodule of 9 mm.</div>"}}
    told = Text(documents.ALSO, "Conclusion: no effusion. Addendum: a nodule of 9 mm.")
    assert documents.blocks(more, (), (), ZONE) == [conclusion, told]
    attached = [Attachment("", "text/plain", b"Two views.")]
    assert documents.blocks(more, attached, (), ZONE)[-1] == told
    del more["conclusion"]
    assert documents.blocks(more, (), (), ZONE) == [Text("", told.text)]


@pytest.mark.parametrize(
    ("attachment", "closed"),
    [
        ({"contentType": "application/pdf", "url": "Binary/b"}, True),
        ({"contentType": "image/tiff", "data": "AAAA"}, True),
        ({"contentType": "text/plain", "url": "https://elsewhere.example/x"}, True),
        ({"contentType": "text/html; charset=utf-8", "url": "Binary/b"}, False),
        ({"contentType": "image/jpeg", "data": "AAAA"}, False),
        ({"url": "Binary/b"}, False),
    ],
)
def test_the_list_knows_what_can_be_opened_in_the_ehr_alone(attachment: dict[str, Any], closed: bool) -> None:
    one = {"resourceType": "DocumentReference", "id": "x", "content": [{"attachment": attachment}]}
    assert item(one, ZONE).closed is closed


def test_the_overview_has_a_section_a_type_and_no_empty_column() -> None:
    found = overview.overview([one for one in OVERVIEW if one["id"] != "p-rec-2"], ZONE)
    assert [one.title for one in found] == [
        "Patient", "Visits", "Problems and diagnoses", "Allergies", "Medications", "Vital signs and other findings",
    ]  # fmt: skip
    visits = found[1]
    assert isinstance(visits, Table)
    assert visits.columns == ("When", "Kind", "Reason", "Status")
    assert visits.rows[0].cells[0] == "Mon 2 Mar 2026, 14:40 CST – Thu 5 Mar 2026, 11:00 CST"
    assert overview.named(OVERVIEW, ZONE) == "Maude Quillfeather"


def test_a_copy_is_the_ehrs_own_file_or_a_text_that_says_whose_it_is() -> None:
    leaf = Leaf("A note", Class.NOTES, "Fri 6 Mar 2026", "", blocks("d-discharge"))
    ending, content = copied(leaf, (), "Saved by C")
    assert ending == "txt"
    assert content.decode().startswith("Saved by C\n\nA note\nFri 6 Mar 2026\n")
    assert b"Principal diagnosis" in content
    as_it_is = "Take 1\xa01/2 tablets\t\r\n\r\n\r\n".encode("cp1252")
    assert copied(leaf, [Attachment("", "text/plain; charset=cp1252", as_it_is)], "x") == ("txt", as_it_is)
    ending, content = copied(leaf, attachments(by_id("d-consult")), "Saved by C")
    assert (ending, content.startswith(b"Saved by C")) == ("txt", True)
    assert copied(leaf, attachments(by_id("d-scan")), "x") == ("pdf", b"%PDF-1.4 made up")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Encounter/e1", "e1"), ("http://x/fhir/Encounter/e1/_history/3", "e1"), ("/Encounter/e1", "e1"),
        ("Patient/e1", ""), ("e1", ""), (3, ""), (None, ""),
    ],
)  # fmt: skip
def test_references_are_read(text: object, expected: str) -> None:
    assert referred(text, "Encounter") == expected


NAMES = sorted(
    {
        name for names, dates in LISTED.values() for path in f"{names}|{dates}".split("|") for name in path.split(".")
    }
    | {"content", "attachment", "data", "url", "contentType", "section", "title", "text", "div", "coding", "display",
       "value", "unit", "low", "high", "referenceRange", "interpretation", "component", "valueQuantity", "note",
       "result", "reference", "status", "name", "given", "family", "item", "adjudication", "series", "author",
       "encounter", "context"}
)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["2026-03-06", "2026-99-99T99:99:99Z", "Binary/b", b64encode(b"x").decode()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=15,
)


@given(st.sampled_from([*LISTED, *overview.KINDS]), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
def test_whatever_an_ehr_sends_is_laid_out(kind: str, more: dict[str, Any]) -> None:
    resource = {**more, "resourceType": kind, "id": "x"}
    attached = attachments(resource)
    assert documents.blocks(resource, attached, [resource], ZONE)
    assert overview.overview([resource], ZONE)
    assert belongs(resource, "e") in (True, False)
    assert isinstance(overview.named([resource], ZONE), str)
    assert all(isinstance(one, str) for one in documents.result_ids(resource))
    if kind in LISTED:
        (one,) = listed([resource], WHOLE, "", ZONE)
        assert one.title
        assert moment(one.when, ZONE)
