"""How well violations are found on clinics that nobody looked at: writes docs/reference/detection.md.

The seeds are those of ``evaluation.held_out``, used for nothing else. This measures detection, not speed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from chartwarden.evaluation.contracts import RATES
from chartwarden.evaluation.held_out import summarise
from chartwarden.evaluation.services import detection_page, run_held_out
from chartwarden.review.findings_json import findings_json
from chartwarden.review.services import review_folder

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "detection.md"
CLOSE = ("family_or_household", "colleague")


def run() -> list[dict[str, Any]]:
    """Means over the held-out seeds. Writes the page with everything else."""
    with tempfile.TemporaryDirectory(prefix="chartwarden-bench-") as place:
        held_out = run_held_out(_review, Path(place))
    PAGE.write_text(detection_page(held_out), encoding="utf-8", newline="\n")
    summary = summarise(held_out)
    ours = summary.rankings["this review"]
    close = [kind for kind in summary.kinds if kind.kind in CLOSE]
    found = sum(kind.recall[RATES[0]].value * kind.planted for kind in close) / sum(kind.planted for kind in close)
    return [
        _figure("detection_recall_at_0.1_false_cases", ours["recall at 0.1 false cases a coder-week"].value, "≥ 0.95"),
        _figure("detection_r_precision", ours["R-precision"].value, "≥ 0.85"),
        _figure("detection_proper_accesses_explained", summary.proper_explained.value, "≥ 0.99"),
        _figure("detection_proper_explained_5_percent_missing", summary.proper_explained_with_gaps.value, "≥ 0.94"),
        _figure("detection_recall_of_family_and_colleagues", found, "≥ 0.9"),
    ]


def _review(folder: Path, out: Path) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    path = out / "findings.json"
    path.write_bytes(findings_json(review_folder(folder)))
    return path


def _figure(name: str, value: float, goal: str) -> dict[str, Any]:
    return {"name": name, "figure": round(value, 4), "unit": "share", "goal": goal}
