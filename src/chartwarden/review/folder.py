"""The review folder: which file is which feed, and what clinic.toml says. Feeds are as in feeds.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import holidays
import msgspec

from chartwarden.kernel.errors import Fault, InputRefused, refuse
from chartwarden.kernel.zones import zone
from chartwarden.logs.contracts import Feed
from chartwarden.review.contracts import Clinic, Detector
from chartwarden.review.feeds import FEEDS

TABLE_ENDINGS = tuple(kind + packed for kind in (".csv", ".tsv", ".ndjson", ".parquet") for packed in ("", ".gz"))
KNOWN_KEYS = ("name", "time_zone", "holidays", "grace_minutes", "thresholds")


@dataclass(frozen=True)
class ReviewFolder:
    """Where a folder's inputs lie. ``accesses`` are the log files; ``feeds`` the other feeds that are there."""

    clinic: Clinic
    accesses: tuple[Path, ...]
    feeds: Mapping[str, Path]


def open_folder(folder: Path) -> ReviewFolder:
    """Find every feed of a folder and read clinic.toml. Raises InputRefused with all that is missing."""
    if not folder.is_dir():
        raise refuse(str(folder), "a folder with clinic.toml, accesses, workforce and assignments", "no such folder")
    accesses = _access_files(folder)
    feeds: dict[str, Path] = {}
    faults: list[Fault] = []
    for feed in FEEDS:
        try:
            path = _feed_file(folder, feed)
        except InputRefused as refused:
            faults.extend(refused.faults)
            continue
        if path is not None:
            feeds[feed.name] = path
    if not accesses:
        faults.append(Fault(str(folder), "an access log named accesses.* or a folder accesses/", "none"))
    try:
        clinic = read_clinic(folder / "clinic.toml")
    except InputRefused as refused:
        faults.extend(refused.faults)
    if faults:
        raise InputRefused(*faults)
    return ReviewFolder(clinic, accesses, feeds)


def read_clinic(path: Path) -> Clinic:
    """Read clinic.toml. Raises InputRefused naming the key that is missing or wrong."""
    if not path.is_file():
        raise refuse(str(path), "a file with name and time_zone", "no such file")
    try:
        values: dict[str, Any] = msgspec.toml.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise refuse(path.name, "TOML", str(fault)) from None
    for key in ("name", "time_zone"):
        if not isinstance(values.get(key), str) or not values[key].strip():
            raise refuse(f"{path.name}, {key}", "a text", repr(values.get(key)))
    for key in values:
        if key not in KNOWN_KEYS:
            raise refuse(f"{path.name}, {key}", "one of " + ", ".join(KNOWN_KEYS), repr(key))
    grace = values.get("grace_minutes", 15)
    if not isinstance(grace, int) or isinstance(grace, bool) or not 0 <= grace <= 1440:
        raise refuse(f"{path.name}, grace_minutes", "a number of minutes from 0 to 1440", repr(grace))
    region = values.get("holidays", "US")
    _check_holidays(region, path)
    return Clinic(
        name=values["name"].strip(),
        time_zone=zone(values["time_zone"].strip(), f"{path.name}, time_zone"),
        holidays=region,
        grace_minutes=grace,
        thresholds=_thresholds(values.get("thresholds", {}), path),
    )


def check_thresholds(clinic: Clinic, detectors: Mapping[str, Detector]) -> None:
    """Every threshold belongs to a parameter of a detector. Raises InputRefused naming those there are."""
    for detector, values in clinic.thresholds.items():
        where = f"clinic.toml, thresholds.{detector}"
        if detector not in detectors:
            raise refuse(where, "a detector: " + ", ".join(detectors), repr(detector))
        known = detectors[detector].parameters
        for name in values:
            if name not in known:
                raise refuse(where, "one of " + (", ".join(known) or "no parameters"), repr(name))


def _check_holidays(region: object, path: Path) -> None:
    country, _, part = str(region).partition("-")
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except (NotImplementedError, TypeError):
        raise refuse(f"{path.name}, holidays", "a region such as US or US-CA", repr(region)) from None


def _thresholds(given: object, path: Path) -> dict[str, dict[str, float]]:
    where = f"{path.name}, thresholds"
    if not isinstance(given, dict):
        raise refuse(where, "a table by detector id", repr(given))
    found: dict[str, dict[str, float]] = {}
    for detector, values in given.items():
        if not isinstance(values, dict):
            raise refuse(f"{where}.{detector}", "a table of numbers", repr(values))
        for name, value in values.items():
            if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
                raise refuse(f"{where}.{detector}.{name}", "a number", repr(value))
        found[detector] = {name: float(value) for name, value in values.items()}
    return found


def _access_files(folder: Path) -> tuple[Path, ...]:
    inside = folder / "accesses"
    found = [path for path in folder.glob("accesses.*") if path.is_file()]
    if inside.is_dir():
        found += [path for path in inside.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return tuple(sorted(found))


def _feed_file(folder: Path, feed: Feed) -> Path | None:
    found = [path for ending in TABLE_ENDINGS if (path := folder / (feed.name + ending)).is_file()]
    if len(found) > 1:
        raise refuse(str(folder), f"one file for the feed {feed.name}", " and ".join(path.name for path in found))
    if not found and feed.must_exist:
        raise refuse(str(folder), f"a feed {feed.name} (.csv, .tsv, .ndjson or .parquet, also .gz)", "none")
    return found[0] if found else None
