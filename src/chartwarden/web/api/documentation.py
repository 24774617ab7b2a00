"""The API described: OpenAPI 3.1 for programs, and a page for people made from it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from chartwarden.people.contracts import Permission, public
from chartwarden.web.api.frame import api
from chartwarden.web.api.problems import MEDIA, TITLES

METHODS = ("get", "post", "put", "patch", "delete")
ALWAYS = (400, 401, 403, 404, 409, 422, 429)
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "What kind of problem it is, as an address of the documentation."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do about it, for a person."},
        "errors": {
            "type": "array",
            "description": "One for each fault.",
            "items": {
                "type": "object",
                "required": ["pointer", "expected", "found"],
                "properties": {
                    "pointer": {"type": "string", "description": "Where: a JSON pointer that begins with the part."},
                    "expected": {"type": "string"},
                    "found": {"type": "string"},
                },
            },
        },
    },
}


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The description: ninja's, and what holds for every operation: the token, its permission, the problems."""
    made: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1"))
    components = made.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token that a person made under their name."}
    }
    made["security"] = [{"token": []}]
    permissions = {api.get_openapi_operation_id(operation): operation for operation in operations()}
    for methods in made["paths"].values():
        for method, described in methods.items():
            if method in METHODS:
                _complete(described, permissions[described["operationId"]])
    return made


def operations() -> list[Any]:
    """Every operation, as ninja has bound it."""
    bound = api._get_bound_routers()
    return [one for router in bound for view in router.path_operations.values() for one in view.operations]


def _complete(described: dict[str, Any], operation: Any) -> None:
    access = getattr(operation.view_func, "access", None)
    described["x-permission"] = access.name if isinstance(access, Permission) else "any token"
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in ALWAYS:
        headers = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}} if status == 429 else {}
        described["responses"].setdefault(
            str(status),
            {"description": TITLES[status][1], "content": content, **({"headers": headers} if headers else {})},
        )


@public
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    return JsonResponse(schema())


@public
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    described = schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            if method in METHODS:
                groups.setdefault(one.get("tags", ["this token"])[0], []).append(_shown(described, method, path, one))
    problems = [(name, status, title) for status, (name, title) in TITLES.items()]
    return render(request, "api_docs.html", {"groups": groups, "problems": problems})


def _shown(described: dict[str, Any], method: str, path: str, one: dict[str, Any]) -> dict[str, Any]:
    access = one["x-permission"]
    body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "id": one["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": one["summary"],
        "description": one.get("description", ""),
        "permission": Permission[access].value if access in Permission.__members__ else "",
        "scope": access,
        "parameters": [_field(described, p["name"], p["schema"], p["required"], p["in"]) for p in one["parameters"]],
        "body": _fields(described, body),
        "answers": [(status, _fields(described, _json(answer))) for status, answer in one["responses"].items()
                    if str(status).startswith("2")],
    }  # fmt: skip


def _json(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _fields(described: dict[str, Any], given: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of an object; those of the rows, where it is a page of rows."""
    found = _resolved(described, given)
    properties = found.get("properties", {})
    if set(properties) == {"items", "next"}:
        return _fields(described, properties["items"].get("items", {}))
    return [_field(described, name, value, name in found.get("required", ()), "") for name, value in properties.items()]


def _field(described: dict[str, Any], name: str, value: dict[str, Any], required: bool, where: str) -> dict[str, Any]:
    options = value.get("anyOf", [value])
    kinds = [_resolved(described, one) for one in options]
    words = [str(one.get("format") or one.get("type") or "value") for one in kinds]
    choice = [str(item) for one in kinds for item in one.get("enum", ())]
    return {
        "name": name,
        "kind": " or ".join(dict.fromkeys(choice or words)),
        "required": required,
        "where": where,
        "meaning": value.get("description", ""),
    }


def _resolved(described: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    name = given.get("$ref", "").rpartition("/")[2]
    return described["components"]["schemas"][name] if name else given
