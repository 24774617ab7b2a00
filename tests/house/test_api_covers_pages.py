"""Everything the pages do, the API can: each page of a clinic has its operations, or a reason why it has none."""

from __future__ import annotations

import inspect

from chartwarden.cli.pages.permissions import CLINIC, addresses
from chartwarden.web.api.documentation import METHODS, schema

COVERED: dict[str, tuple[str, ...]] = {
    "": ("GET today", "GET ledger-entries"),
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
    "tokens/make/": "a token that makes tokens would outlive its own end and be withdrawn in vain",
}
BEYOND_PAGES = {
    "GET assignments": "an export of what was imported",
    "GET ledger/entries/{index}/proof": "for programs that hold the ledger to its checkpoints",
    "GET patients": "an export of what was imported",
}


def _operations() -> set[str]:
    base = "/api/v1/clinics/{clinic}/"
    return {
        f"{method.upper()} {path.removeprefix(base)}"
        for path, methods in schema()["paths"].items()
        for method in methods
        if method in METHODS and path.startswith(base)
    }


def test_every_page_has_its_operations_or_a_reason() -> None:
    pages = {one.route.removeprefix(CLINIC) for one in addresses() if not one.view.__module__.startswith("ninja.")}
    assert len(pages) > 50
    assert pages == COVERED.keys() | ON_PAGES_ALONE.keys()
    assert not COVERED.keys() & ON_PAGES_ALONE.keys()


def test_every_operation_stands_for_a_page_or_says_why_not() -> None:
    named = {operation for operations in COVERED.values() for operation in operations}
    assert named | BEYOND_PAGES.keys() == _operations()


def test_what_a_page_changes_an_operation_changes() -> None:
    """A page that takes a POST alone changes something: so does one of its operations."""
    changing = {
        one.route.removeprefix(CLINIC)
        for one in addresses()
        if "require_POST" in inspect.getsource(inspect.unwrap(one.view)).partition("def ")[0]
    }
    assert len(changing) > 8
    reading = [page for page in changing if all(operation.startswith("GET ") for operation in COVERED.get(page, ()))]
    assert reading == []
