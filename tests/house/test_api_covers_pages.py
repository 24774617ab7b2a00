"""Everything the pages do, the API can: each page of a clinic has its operations, or a reason why it has none."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from chartwarden.cli.pages.permissions import CLINIC, addresses, everywhere
from chartwarden.people.contracts import Permission
from chartwarden.people.roles import ROLES
from chartwarden.web.api.documentation import METHODS, schema

COVERED: dict[str, tuple[str, ...]] = {
    "": ("GET today", "GET ledger-entries"),
    "devices/": ("GET devices",),
    "devices/<uuid:device>/": ("GET devices/{device}", "GET devices/{device}/proofs"),
    "devices/<uuid:device>/approve/": ("POST devices/{device}/approve",),
    "devices/<uuid:device>/change/": ("PATCH devices/{device}",),
    "devices/<uuid:device>/proofs/<uuid:proof>/withdraw/": ("DELETE devices/{device}/proofs/{proof}",),
    "devices/<uuid:device>/proofs/add/": ("POST devices/{device}/proofs",),
    "devices/<uuid:device>/withdraw/": ("POST devices/{device}/withdraw",),
    "devices/add/": ("POST devices",),
    "devices/asked-for/": ("GET preconditions", "PUT preconditions"),
    "devices/disposals/": ("GET disposals",),
    "devices/disposals/add/": ("POST disposals",),
    "devices/exceptions/<uuid:exception>/end/": ("DELETE exceptions/{exception}",),
    "devices/exceptions/add/": ("POST exceptions",),
    "devices/mdm/": ("GET mdm", "PUT mdm"),
    "devices/mdm/stop/": ("DELETE mdm",),
    "devices/networks/": ("GET networks",),
    "devices/networks/<uuid:network>/remove/": ("DELETE networks/{network}",),
    "devices/networks/add/": ("POST networks",),
    "devices/statements/": ("GET workplace-statements",),
    "duties/": ("GET duties",),
    "duties/<slug:duty>/": ("GET duties/{duty}", "POST duties/{duty}/close"),
    "duties/recertification/": ("GET recertification", "POST recertification"),
    "imports/": ("GET imports",),
    "imports/<uuid:upload>/": ("GET logs/{upload}/preview",),
    "imports/<uuid:upload>/again/": ("POST logs/{upload}/again",),
    "imports/<uuid:upload>/count/": ("POST logs/{upload}/count",),
    "imports/<uuid:upload>/discard/": ("POST logs/{upload}/discard",),
    "imports/<uuid:upload>/progress/": ("GET logs/{upload}",),
    "imports/<uuid:upload>/quarantine.csv": ("GET logs/{upload}/quarantine",),
    "imports/receive/": ("POST logs", "PUT logs/{upload}/bytes", "POST logs/{upload}/finish"),
    "ledger/": ("GET ledger-entries", "GET ledger/checkpoint"),
    "ledger/export/": ("POST ledger/export",),
    "ledger/verify/": ("POST ledger/verify",),
    "my-accesses/": ("GET my-accesses", "GET own-accesses", "GET my-cases"),
    "my-accesses/<slug:week>/": ("GET my-accesses/{first_day}",),
    "my-accesses/<slug:week>/statement/": ("GET my-accesses/{first_day}/statement",),
    "my-accesses/<slug:week>/statement.txt": ("GET my-accesses/{first_day}/statement",),
    "outbox/": ("GET outbox",),
    "training/": ("GET training", "POST training"),
    "people/": ("GET people",),
    "people/<uuid:person>/": ("GET people/{person}",),
    "people/<uuid:person>/change/": ("PATCH people/{person}",),
    "people/<uuid:person>/end/": ("POST people/{person}/end",),
    "people/<uuid:person>/factors/": ("POST people/{person}/factors/reset",),
    "people/<uuid:person>/factors/seen/": ("POST people/{person}/factors/seen",),
    "people/<uuid:person>/grant/": ("POST people/{person}/roles",),
    "people/<uuid:person>/hours/": ("PUT people/{person}/hours",),
    "people/<uuid:person>/invitation/": ("GET people/{person}/invitation", "POST people/{person}/invitation"),
    "people/<uuid:person>/invitation/withdraw/": ("DELETE people/{person}/invitation",),
    "people/<uuid:person>/leave/": ("POST people/{person}/leave", "DELETE people/{person}/leave/{leave}"),
    "people/<uuid:person>/rehire/": ("POST people/{person}/rehire",),
    "people/<uuid:person>/reinstate/": ("POST people/{person}/reinstate",),
    "people/<uuid:person>/suspend/": ("POST people/{person}/suspend",),
    "people/<uuid:person>/withdraw/<slug:role>/": ("DELETE people/{person}/roles/{role}",),
    "people/absent/": ("GET people",),
    "people/add/": ("POST people",),
    "policy/": ("GET policy",),
    "policy/<uuid:policy>/": ("GET policies/{policy}",),
    "policy/approve/": ("POST policy/approve",),
    "policy/discard/": ("DELETE policy/draft",),
    "policy/draft/": ("PUT policy/draft",),
    "policy/draft/<slug:role>/<slug:kind>/": ("PUT policy/draft",),
    "queue/": ("GET queue",),
    "queue/<uuid:assignment>/": ("GET queue/{assignment}",),
    "queue/<uuid:assignment>/assign/": ("POST queue/{assignment}/assign",),
    "queue/<uuid:assignment>/end/": ("POST queue/{assignment}/end",),
    "queue/<uuid:assignment>/reopen/": ("POST queue/{assignment}/reopen",),
    "queue/add/": ("POST queue",),
    "queue/export.csv": ("GET queue-export",),
    "queue/rules/": ("GET queue-rules", "GET queue-rules/plan"),
    "queue/rules/<uuid:rule>/": ("GET queue-rules", "PUT queue-rules"),
    "queue/rules/<uuid:rule>/move/": ("PUT queue-rules",),
    "queue/rules/add/": ("PUT queue-rules",),
    "queue/rules/run/": ("POST queue-rules/run",),
    "queue/sample/": ("POST queue/sample",),
    "queue/source/": ("GET queue-source", "PUT queue-source"),
    "queue/source/stop/": ("POST queue-source/stop",),
    "queue/share/": ("POST queue/share",),
    "questions/": ("GET questions",),
    "questions/<uuid:question>/": ("GET questions/{question}", "POST questions/{question}/answer"),
    "reviews/": ("GET reviews",),
    "reviews/<uuid:review>/": ("GET reviews/{review}", "GET reviews/{review}/cases", "GET cases", "GET dispositions"),
    "reviews/<uuid:review>/read/": ("GET reviews/{review}",),
    "reviews/<uuid:review>/review.json": ("GET reviews/{review}/document",),
    "reviews/<uuid:review>/sign/": ("GET reviews/{review}", "POST reviews/{review}/sign"),
    "reviews/cases/<uuid:case>/": ("GET cases/{case}", "GET case-questions"),
    "reviews/cases/<uuid:case>/alike/": ("GET cases/{case}", "GET reviews/{review}/cases"),
    "reviews/cases/<uuid:case>/alike/decide/": ("POST reviews/{review}/decide",),
    "reviews/cases/<uuid:case>/ask/": ("POST cases/{case}/ask",),
    "reviews/cases/<uuid:case>/decide/": ("POST cases/{case}/decide", "POST reviews/{review}/decide"),
    "reviews/cases/<uuid:case>/reopen/": ("POST cases/{case}/reopen",),
    "settings/": ("GET settings",),
    "settings/change/": ("PATCH settings",),
    "settings/webhooks/": (
        "GET webhooks",
        "POST webhooks",
        "POST webhooks/{webhook}/test",
        "DELETE webhooks/{webhook}",
    ),
    "tables/": ("GET tables",),
    "tables/<slug:table>/": ("GET tables/{table}",),
    "tokens/": ("GET tokens",),
    "tokens/<uuid:token>/withdraw/": ("DELETE tokens/{token}",),
}
"""Operations by the page they stand for, without the clinic's address."""
ON_PAGES_ALONE = {
    "inquiries/": "what one person wrote to another, sealed: no program reads it or answers in their stead",
    "inquiries/<uuid:inquiry>/": "as inquiries/",
    "my-work/": "a coder's own; coders make no tokens, and a coding platform sends the queue's feed",
    "my-work/<uuid:assignment>/": "as my-work/",
    "my-work/<uuid:assignment>/why/": "as my-work/",
    "my-work/something-else/": "as my-work/",
    "my-work/why/": "as my-work/",
    **dict.fromkeys(
        (
            "my-work/<uuid:assignment>/record/",
            "my-work/<uuid:assignment>/record/<slug:leaf>/",
            "my-work/<uuid:assignment>/record/<slug:leaf>/copy/",
            "my-work/<uuid:assignment>/record/<slug:leaf>/print/",
            "my-work/<uuid:assignment>/record/standing/",
        ),
        "a patient's record for a coder's eyes; a program asks the gateway, by a token for that record alone",
    ),
    **dict.fromkeys(
        ("my-work/copies/", "my-work/copies/<uuid:copy>/deleted/"),
        "a person says themselves that a copy is deleted, which no program says for them",
    ),
    "my-workplace/": "a person's own statement, which no program signs for them",
    "queue/<uuid:assignment>/accept/": "somebody's own written word, which no program gives for them",
    "queue/conflicts/": "tells who may be close to whom: for the eyes of whoever reassigns it, and kept nowhere else",
    "queue/why/": "a person's question, asked when a record stays shut; many at once would map who is close to whom",
    "records/<uuid:assignment>/open/": "shows a coder's token for the gateway, which a program here has no part in",
    "records/<uuid:assignment>/shut/": "as records/<uuid:assignment>/open/",
    "tokens/make/": "a token that makes tokens would outlive its own end and be withdrawn in vain",
}
OUTSIDE = {
    "": "leads to the clinics of who is signed in; a token is of one, which `GET /api/v1/token` names",
    "accounts/": "how a person signs in and shows that it is they: nothing that a program may do for them",
    "healthz": "says the same to everybody",
    "join/": "whoever is invited has no token yet",
    "setup/": "there is no clinic yet",
}
"""Why pages that are no clinic's have no operations, by how their addresses begin."""
WITHOUT_TOKENS = {
    "auditor": "is let in for a while, to look: a program that goes on looking is not",
    "coder": "sees what is about themselves alone; a token of theirs, lost, would tell it to others, and help nobody",
    "qa_auditor": "as a coder",
    "vendor_administrator": "as a coder",
}
"""Roles that make no tokens, so that their pages are for people alone."""
ASKS_MORE = {
    "": {"SEE_LEDGER"},
    "duties/<slug:duty>/": {"CLOSE_DUTIES"},
    "reviews/<uuid:review>/sign/": {"SEE_REVIEWS"},
}
"""What operations of a page ask for beside what the page asks: it leaves out what its reader may not."""
BEYOND_PAGES = {
    "GET assignments": "an export of what was imported",
    "GET gateway/audit-events": "an export of openings, for an audit repository",
    "GET ledger/entries/{index}/proof": "for programs that hold the ledger to its checkpoints",
    "GET patients": "an export of what was imported",
}


def _operations() -> dict[str, str]:
    """What each operation asks for."""
    base = "/api/v1/clinics/{clinic}/"
    return {
        f"{method.upper()} {path.removeprefix(base)}": one["x-permission"]
        for path, methods in schema()["paths"].items()
        for method, one in methods.items()
        if method in METHODS and path.startswith(base)
    }


def test_every_page_has_its_operations_or_a_reason() -> None:
    pages = {one.route.removeprefix(CLINIC) for one in addresses() if not one.view.__module__.startswith("ninja.")}
    assert len(pages) > 50
    assert pages == COVERED.keys() | ON_PAGES_ALONE.keys()
    assert not COVERED.keys() & ON_PAGES_ALONE.keys()


def test_every_operation_stands_for_a_page_or_says_why_not() -> None:
    named = {operation for operations in COVERED.values() for operation in operations}
    assert named | BEYOND_PAGES.keys() == _operations().keys()


def _asks_fresh(view: Callable[..., Any]) -> bool:
    """Whether a view, or one that it hands its request on to, asks to be shown anew that it is they."""
    inner = inspect.unwrap(view)
    handed_on = [inner.__globals__.get(name) for name in inner.__code__.co_names]
    return any(getattr(one, "asks_fresh", False) for one in (view, *handed_on))


def _takes_presence() -> set[str]:
    """The operations whose body holds what shows that the token's person is there themselves."""
    base, shapes = "/api/v1/clinics/{clinic}/", schema()["components"]["schemas"]
    found = set()
    for path, methods in schema()["paths"].items():
        for method, one in methods.items():
            content = one.get("requestBody", {}).get("content", {}) if method in METHODS else {}
            for body in content.values():
                shape = shapes[body["schema"]["$ref"].rpartition("/")[2]]
                if {"password", "code"} <= set(shape.get("required", ())):
                    found.add(f"{method.upper()} {path.removeprefix(base)}")
    return found


def test_what_a_page_asks_to_be_shown_anew_a_token_alone_does_not_do() -> None:
    asking = {one.route.removeprefix(CLINIC) for one in addresses() if _asks_fresh(one.view)}
    assert {"people/<uuid:person>/grant/", "settings/webhooks/", "reviews/<uuid:review>/sign/"} < asking
    changing = {
        operation
        for page in asking - ON_PAGES_ALONE.keys()
        for operation in COVERED[page]
        if not operation.startswith("GET ")
    }
    assert changing == _takes_presence()
    assert all(any(not one.startswith("GET ") for one in COVERED[page]) for page in asking - ON_PAGES_ALONE.keys())


def test_what_a_page_changes_an_operation_changes() -> None:
    """A page that takes a POST alone changes something: so does one of its operations."""
    changing = {
        one.route.removeprefix(CLINIC)
        for one in addresses()
        if "require_POST" in inspect.getsource(inspect.unwrap(one.view)).partition("def ")[0]
    }
    assert len(changing) > 8
    covered = changing - ON_PAGES_ALONE.keys()
    reading = [page for page in covered if all(operation.startswith("GET ") for operation in COVERED.get(page, ()))]
    assert reading == []


def test_an_operation_asks_what_its_page_asks() -> None:
    asks, found = _operations(), {}
    for one in addresses():
        route = one.route.removeprefix(CLINIC)
        if route in COVERED:
            found[route] = {asks[operation] for operation in COVERED[route]} ^ {one.access.name}
    assert {route: more for route, more in found.items() if more} == ASKS_MORE


def test_who_makes_no_tokens_is_named_with_a_reason() -> None:
    assert {role for role, may in ROLES.items() if Permission.USE_API not in may} == WITHOUT_TOKENS.keys()


def test_every_page_outside_of_a_clinic_has_a_reason() -> None:
    outside = {one.route for one in everywhere() if not one.route.startswith((CLINIC, "api/v1/"))}
    assert {route for route in outside if not route.startswith(tuple(OUTSIDE.keys() - {""}))} == {""}
    assert all(any(route.startswith(begin) for route in outside) for begin in OUTSIDE)
