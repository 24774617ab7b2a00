"""review.html as a browser's parser sees it: every case, nothing of the data as markup, no PHI in its title."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from chartwarden.review.report.content import page
from chartwarden.review.report.html import review_html

VOID = {"meta", "link", "br", "hr", "img", "input"}
HIDDEN = {"style", "title", "desc"}


class Read(HTMLParser):
    """Elements with their attributes and text, and whether each that was opened was closed."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self):
        return " ".join(part for tag, parts in self.texts.items() if tag not in HIDDEN for part in parts)


@pytest.fixture(scope="module")
def html(findings):
    return review_html(page(findings, "ab" * 32))


@pytest.fixture(scope="module")
def read(html):
    return Read(html)


def test_elements_are_closed_and_ids_are_unique(read):
    assert read.open == []
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_case_is_there_with_its_question_and_its_link(read, findings):
    links = {attributes["href"] for attributes in read.all("a")}
    articles = {attributes["id"] for attributes in read.all("article")}
    for case in findings.cases:
        assert f"case-{case.rank}" in articles
        assert f"#case-{case.rank}" in links
        assert case.case in read.text
    assert "Ask the coding supervisor whether Ana Ruiz was given this work." in read.text


def test_text_of_the_data_is_never_markup(html, read):
    assert b"<script" not in html
    assert read.all("script") == []
    assert "Carla <script>alert('x')</script>" in read.text
    assert '=HYPERLINK("https://example.org","Click")' in read.text
    assert not [name for _, attributes in read.elements for name in attributes if name.startswith("on")]


def test_direction_marks_and_control_characters_are_spelled_out(html, read):
    assert "Ann[U+202E]gpj.exe" in read.text
    assert "a NUL byte: [U+0000]" in read.text
    assert "\u202e".encode() not in html
    assert b"\x00" not in html


def test_title_and_attributes_name_no_patient_and_no_person(read, findings):
    told = " ".join(read.texts["title"][:1])
    assert told == "Access review, Cedar Creek Family Clinic, Mon 4 May 2026 to Sun 31 May 2026"
    ids = " ".join(str(attributes.get("id")) for _, attributes in read.elements)
    for case in findings.cases:
        assert case.coder not in told
        assert not case.patient or case.patient not in told + ids


def test_policy_forbids_all_but_the_one_style_sheet(read):
    policy = next(m["content"] for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not [attributes for _, attributes in read.elements if "style" in attributes or "src" in attributes]
    assert not [a["href"] for a in read.all("a") if not a["href"].startswith("#")]


def test_headings_go_down_one_step_at_a_time(read):
    levels = [int(tag[1]) for tag, _ in read.elements if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_scopes_and_pictures_have_words(read):
    assert len(read.all("caption")) == len(read.all("table"))
    assert {cell.get("scope") for cell in read.all("th")} == {"row", "col"}
    ids = {attributes.get("id") for _, attributes in read.elements}
    pictures = read.all("svg")
    assert len(pictures) == 2 + 12
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(picture["aria-labelledby"].split()) <= ids


def test_what_was_not_checked_is_said(read):
    assert "✗ not run: no patients feed" in read.text
    assert "Two checks did not run (no networks feed; no patients feed)." in read.text
    assert "Three rows could not be read." in read.text
    assert "Days without any access: Sun 24 May 2026; Mon 25 May 2026." in read.text


def test_order_is_due_then_now_then_what_happened(read):
    sections = [attributes["id"] for attributes in read.all("section")]
    assert sections == ["due", "now", "cases"]


def test_cases_beyond_the_limit_stand_in_a_table(findings):
    read = Read(review_html(page(findings, "ab" * 32, limit=3)))
    assert [a["id"] for a in read.all("article")] == ["case-1", "case-2", "case-3"]
    assert "The first 3 of 12 cases are shown in full" in read.text
    assert "#case-4" not in {a["href"] for a in read.all("a")}
    for name in ("vpn-test", "P-20777", "Look, and say so if all was in order"):
        assert name in read.text


def test_the_same_findings_give_the_same_bytes(html, findings):
    assert review_html(page(findings, "ab" * 32)) == html


def test_a_review_without_cases_says_so_and_does_not_pass_as_clean(no_findings):
    read = Read(review_html(page(no_findings, "ab" * 32)))
    assert "No case to decide" in read.text
    assert "No access of a person in scope was found in this period." in read.text
    assert read.all("article") == []


def test_what_is_not_plugged_in_still_reads_as_words(findings):
    case = findings.cases[2]
    unknown = replace(case.signals[0], detector="brand_new_check")
    changed = replace(findings, cases=(replace(case, signals=(unknown,), suggested="call_the_clinic"),))
    text = Read(review_html(page(changed, "ab" * 32))).text
    assert "Brand new check" in text
    assert "Next: Call the clinic." in text
