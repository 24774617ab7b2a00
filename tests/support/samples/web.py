"""A sample of the web room: a table that everybody who sees tables may see."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.clinic import House


def make(house: House) -> Mapping[str, object]:
    """The tables are the same in every clinic; their rows are not."""
    return {"table": "people_person"}
