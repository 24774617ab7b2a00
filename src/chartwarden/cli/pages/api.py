"""The API as a page: its operations by room, from its own description."""

from __future__ import annotations

from typing import Any

from chartwarden.cli.pages.markdown import literal, page, table
from chartwarden.cli.pages.permissions import API, described
from chartwarden.people.contracts import Permission

INTRODUCTION = (
    "Addresses are those below `/api/v1`; `/api/v1/openapi.json` of an installation describes the same for programs "
    "(OpenAPI 3.1). [How it is used](../how-tos/use-the-api.md), and [who may do what](permissions.md)."
)
TABLE = (
    "Reads a table: pages of JSON by `limit` and `cursor`, or all of its rows with `format` csv or ndjson. Its columns:"
)
COMMON = ("clinic", "cursor", "limit", "format")
METHODS = ("get", "post", "put", "patch", "delete")


def api_page() -> str:
    """Every operation: what it does, what it asks for, what it takes and gives."""
    given = described()
    rooms: dict[str, list[str]] = {}
    for path, methods in given["paths"].items():
        for method, one in methods.items():
            if method in METHODS:
                room = one.get("tags", ["any"])[0]
                rooms.setdefault(room, []).append(_operation(given, method, path.removeprefix(API), one))
    parts = [part for room, told in sorted(rooms.items()) for part in (f"## {room.capitalize()}", *told)]
    return page("The API", INTRODUCTION, *parts)


def _operation(given: dict[str, Any], method: str, path: str, one: dict[str, Any]) -> str:
    asked = one["x-permission"]
    scope = f"{literal(asked)}, to {Permission[asked].value}" if asked in Permission.__members__ else asked
    reads = any(parameter["name"] == "cursor" for parameter in one["parameters"])
    about = TABLE if reads else one.get("description", "")
    parts = [
        f"### {one['summary']}",
        literal(f"{method.upper()} {path}"),
        f"Scope: {scope}.",
        _taken(given, one, reads),
        " ".join(about.split()),
        _given(given, one, reads),
    ]
    return "\n\n".join(part for part in parts if part)


def _taken(given: dict[str, Any], one: dict[str, Any], reads: bool) -> str:
    """Questions in the address, and fields of the body."""
    rows = [
        (literal(asked["name"]), "address", _kind(given, asked["schema"]), _needed(asked["required"]), _about(asked))
        for asked in one["parameters"]
        if asked["in"] == "query" and not (reads and asked["name"] in COMMON)
    ]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    shape = _shape(given, body)
    rows += [
        (literal(name), "body", _kind(given, field), _needed(name in shape.get("required", ())), _about(field))
        for name, field in shape.get("properties", {}).items()
    ]
    return table(("takes", "in", "kind", "", "meaning"), rows)


def _given(given: dict[str, Any], one: dict[str, Any], reads: bool) -> str:
    """The fields of the answer, or the columns of the table."""
    answers = [answer for status, answer in one["responses"].items() if str(status).startswith("2")]
    kinds = [kind for answer in answers for kind in answer.get("content", {})]
    shape = _shape(given, answers[0].get("content", {}).get("application/json", {}).get("schema", {}))
    if reads:
        shape = _shape(given, shape["properties"]["items"]["items"])
    rows = [(literal(name), _kind(given, field), _about(field)) for name, field in shape.get("properties", {}).items()]
    if rows:
        return table(("gives", "kind", "meaning"), rows)
    return f"Gives {', '.join(literal(kind) for kind in kinds)}." if kinds else "Gives nothing: status 204."


def _kind(given: dict[str, Any], field: dict[str, Any]) -> str:
    options = [_shape(given, option) for option in field.get("anyOf", [field])]
    words = [_word(given, option) for option in options]
    return " or ".join(dict.fromkeys(words))


def _word(given: dict[str, Any], option: dict[str, Any]) -> str:
    if "enum" in option:
        return ", ".join(literal(word) for word in option["enum"])
    if option.get("type") == "array":
        return f"list of {_kind(given, option['items'])}" if option.get("items") else "list"
    return str(option.get("format") or option.get("type") or "any value")


def _shape(given: dict[str, Any], field: dict[str, Any]) -> dict[str, Any]:
    name = field.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = given["components"]["schemas"][name] if name else field
    return found


def _needed(required: bool) -> str:
    return "needed" if required else ""


def _about(field: dict[str, Any]) -> str:
    return str(field.get("description") or field.get("schema", {}).get("description", ""))
