"""Every plug-in says what it is, where that comes from, and shows when it fires and when it stays quiet."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chartwarden.duties.contracts import Duty, catalog
from chartwarden.duties.rules import occurrences
from chartwarden.logs.contracts import Head, LogFormat, Source
from chartwarden.logs.queries import formats
from chartwarden.people.roles import ROLES
from chartwarden.review.contracts import Detector, Explanation
from chartwarden.review.services import detectors, explanations
from tests.house.code import PACKAGE

SUGGESTIONS = {"ask_coder", "ask_supervisor", "check_vendor", "check_login", "check_device", "look"}
FOLDERS = {
    "formats": ("logs/formats", "FORMAT", LogFormat),
    "explanations": ("review/explanations", "EXPLANATION", Explanation),
    "detectors": ("review/detectors", "DETECTOR", Detector),
    "duties": ("duties/catalog", "DUTY", Duty),
}


@pytest.mark.parametrize(("name", "plugin"), detectors().items())
def test_detector(name: str, plugin: Detector) -> None:
    texts = (plugin.title, plugin.citation, plugin.flags, plugin.matters, plugin.advice, plugin.basis)
    assert all(text.strip() for text in texts), name
    assert plugin.suggested in SUGGESTIONS
    assert any(example.expect for example in plugin.examples), "no example on which it fires"
    assert any(not example.expect for example in plugin.examples), "no example on which it stays quiet"


@pytest.mark.parametrize(("name", "plugin"), explanations().items())
def test_explanation(name: str, plugin: Explanation) -> None:
    assert all(text.strip() for text in (plugin.title, plugin.citation, plugin.meaning)), name
    outcomes = {outcome for example in plugin.examples for _, outcome in example.expect}
    assert name in outcomes, "no example that it explains"
    assert None in outcomes, "no example that nothing explains"


@pytest.mark.parametrize(("name", "plugin"), formats().items())
def test_format(name: str, plugin: LogFormat) -> None:
    assert plugin.title.strip(), name
    assert plugin.source.strip(), name
    assert any(example.becomes for example in plugin.examples), "no sample that becomes an access event"


@pytest.mark.parametrize(("name", "plugin"), catalog().items())
def test_duty(name: str, plugin: Duty) -> None:
    texts = (plugin.title, plugin.citation, plugin.why, plugin.how)
    assert all(text.strip() for text in texts), name
    assert "CFR" in plugin.citation
    assert plugin.owner in ROLES
    assert plugin.due_days > 0
    year = occurrences(name, plugin, date(2026, 1, 1), date(2026, 1, 1), date(2027, 1, 1), ZoneInfo("UTC"), 1)
    assert year, "it never comes round"
    assert plugin.closed_by is None or re.fullmatch(r"[a-z]+\.[a-z_]+", plugin.closed_by)
    assert "propos" not in f"{plugin.why} {plugin.how} {plugin.citation}", "what is proposed is said as such"


def test_the_format_template_reads_its_own_sample(tmp_path: Path) -> None:
    log_format = importlib.import_module("chartwarden.logs.formats._template").FORMAT
    (sample,) = log_format.examples
    path = tmp_path / sample.name
    path.write_bytes(sample.content)
    assert log_format.recognises(Head(sample.name, sample.content))
    event, bad = log_format.read(Source(sample.name, path, ZoneInfo(sample.zone)))
    (expected,) = sample.becomes
    assert {**expected, "occurred_at": event.occurred_at.isoformat()} == expected
    assert (event.actor, event.patient, bad.line) == ("ana", "P1", *sample.quarantined)


@pytest.mark.parametrize("what", FOLDERS)
def test_every_kind_of_plugin_has_a_template(what: str) -> None:
    folder, constant, kind = FOLDERS[what]
    template = importlib.import_module(f"chartwarden.{folder.replace('/', '.')}._template")
    assert isinstance(getattr(template, constant), kind)


@pytest.mark.parametrize("what", FOLDERS)
def test_an_outside_package_plugs_in_by_its_entry_point(what: str, tmp_path: Path) -> None:
    folder, constant, _ = FOLDERS[what]
    own = next(path.stem for path in sorted((PACKAGE / folder).glob("*.py")) if not path.stem.startswith("_"))
    package = f"chartwarden.{folder.replace('/', '.')}"
    (tmp_path / "somebody_elses.py").write_text(f"from {package}.{own} import {constant}\n", encoding="utf-8")
    about = tmp_path / "somebody_elses-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody-elses\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[{package}]\nfrom_outside = somebody_elses\n", encoding="utf-8")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from chartwarden.cli.app import run; run([{what!r}])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "from_outside" in done.stdout
    assert own in done.stdout
