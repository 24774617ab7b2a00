"""Canonical JSON (RFC 8785, JCS): one value, one sequence of bytes, so that a digest of it means something.

Only what every JSON reader reads alike is written: text, whole numbers of at most 53 bits (RFC 7493, I-JSON), true,
false, null, lists and mappings. A fraction is refused: amounts are written as whole numbers of a smaller unit.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

LARGEST = 2**53 - 1
_BY_CODE_POINT = msgspec.json.Encoder(order="sorted")


class NotCanonical(ValueError):
    """A value that canonical JSON can't hold, or bytes that are not canonical JSON. Says where and why."""


def canonical(value: Any) -> bytes:
    """The canonical bytes of a value. Raises NotCanonical, naming the place (``$.facts.rows``) but not the value."""
    if _check(value, "$"):
        return _BY_CODE_POINT.encode(value)
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def parse(data: bytes) -> Json:
    """The value of canonical bytes. Raises NotCanonical where they are no JSON, or JSON written in another way."""
    try:
        value: Json = json.loads(data.decode("utf-8"), parse_float=_no_fraction, parse_constant=_no_fraction)
        again = canonical(value)
    except (ValueError, RecursionError) as wrong:
        raise NotCanonical(f"expected canonical JSON; found {_kind_of(wrong)}") from None
    if again != data:
        raise NotCanonical("expected canonical JSON; found JSON with other spacing, order, escapes or a name twice")
    return value


def _check(value: Any, where: str) -> bool:
    """Refuse what can't be written; whether all names are ASCII, so that order by code point is the RFC's order."""
    kind = type(value)
    if kind is str:
        if not value.isascii():
            _encodable(value, where)
        return True
    if kind is int:
        if not -LARGEST <= value <= LARGEST:
            raise NotCanonical(f"{where}: expected a whole number of at most 53 bits; found a larger one")
        return True
    if value is None or kind is bool:
        return True
    if kind is dict:
        plain = True
        for name, part in value.items():
            plain &= _check_member(name, part, where)
        return plain
    if kind is list:
        plain = True
        for at, part in enumerate(value):
            plain &= _check(part, f"{where}[{at}]")
        return plain
    raise NotCanonical(f"{where}: expected text, a whole number, true, false, null, a list or a mapping; found {kind}")


def _check_member(name: Any, part: Any, where: str) -> bool:
    if type(name) is not str:
        raise NotCanonical(f"{where}: expected names that are text; found {type(name)}")
    if not name.isascii():
        _encodable(name, where)
        return _check(part, f"{where}.{name}") and False
    return _check(part, f"{where}.{name}")


def _encodable(text: str, where: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical(f"{where}: expected Unicode text; found half of a surrogate pair") from None


def _ordered(value: Any) -> Any:
    """The same with every mapping in the RFC's order: by UTF-16 code units."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_ordered(part) for part in value]
    return value


def _no_fraction(text: str) -> Json:
    raise NotCanonical(f"a fraction or no number at all: {text[:20]}")


def _kind_of(wrong: Exception) -> str:
    return str(wrong) if isinstance(wrong, NotCanonical) else "no JSON in UTF-8"
