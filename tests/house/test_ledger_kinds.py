"""Every kind of ledger entry that the code writes is described, with its fields; and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chartwarden.web.entry_kinds import KINDS, strays
from tests.house.code import PACKAGE, at, modules, tree

ROOMS = "|".join(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
KIND = re.compile(rf"({ROOMS})\.[a-z_]+")
OTHER_WORDS = {
    "clinics.tenancy", "clinics.webhook", "demo.example", "duties.note", "review.coder", "review.patient",
}  # fmt: skip
"""Words of the same form that are no kinds: purposes of keys, ids of signal receivers, a domain."""
ENDINGS = (".html", ".pdf", ".csv", ".zip")
WRITERS = ("append", "keep_closing", "note", "_note")


def _constants(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _written() -> dict[str, str]:
    """Constants of the form of a kind, by where they stand."""
    found = {}
    for path in modules():
        if path.name == "entry_kinds.py":
            continue
        jobs = {text for call in _calls(path, "Job") for text in _constants(call)}
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value)):
                continue
            if node.value not in jobs and not node.value.endswith(ENDINGS):
                found[node.value] = at(path, node.lineno)
    return found


def _calls(path: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
            yield node


def test_every_kind_in_the_code_is_described_and_no_other() -> None:
    written = _written()
    jobs = {text for path in modules() for call in _calls(path, "Job") for text in _constants(call)}
    assert written.keys() - jobs - OTHER_WORDS == KINDS.keys()


def test_kinds_are_in_order_and_say_something() -> None:
    assert list(KINDS) == sorted(KINDS)
    assert [kind for kind, one in KINDS.items() if not one.said or not one.subject] == []


def test_fields_that_stand_in_the_code_are_described() -> None:
    seen = 0
    for path in modules():
        for call in _calls(path, *WRITERS):
            given = {word.arg: word.value for word in call.keywords}
            kinds = set(_constants(given["kind"])) & KINDS.keys() if "kind" in given else set()
            fields = {name: _keys(given.get(name)) for name in ("subject", "facts")}
            for kind in kinds:
                seen += 1
                assert strays(kind, *(dict.fromkeys(fields[n]) for n in ("subject", "facts"))) == set(), at(
                    path, call.lineno
                )
    assert seen > 30


def _keys(node: ast.expr | None) -> set[str]:
    """The names in a dict as it is written down; nothing of one that is made elsewhere."""
    if not isinstance(node, ast.Dict):
        return set()
    return {key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


@pytest.mark.parametrize(
    ("kind", "subject", "facts", "found"),
    [
        ("review.signed", {"review": 1}, {"cases": 2}, set()),
        ("review.signed", {"name": 1}, {"patient": 2}, {"name", "patient"}),
        ("review.sung", {}, {}, {"review.sung"}),
    ],
)
def test_a_stray_field_is_found(kind: str, subject: dict[str, int], facts: dict[str, int], found: set[str]) -> None:
    assert strays(kind, subject, facts) == found
