"""Plug-ins are found by their file, and refused where they do not hold what they must."""

import sys
from pathlib import Path

import pytest

from chartwarden.kernel.plugins import discover


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "trial_plugins"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "second.py").write_text("THING = 2\n")
    (folder / "first.py").write_text("THING = 1\n")
    (folder / "_template.py").write_text("THING = 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("trial_plugins")]:
        del sys.modules[name]


def test_ids_are_file_names_in_order_without_the_template(package: Path) -> None:
    assert list(discover("trial_plugins", "THING", int).items()) == [("first", 1), ("second", 2)]


def test_a_module_without_its_constant_is_an_error_that_names_it(package: Path) -> None:
    (package / "third.py").write_text("OTHER = 3\n")
    with pytest.raises(TypeError, match=r"trial_plugins\.third must hold THING, of type int"):
        discover("trial_plugins", "THING", int)


def test_other_distributions_join_by_entry_point(package: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text("THING = 9\n")
    info = tmp_path / "elsewhere-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[trial_plugins]\nouter = elsewhere\n")
    assert discover("trial_plugins", "THING", int)["outer"] == 9
