"""A duty for the walk over every page."""

from __future__ import annotations

from collections.abc import Mapping

from tests.support.clinic import House


def make(house: House) -> Mapping[str, object]:
    """The duties are the same in every clinic."""
    return {"duty": "yearly_training"}
