"""The house's code as its tests read it: files, rooms, syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "chartwarden"


def modules() -> list[Path]:
    """Every module of the package, without tests and migrations."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if not {"tests", "migrations"} & set(path.parts)]


def dotted(path: Path) -> str:
    """``chartwarden.review.services`` for its file; a package for its ``__init__``."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(name: str) -> str:
    """The room of a dotted module name: its second part, or nothing."""
    return [*name.split("."), ""][1]


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> list[tuple[int, str]]:
    """Line and dotted name of everything that a module imports, anywhere in it: ``from a.b import c`` is a.b.c."""
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def at(path: Path, line: int) -> str:
    """``src/chartwarden/x.py:7``."""
    return f"{path.relative_to(ROOT).as_posix()}:{line}"
