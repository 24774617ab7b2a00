"""Names and numbers are compared without accents, punctuation and generations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.review.links import names

LETTERS = st.from_regex(r"[a-z]{3,9}", fullmatch=True).filter(lambda word: word not in names.GENERATIONS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("O'Brien", "obrien"), ("De la Cruz, Jr.", "delacruz"), ("MUÑOZ", "munoz"), ("Lopez-Diaz", "lopezdiaz"),
     ("Jr", "jr"), ("", None), (None, None), (" - ", None)],
)  # fmt: skip
def test_family_name(text: str | None, expected: str | None) -> None:
    assert names.family(text) == expected


@given(LETTERS, LETTERS)
def test_a_contact_is_the_same_person_however_written(first: str, last: str) -> None:
    expected = names.full(first, last)
    assert names.contact(f"{first.title()} {last.upper()}") == expected
    assert names.contact(f"{last.title()}, {first.title()}") == expected
    assert names.contact(f"{first} Q. {last} Jr. (spouse)") == expected
    assert names.contact(f"{first} {last}, Jr.") == expected


def test_half_a_name_is_no_contact() -> None:
    assert names.contact("Maria") is None
    assert names.full("Maria", None) is None


@pytest.mark.parametrize("text", ["+1 (217) 555-0142", "217.555.0142 ext. 12", "2175550142x9", "1-217-555-0142"])
def test_a_number_is_its_last_ten_digits(text: str) -> None:
    assert names.telephone(text) == "2175550142"


@pytest.mark.parametrize("text", [None, "", "none", "911", "000-000-0000"])
def test_what_is_no_persons_number(text: str | None) -> None:
    assert names.telephone(text) is None
