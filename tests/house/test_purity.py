"""Rules and readers are pure: no Django, no HTTP client, no clock, no printing, no assert."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.code import ROOT, at, dotted, modules, room, tree

PURE = re.compile(
    r"\.(rules|detectors|explanations|formats|engines)(\.|$)|^chartwarden\.(kernel|demo|evaluation)\."
    r"|^chartwarden\.ledger\.(canonical|merkle|tiles|checkpoint|entry|rotation|export|groups|group_faults|locating|verify|contracts)$"
    r"|^chartwarden\.gateway\.(chains|classes|compartment|contracts|queries|replies|serving|wording)$"
    r"|^chartwarden\.gateway\.chart\.(confining|contracts|copying|documents|fhir|items|overview|results|shelf|tables|texts)$"
)
CLOCK_READERS = ("cli", "web")
CLOCK_CALLS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
}  # fmt: skip
CLOCK_SQL = re.compile(r"\b(now|today|get_current_time\w*)\(\)|\bcurrent_(date|time|timestamp)\b", re.IGNORECASE)
KEEP_OUT = """
import importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "httpx", "aiohttp", "requests"}:
            raise ModuleNotFoundError(f"{name} is kept out of this test", name=name)
sys.meta_path.insert(0, Absent())
"""


def test_pure_modules_import_without_django_and_http_clients() -> None:
    pure = [name for path in modules() if PURE.search(name := dotted(path))]
    assert len(pure) > 5
    program = KEEP_OUT + "\n".join(f"import {name}" for name in pure)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_the_edges_read_a_clock() -> None:
    found = [
        at(path, line) for path in modules() if room(dotted(path)) not in CLOCK_READERS for line in _clock_reads(path)
    ]
    assert found == []


def _clock_reads(path: Path) -> Iterator[int]:
    for node in ast.walk(tree(path)):
        if _calls_clock(node) or _imports_time(node) or _says_now_in_sql(node):
            yield node.lineno


def _calls_clock(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    holder = node.func.value
    name = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
    return (name, node.func.attr) in CLOCK_CALLS


def _imports_time(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "time"


def _says_now_in_sql(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CLOCK_SQL.search(node.value))


def test_no_assert_in_the_package() -> None:
    found = [(path, node) for path in modules() for node in ast.walk(tree(path)) if isinstance(node, ast.Assert)]
    assert [at(path, node.lineno) for path, node in found] == []


def test_only_the_command_line_prints() -> None:
    found = [
        at(path, node.lineno)
        for path in modules()
        if room(dotted(path)) != "cli"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert found == []
