"""Canonical JSON against RFC 8785's own examples and an independent implementation."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.ledger.canonical import LARGEST, NotCanonical, canonical, parse

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


def test_the_rfc_sorts_by_utf_16() -> None:
    given_value = {
        "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
    }  # fmt: skip
    order = list(json.loads(canonical(given_value)))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_the_rfc_escapes_what_must_be_and_nothing_else() -> None:
    value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/', "literals": [None, True, False], "numbers": [0, -1, LARGEST]}
    expected = (
        '{"literals":[null,true,false],"numbers":[0,-1,9007199254740991],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(value) == expected.encode()


@settings(deadline=None)
@given(VALUES)
def test_as_an_independent_implementation_writes_it(value: Any) -> None:
    written = canonical(value)
    assert written == rfc8785.dumps(value)
    assert parse(written) == value


def test_every_character_is_written_alike() -> None:
    for code in [*range(0x300), *range(0xD7F0, 0xD800), *range(0xE000, 0xE010), *range(0xFFF0, 0x10010)]:
        text = chr(code)
        assert canonical({"a": text}) == rfc8785.dumps({"a": text})


@pytest.mark.parametrize(
    "value",
    [1.5, 2**53, -(2**53), float("nan"), {1: "a"}, (1,), b"x", "\ud800", {"\udc00": 1}, [{"a": {"b": 0.0}}], {1}],
)
def test_what_it_cannot_hold_is_refused_by_place(value: Any) -> None:
    with pytest.raises(NotCanonical, match=r"^\$[\w.\[\]]*: expected"):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"1e3",
        b"NaN",
        b'"\\u0041"',
        b"\xff",
        b"-0",
        b"[" * 9999,
    ],
)
def test_other_bytes_are_not_canonical(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse(data)
