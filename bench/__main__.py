"""``python -m bench [NAME …]``: measure, and keep each figure with its goal and the commit it was measured on.

Every module here with a ``run`` is a bench, named like its file; ``run()`` returns figures: dicts with name, figure,
unit, and goal (``≤ 2``, ``≥ 0.8`` or ``none``). Each figure goes to bench/results/NAME.json, and all that were ever
measured to docs/reference/performance.md.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "docs" / "reference" / "performance.md"


def reached(figure: float, goal: str) -> bool | None:
    """Whether a figure keeps to its goal; None where there is no goal. Raises ValueError for a goal not understood."""
    if goal == "none":
        return None
    sign, _, bound = goal.partition(" ")
    if sign == "≤":
        return figure <= float(bound)
    if sign == "≥":
        return figure >= float(bound)
    raise ValueError(f"a goal is ≤, a space and a number, or ≥, or none; found {goal!r}")


def measure(names: Sequence[str]) -> None:
    """Run the named benches, or all of them, and write each figure as it comes."""
    benches = _benches()
    unknown = set(names) - set(benches)
    if unknown:
        raise SystemExit(f"bench: expected one of {', '.join(benches)}; found {', '.join(sorted(unknown))}")
    for name in names or benches:
        print(f"{name} …", file=sys.stderr)
        for figure in benches[name]():
            _keep(name, figure)


def _benches() -> dict[str, Callable[[], Iterable[Mapping[str, Any]]]]:
    names = [found.name for found in pkgutil.iter_modules([str(ROOT / "bench")]) if not found.name.startswith("_")]
    modules = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def _keep(bench: str, figure: Mapping[str, Any]) -> None:
    kept = {
        "name": figure["name"],
        "figure": figure["figure"],
        "unit": figure["unit"],
        "goal": figure["goal"],
        "reached": reached(figure["figure"], figure["goal"]),
        "commit": _commit(),
        "bench": bench,
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    (RESULTS / f"{figure['name']}.json").write_text(text, encoding="utf-8", newline="\n")
    print(f"  {kept['name']}: {kept['figure']} {kept['unit']} (goal {kept['goal']}: {_word(kept['reached'])})")


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """All kept figures as one table, by bench and name."""
    rows = [
        f"| {kept['bench']} | {kept['name']} | {kept['figure']:g} {kept['unit']} | {kept['goal']} | "
        f"{_word(kept['reached'])} | {kept['commit']} | {kept['machine']} |"
        for kept in sorted(results, key=lambda kept: (kept["bench"], kept["name"]))
    ]
    return "\n".join(
        [
            "<!-- Written by `make bench` from bench/results. -->",
            "",
            "# Performance",
            "",
            "Each figure was measured by `make bench` on the commit and machine named beside it. × is a ratio of two "
            "measurements of the same run.",
            "",
            "| bench | figure | measured | goal | reached | commit | machine |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _word(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "–"}[value]


def main() -> None:
    """Measure what was asked for and write the page."""
    measure(sys.argv[1:])
    results = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))]
    PAGE.write_text(page(results), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
