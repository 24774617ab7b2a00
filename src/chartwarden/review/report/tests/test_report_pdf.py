"""review.pdf read back: PDF/A-2b as it claims, every case in it, text as text, the same bytes each time."""

from __future__ import annotations

import io
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from chartwarden.review.report.content import page
from chartwarden.review.report.pdf import review_pdf

PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"


def plain(text):
    """Text without spaces and break marks: lines are broken where the print needs it."""
    return "".join(text.replace("\u200b", "").split())


@pytest.fixture(scope="module")
def pdf(findings):
    return review_pdf(page(findings, "ab" * 32), findings.period)


@pytest.fixture(scope="module")
def reader(pdf):
    return PdfReader(io.BytesIO(pdf))


@pytest.fixture(scope="module")
def text(reader):
    return plain(" ".join(sheet.extract_text() for sheet in reader.pages))


def marks(reader):
    xml = ElementTree.fromstring(reader.trailer["/Root"]["/Metadata"].get_data())
    found = {}
    for description in xml.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"):
        found |= description.attrib
        found |= {child.tag: child.text for child in description}
    return found


def test_it_is_pdf_a_2b_and_pdf_ua_1(reader):
    found = marks(reader)
    assert (found[f"{PDFA}part"], found[f"{PDFA}conformance"]) == ("2", "B")
    assert found[f"{PDFUA}part"] == "1"
    intents = reader.trailer["/Root"]["/OutputIntents"]
    assert [intent["/S"] for intent in intents] == ["/GTS_PDFA1"]
    assert intents[0]["/DestOutputProfile"].get_data()
    assert reader.trailer["/ID"]
    assert not reader.is_encrypted


def test_every_font_is_embedded_and_nothing_acts_or_reaches_out(reader):
    fonts = [
        descendant.get_object()
        for sheet in reader.pages
        for font in sheet["/Resources"]["/Font"].values()
        for descendant in font["/DescendantFonts"]
    ]
    assert fonts
    for font in fonts:
        assert {"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"])
    assert {"/OpenAction", "/AA", "/AcroForm"}.isdisjoint(reader.trailer["/Root"])
    assert "/JavaScript" not in reader.trailer["/Root"].get("/Names", {})


def test_its_date_is_the_end_of_the_period_and_its_title_names_nobody(reader):
    assert reader.metadata["/CreationDate"].startswith("D:20260531")
    assert reader.metadata.title == "Access review, Cedar Creek Family Clinic, Mon 4 May 2026 to Sun 31 May 2026"


def test_cover_coverage_cases_and_sign_off_are_in_it(text, findings):
    assert "12casestodecide" in text
    assert findings.inputs[0].sha256 in text
    assert "✗notrun:nopatientsfeed" in text
    for case in findings.cases:
        assert case.case in text
        assert f"Case{case.rank}:" in text
    for label in ("Reviewedby(nameandrole)", "Date", "Signature", "ab" * 32):
        assert label in text


def test_markup_of_three_kinds_stays_text(findings):
    hostile = '#panic("x") *b* $x$ <script>alert(1)</script> `code` @ref // c'
    case = replace(findings.cases[2], patient=hostile, coder=hostile)
    changed = replace(findings, cases=(case,), names={hostile: f"{hostile} #set page(width: 1pt)"})
    reader = PdfReader(io.BytesIO(review_pdf(page(changed, ""), findings.period)))
    assert plain(f"patient {hostile}") in plain(" ".join(sheet.extract_text() for sheet in reader.pages))


@settings(max_examples=12, deadline=None)
@given(st.text(min_size=1, max_size=80), st.text(max_size=200))
def test_any_text_can_be_printed(findings, name, sentence):
    signal = replace(findings.cases[2].signals[0], sentence=sentence, against=sentence)
    case = replace(findings.cases[2], coder=name, patient=name, signals=(signal,))
    made = review_pdf(page(replace(findings, cases=(case,), names={name: name}), ""), findings.period)
    assert marks(PdfReader(io.BytesIO(made)))[f"{PDFA}conformance"] == "B"


def test_a_character_without_a_glyph_is_printed_as_its_code_point(text):
    assert "[U+738B][U+5C0F][U+660E](c-009)" in text


def test_dashes_arrows_signs_and_letters_of_other_scripts_have_glyphs(findings):
    told = "– — × → ← ↔ ≥ ≤ § • … “x” ✓ ✗ ● ○ − é ł ğ Ж Ω ñ"
    signal = replace(findings.cases[2].signals[0], sentence=told)
    changed = replace(findings, cases=(replace(findings.cases[2], signals=(signal,)),))
    reader = PdfReader(io.BytesIO(review_pdf(page(changed, ""), findings.period)))
    assert plain(told) in plain(" ".join(sheet.extract_text() for sheet in reader.pages))


def test_the_same_findings_give_the_same_bytes(pdf, findings):
    assert review_pdf(page(findings, "ab" * 32), findings.period) == pdf


def test_a_review_without_cases_prints(no_findings):
    reader = PdfReader(io.BytesIO(review_pdf(page(no_findings, ""), no_findings.period)))
    assert "No case to decide" in reader.pages[0].extract_text()
