"""One filter: look a value up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get(found: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key; nothing where there is none."""
    return found.get(key, "")
