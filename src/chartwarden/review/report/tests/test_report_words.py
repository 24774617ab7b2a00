"""The report's words, and what becomes of text from the data."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.review.report.text import SENTENCE, label, shown
from chartwarden.review.report.words import as_words, clock, days, percent, step, strength


@pytest.mark.parametrize(
    ("score", "word", "marks"),
    [(-2.0, "slight", 1), (0.99, "slight", 1), (1.0, "moderate", 2), (3.0, "strong", 3), (5.0, "very strong", 4)],
)
def test_strength(score, word, marks):
    assert strength(score) == (word, marks)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_share_is_whole_only_where_nothing_is_missing(part, rest):
    told = percent(part, part + rest)
    assert (told == "100.0 %") == (rest == 0 and part > 0)
    assert (told == "–") == (part + rest == 0)


def test_times_and_days_carry_weekday_and_zone():
    moment = datetime(2026, 3, 8, 8, 30, 7, tzinfo=UTC).replace(tzinfo=None)
    assert clock(moment, ZoneInfo("America/Chicago")) == "Sun 8 Mar 2026, 03:30:07 CDT"
    assert days(date(2026, 5, 4), date(2026, 5, 4)) == "Mon 4 May 2026"


def test_ids_read_as_words():
    assert as_words("qa_review") == "QA review"
    assert step("check_login") == "Check who used the login"


@given(st.text(max_size=2_000))
def test_shown_text_is_one_line_without_hidden_characters_and_has_an_end(text):
    told = shown(text)
    assert not [char for char in told if unicodedata.category(char) in ("Cc", "Cs", "Co")]
    assert not set(told) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert len(told) <= 160 * 10 + 40
    assert len(label(text, 20)) <= 20


@given(st.text(alphabet=st.characters(categories=("L", "N", "P")), max_size=SENTENCE))
def test_plain_words_are_shown_as_they_are(text):
    assert shown(text, SENTENCE) == text


def test_a_cut_says_how_long_the_text_was():
    assert shown("x" * 10_000, 5) == "xxxxx… (10,000 characters)"
