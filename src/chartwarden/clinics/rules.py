"""What a clinic's settings may be. Pure. Which detectors there are is not known here: only the shape is judged."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.zones import zone

RANGES: Mapping[str, tuple[int, int, str]] = {
    "grace_minutes": (0, 240, "minutes"),
    "idle_minutes": (2, 60, "minutes"),
    "review_due_days": (1, 60, "days"),
    "lookback_days": (7, 365, "days"),
}
"""Settings that are numbers: the least, the most, the unit. An unattended session locks (45 CFR 164.312(a)(2)(iii))."""
REGION_LENGTH, NAME_LENGTH = 16, 120


def checked(name: str, value: Any) -> Any:
    """A setting's value as it is kept. Raises InputRefused where it can't be that, or there is no such setting."""
    if name in RANGES:
        least, most, unit = RANGES[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise refuse(name, f"{least} to {most} {unit}", repr(value))
        return value
    if name == "time_zone":
        return zone(value, name).key
    if name == "name":
        return _text(name, value, NAME_LENGTH)
    if name == "holidays":
        return _region(_text(name, value, REGION_LENGTH))
    if name == "reviews_from":
        if value is not None and not isinstance(value, date):
            raise refuse(name, "a day, or nothing", repr(value))
        return value
    if name == "thresholds":
        return _thresholds(value)
    raise refuse(name, "a setting of a clinic", "none of that name")


def thresholds_from(text: str) -> dict[str, dict[str, float]]:
    """Detectors' parameters from TOML: a table a detector, of numbers. Raises InputRefused."""
    try:
        return _thresholds(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise refuse("thresholds", "TOML, such as [repeat_after_close] and below it least = 3", str(fault)) from None


def thresholds_text(thresholds: Mapping[str, Mapping[str, float]]) -> str:
    """What ``thresholds_from`` reads."""
    tables = (
        "".join([f"[{_key(detector)}]\n", *(f"{_key(name)} = {number!r}\n" for name, number in parameters.items())])
        for detector, parameters in thresholds.items()
    )
    return "\n".join(tables)


def _thresholds(value: Any) -> dict[str, dict[str, float]]:
    if not isinstance(value, Mapping):
        raise refuse("thresholds", "a table for each detector", type(value).__name__)
    for detector, parameters in value.items():
        if not isinstance(parameters, Mapping):
            raise refuse("thresholds", f"a table [{detector}] of numbers", f"{detector} = {parameters!r}")
        for parameter, number in parameters.items():
            if isinstance(number, bool) or not isinstance(number, int | float) or not -1e12 < number < 1e12:
                raise refuse("thresholds", f"a number for {detector}.{parameter}", repr(number))
    return {detector: dict(parameters) for detector, parameters in value.items()}


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _text(name: str, value: Any, longest: int) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text.isprintable():
        raise refuse(name, "one line of plain text", "a line break or another control character")
    if not 0 < len(text) <= longest:
        raise refuse(name, f"1 to {longest} characters", f"{len(text)}")
    return text


def _region(text: str) -> str:
    from holidays import list_supported_countries

    country, _, part = text.partition("-")
    known = list_supported_countries()
    if country not in known or (part and part not in known[country]):
        raise refuse("holidays", "a region of the holidays library, such as US or US-IL", repr(text))
    return text
