"""Faults as programs read them: problem details (RFC 9457) for every answer that is not a success."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from chartwarden.kernel.decisions import Refused, Stale
from chartwarden.kernel.errors import InputRefused, TooMany

MEDIA = "application/problem+json"
API = "/api/"
TITLES: Mapping[int, tuple[str, str]] = {
    400: ("unreadable", "The request could not be read"),
    401: ("no-token", "A token is needed"),
    403: ("refused", "Not allowed"),
    404: ("not-found", "There is no such thing in this clinic"),
    405: ("method", "This can't be done here"),
    406: ("not-acceptable", "Not in that form"),
    409: ("stale", "Somebody else was first"),
    413: ("too-large", "Too large"),
    415: ("media-type", "Not in that form"),
    422: ("invalid", "What was sent won't do"),
    429: ("too-many", "Too many requests"),
    500: ("fault", "A fault of the program"),
    503: ("unavailable", "The database or the disk is not there for the moment"),
}
"""Name and title of each kind of problem by its HTTP status."""


class NoToken(Exception):
    """No token, or one that is not in force. It is not said which."""


def problem(
    status: int, detail: str = "", errors: Sequence[Mapping[str, str]] = (), headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A problem: ``detail`` for people, ``errors`` one for each fault, with a JSON pointer where it is in the body."""
    name, title = TITLES.get(status, ("other", "It did not work"))
    content: dict[str, Any] = {"type": f"/api/v1/docs#{name}", "title": title, "status": status}
    if detail:
        content["detail"] = detail
    if errors:
        content["errors"] = list(errors)
    return JsonResponse(content, status=status, content_type=MEDIA, headers=dict(headers or {}))


def handle_all(api: NinjaAPI) -> None:
    """Let the API answer every exception with a problem. What is not known goes on to Django, which logs it."""
    answers: Mapping[type[Exception], Callable[[Any], JsonResponse]] = {
        NoToken: lambda _: problem(
            401, "Send a token in force: Authorization: Bearer …", (), {"WWW-Authenticate": "Bearer"}
        ),
        TooMany: lambda e: problem(429, f"Try again in {e.seconds} s.", (), {"Retry-After": str(e.seconds)}),
        Refused: lambda e: problem(403, _reason(e)),
        Stale: lambda e: problem(409, _reason(e)),
        InputRefused: _input,
        ValidationError: _validation,
        Http404: lambda _: problem(404),
        HttpError: lambda e: problem(e.status_code, str(e)),
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, lambda _, exc, answer=answer: answer(exc))


def _reason(refusal: Refused) -> str:
    decision = refusal.decision
    return f"{decision.reason} ({decision.citation})" if decision.citation else decision.reason


def _input(refused: InputRefused) -> JsonResponse:
    errors = [
        {"pointer": f"/{fault.where}", "expected": fault.expected, "found": fault.found} for fault in refused.faults
    ]
    return problem(422, "Each fault says where it is, what was expected and what was found.", errors)


def _validation(invalid: ValidationError) -> JsonResponse:
    return problem(
        422, "Each fault says where it is, what was expected and what was found.", [_one(e) for e in invalid.errors]
    )


def _one(error: Mapping[str, Any]) -> dict[str, str]:
    """What pydantic says. What was found is not told: it may be somebody's name."""
    source, *where = (str(part) for part in error.get("loc", ()))
    if source in ("body", "form", "file") and where:
        where = where[1:]  # the name of our own argument
    expected = "no such field" if error.get("type") == "extra_forbidden" else str(error.get("msg", ""))
    found = "an unknown field" if error.get("type") == "extra_forbidden" else "something else"
    return {"pointer": "/" + "/".join([source, *where]), "expected": expected, "found": found}


def only_problems(respond: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: what Django itself refuses under /api/ (no address, a wrong method, a fault) is a problem too."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        told = response.headers.get("Content-Type", "")
        if response.status_code < 400 or not request.path.startswith(API) or told.startswith(MEDIA):
            return response
        kept = {name: response.headers[name] for name in ("Allow", "Retry-After") if name in response.headers}
        return problem(response.status_code, "", (), kept)

    return middleware
