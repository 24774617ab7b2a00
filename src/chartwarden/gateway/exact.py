"""An EHR's JSON read so that no two readers can differ in what it says. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

NAME = b'"resourcetype":'


class NotServed(Exception):
    """An answer that may not go out. ``why`` is a word for the ledger: unreadable, outside, record_class or
    other_encounter."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def said_once(body: bytes) -> dict[str, Any]:
    """An object in which nothing is given twice, at any depth: what is judged must be what is served. Numbers stay as
    they are written. Raises NotServed where something is (outside) or where it is no JSON, RecursionError where it is
    too deep.
    """
    try:
        found = _decode(body.decode())
    except ValueError:
        raise NotServed("unreadable") from None
    if not isinstance(found, dict):
        raise NotServed("unreadable")
    return found


def resources_in(encoded: bytes) -> int:
    """How many resources any reader could find in what ``said_once`` read and is encoded again, at any depth.

    Then each name is written in one way, without a space behind it, and text can't look like one. Large letters count
    as small ones, as some readers take them.
    """
    return encoded.lower().count(NAME)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a value, at any depth."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotServed("outside")
    return found


def _number(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _no_number(_: str) -> Any:
    raise NotServed("unreadable")


_decode = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=_number, parse_int=_number, parse_constant=_no_number
).decode
