"""Two spellings of one address are one address; two units of one building are two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.review.links.addresses import ABBREVIATIONS, SUFFIXES, Address, parse_address

STREETS = st.sampled_from(["Main", "Oak Hill", "5th", "Martin Luther King", "St. James", "O'Hare"])
LONG_SUFFIXES = st.sampled_from(sorted(word for word, short in ABBREVIATIONS.items() if short in SUFFIXES))
HOUSES = st.integers(1, 99_999)
UNITS = st.from_regex(r"[0-9]{1,3}[a-z]?", fullmatch=True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 N. Main Street, Apt. 4-B", Address(12, "n main st", "4b")),
        ("12 north main st #4b", Address(12, "n main st", "4b")),
        ("12 N MAIN ST 4B", Address(12, "n main st", "4b")),
        ("Apt 4, 12 Main St", Address(12, "main st", "4")),
        ("12A Main Street", Address(12, "main st", "a")),
        ("500 W. 42nd Street Unit # 12", Address(500, "w 42nd st", "12")),
        ("12-34 56th Avenue", Address(1234, "56th ave", "")),
        ("12 Main St NW", Address(12, "main st nw", "")),
        ("123 State Route 9", Address(123, "state rte 9", "")),
        ("P.O. Box 12", Address(None, "po box 12", "")),
        ("12 Avenida Muñoz", Address(12, "avenida munoz", "")),
        ("500 Elm Street, Bldg 3, Apt 12", Address(500, "elm st", "3 12")),
    ],
)
def test_reads_the_usual_ways_to_write_an_address(line: str, expected: Address) -> None:
    assert parse_address(line) == expected


@pytest.mark.parametrize("line", [None, "", "   ", "#", "-- , --"])
def test_nothing_is_no_address(line: str | None) -> None:
    assert parse_address(line) is None


@given(HOUSES, STREETS, LONG_SUFFIXES, UNITS, st.sampled_from(["Apt", "APARTMENT", "Unit", "#", "Ste.", "apt."]))
def test_spelling_does_not_matter(house: int, street: str, suffix: str, unit: str, word: str) -> None:
    plain = parse_address(f"{house} {street} {suffix} Apt {unit}")
    assert plain is not None
    assert plain.unit == unit
    assert parse_address(f"{house}  {street.upper()} {ABBREVIATIONS[suffix]}., {word} {unit.upper()}") == plain


@given(HOUSES, STREETS, LONG_SUFFIXES, UNITS, UNITS)
def test_units_tell_flats_apart_and_nothing_else(house: int, street: str, suffix: str, unit: str, other: str) -> None:
    one = parse_address(f"{house} {street} {suffix} #{unit}")
    two = parse_address(f"{house} {street} {suffix} #{other}")
    assert one is not None
    assert two is not None
    assert (one.house, one.street) == (two.house, two.street)
    assert (one.unit == two.unit) == (unit == other)


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_fault_and_reading_again_changes_nothing(line: str) -> None:
    address = parse_address(line)
    if address is not None and address.house is None and not address.unit:
        assert parse_address(address.street) is not None
    assert parse_address(line) == address
