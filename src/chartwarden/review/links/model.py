"""The model of linkage: what agreement is expected between people who are close, and between strangers.

``m`` is how often two people who are close (the same person, a household, a family, neighbours) agree in this way, a
prior that is judged, not fitted, since a clinic has no labelled pairs. ``u`` is how often strangers do: by the
frequency of the very name or place among the clinic's own patients and staff (Splink's term-frequency adjustment),
or, for what strangers share only by error (a home, a telephone), a small share of chances in the population.

Names are not spread evenly: families of one descent live near each other, so strangers who meet at one clinic share a
surname more often than its frequency says (isonymy). Surnames therefore count as if CLUSTERING times as frequent.
"""

from __future__ import annotations

from typing import Any

SMALLEST_POPULATION = 10_000
CLOSE_PATIENTS = 1.0
SHARED_BY_ERROR = 0.02
CLUSTERING = 2.0
COMMONEST_FULL_NAME = 1.5e-4
FEWEST_OF_POSTAL_CODE = 0.002
NEAR_HOUSES = 20
LARGEST_HOUSEHOLD = 8
ALIKE = 0.92
SAME_BIRTH_DATE = 1 / 20_000

Level = dict[str, Any]


def settings(patients: int) -> dict[str, Any]:
    """Splink's settings for a clinic of so many patients. Staff are on the left (l), patients on the right (r).

    The clinic's patients are taken to be at least SMALLEST_POPULATION, since a small feed is a sample of a town. The
    prior is that CLOSE_PATIENTS of them are close to a given member of staff.
    """
    population = max(patients, SMALLEST_POPULATION)
    return {
        "link_type": "link_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": CLOSE_PATIENTS / population,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            _comparison("surname", _surname()),
            _comparison("identity", _identity()),
            _comparison("home", _home(SHARED_BY_ERROR / population)),
            _comparison("phone", _same("phone", 0.3, SHARED_BY_ERROR / population)),
            _comparison("contact_phone", _same("contact_phone", 0.25, SHARED_BY_ERROR / population)),
            _comparison("contact", _contact()),
        ],
        "linker_uid": "links",
    }


LEVELS = {
    "surname": ("other", "alike", "same"),
    "identity": ("other", "same_name", "same_birth_and_given", "same_birth_and_name"),
    "home": ("other", "city", "postal_code", "near", "building", "other_unit", "same"),
    "phone": ("other", "same"),
    "contact_phone": ("other", "same"),
    "contact": ("other", "alike", "same"),
}
"""Names of each comparison's levels, from Splink's level 0 up; level -1 is "not known"."""


def _surname() -> list[Level]:
    return [
        _unknown("surname"),
        _level("surname_l = surname_r", 0.55, 0.01, "surname"),
        _level(f"jaro_winkler_similarity(surname_l, surname_r) >= {ALIKE}", 0.03, 0.003),
        _level("ELSE", 0.42, 0.987),
    ]


def _identity() -> list[Level]:
    birth = "birth_date_l = birth_date_r"
    given = f"jaro_winkler_similarity(given_l, given_r) >= {ALIKE}"
    name = f"jaro_winkler_similarity(surname_l, surname_r) >= {ALIKE}"
    no_birth = "(birth_date_l IS NULL OR birth_date_r IS NULL)"
    return [
        _unknown("given"),
        _level(f"{birth} AND {given} AND {name}", 0.1, SAME_BIRTH_DATE * 0.002),
        _level(f"{birth} AND {given}", 0.03, SAME_BIRTH_DATE * 0.01),
        _level(f"{no_birth} AND {given} AND {name}", 0.05, 0.01),
        _level("ELSE", 0.82, 0.99),
    ]


def _home(by_error: float) -> list[Level]:
    near = f"street_l = street_r AND abs(house_l - house_r) <= {NEAR_HOUSES}"
    return [
        {"sql_condition": "city_l IS NULL OR city_r IS NULL", "is_null_level": True},
        _level("home_l = home_r", 0.5, by_error),
        _level("building_l = building_r AND unit_l <> unit_r", 0.05, 0.05),
        _level("building_l = building_r", 0.05, 0.01),
        _level(near, 0.15, 2 * by_error),
        _level("postal_code_l = postal_code_r", 0.2, 0.05, "postal_code", FEWEST_OF_POSTAL_CODE),
        _level("city_l = city_r", 0.3, 0.3, "city"),
        _level("ELSE", 0.3, 0.6),
    ]


def _contact() -> list[Level]:
    return [
        _unknown("contact"),
        _level("contact_l = contact_r", 0.2, COMMONEST_FULL_NAME, "contact"),
        _level("jaro_winkler_similarity(contact_l, contact_r) >= 0.94", 0.03, 10 * COMMONEST_FULL_NAME),
        _level("ELSE", 0.77, 0.998),
    ]


def _same(column: str, m: float, u: float) -> list[Level]:
    return [_unknown(column), _level(f"{column}_l = {column}_r", m, u), _level("ELSE", 1 - m, 1 - u)]


def _comparison(name: str, levels: list[Level]) -> dict[str, Any]:
    return {"output_column_name": name, "comparison_levels": levels}


def _unknown(column: str) -> Level:
    return {"sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL", "is_null_level": True}


def _level(condition: str, m: float, u: float, frequency_of: str | None = None, least: float = 0.0) -> Level:
    level: Level = {"sql_condition": condition, "m_probability": m, "u_probability": u}
    if frequency_of:
        level |= {"tf_adjustment_column": frequency_of, "tf_minimum_u_value": least}
    return level
