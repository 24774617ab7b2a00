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
    if _is_plain(value):
        return _BY_CODE_POINT.encode(value)
    _check(value, "$")
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


def _is_plain(value: Any) -> bool:
    """Whether it can be written, and order by code point is the RFC's order, since all names are ASCII: the usual
    case, told quickly. Text in ASCII can't hold half a surrogate pair either.
    """
    kind = type(value)
    if kind is str:
        return _is_unicode(value)
    if kind is int:
        return bool(-LARGEST <= value <= LARGEST)
    if kind is dict:
        for name, part in value.items():
            if type(name) is not str or not name.isascii():
                return False
            if not (type(part) is str and part.isascii()) and not _is_plain(part):
                return False
        return True
    if kind is list:
        return all(map(_is_plain, value))
    return value is None or kind is bool


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _check(value: Any, where: str) -> None:
    """Refuse what can't be written, naming the place."""
    kind = type(value)
    if kind is str:
        _encodable(value, where)
    elif kind is int:
        if not -LARGEST <= value <= LARGEST:
            raise NotCanonical(f"{where}: expected a whole number of at most 53 bits; found a larger one")
    elif kind is dict:
        for name, part in value.items():
            if type(name) is not str:
                raise NotCanonical(f"{where}: expected names that are text; found {type(name)}")
            _encodable(name, where)
            _check(part, f"{where}.{name}")
    elif kind is list:
        for at, part in enumerate(value):
            _check(part, f"{where}[{at}]")
    elif value is not None and kind is not bool:
        raise NotCanonical(
            f"{where}: expected text, a whole number, true, false, null, a list or a mapping; found {kind}"
        )


def _encodable(text: str, where: str) -> None:
    if not _is_unicode(text):
        raise NotCanonical(f"{where}: expected Unicode text; found half of a surrogate pair")


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
