"""Named patients are matched only where one patient, and one alone, agrees."""

import pytest

from chartwarden.review.hints import resolve, unmatched


def patient(number: str, family: str, given: str, **more: str) -> dict[str, str | None]:
    return {"patient": number, "family_name": family, "given_name": given, "address_line": None, "city": None,
            "postal_code": None, **more}  # fmt: skip


PATIENTS = [
    patient("P1", "Ruiz", "Ana", postal_code="60601"),
    patient("P2", "Ruiz", "Ana", postal_code="60602"),
    patient("P3", "O'Brien", "Pat", address_line="1 Elm St", city="Cary"),
]


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        ("RUIZ|ANA||Chicago|60601", "P1"),
        ("Ruiz|Ana|||60602-1234", "P2"),
        ("OBRIEN|PAT|1 Elm St.|CARY|", "P3"),
        ("O'Brien|Pat|2 Oak St|Cary|", None),  # another address
        ("Ruiz|Ana|||", None),  # two of that name
        ("Ruiz|Eva|||60601", None),
        ("nonsense", None),
    ],
)
def test_resolve(hint: str, expected: str | None) -> None:
    found = resolve([hint], PATIENTS)
    assert found[hint] == expected or (expected is None and found[hint].startswith("named:"))
    assert unmatched(found) == (expected is None)
