"""Modules stay small, say what they are for, and keep to their rooms."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

from tests.house.code import at, dotted, imported, modules, room, tree

MOST_LINES, MEDIAN_LINES = 400, 120
OPEN_TO_OTHER_ROOMS = ("services", "queries", "contracts", "verify")  # verify: a check that runs without Django


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_long() -> None:
    assert [at(path, _lines(path)) for path in modules() if _lines(path) > MOST_LINES] == []


def test_the_median_module_is_small() -> None:
    assert median(_lines(path) for path in modules()) < MEDIAN_LINES


def test_every_package_says_what_it_is_for_and_imports_nothing() -> None:
    packages = [path for path in modules() if path.name == "__init__.py"]
    assert packages
    wrong = [
        at(path, 1)
        for path in packages
        if not ast.get_docstring(tree(path))
        or any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree(path).body)
    ]
    assert wrong == []


def test_rooms_meet_only_at_services_queries_and_contracts() -> None:
    crossings = [
        f"{at(path, line)} imports {name}"
        for path in modules()
        for line, name in imported(path)
        if name.startswith("chartwarden.") and _crosses(room(dotted(path)), name)
    ]
    assert crossings == []


def _crosses(home: str, name: str) -> bool:
    other, *inside = name.split(".")[1:]
    if other in (home, "kernel") or (home == "__main__" and other == "cli"):
        return False
    return not inside or inside[0] not in OPEN_TO_OTHER_ROOMS


def test_everything_public_is_documented() -> None:
    public = [path for path in modules() if path.name == "__init__.py" or not path.name.startswith("_")]
    bare = [at(path, node.lineno) for path in public for node in _public(tree(path)) if not ast.get_docstring(node)]
    assert bare == []


Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public(node: ast.Module | ast.ClassDef) -> list[Named]:
    found: list[Named] = []
    for part in node.body:
        if isinstance(part, Named) and not part.name.startswith("_") and part.name != "Meta":
            found.append(part)
            if isinstance(part, ast.ClassDef):
                found += _public(part)
    return found
