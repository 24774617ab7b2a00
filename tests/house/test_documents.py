"""What is written about the house is true of it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from chartwarden.cli.installation import PORT
from chartwarden.logs.rules import NEEDS
from chartwarden.people.contracts import Permission
from chartwarden.web.entry_kinds import KINDS
from tests.house.code import PACKAGE, ROOT
from tools.generate_docs import MEASURED, write

TRACKED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
FILES = [ROOT / name for name in TRACKED.split("\0") if name and (ROOT / name).is_file()]
DOCUMENTS = [path for path in FILES if path.suffix == ".md"]
# Written in pieces, so that this file does not hold what it looks for.
HOSTS = re.compile("|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.org", "debian" + r"\.org/")))
MACHINE_PATHS = re.compile(r"(?<![\w.}])/(wo" + "rk|ro" + "ot|ho" + "me)/")


def test_generated_reference_is_current(tmp_path: Path) -> None:
    write(tmp_path)
    assert _pages(ROOT / "docs" / "reference") == _pages(tmp_path), "run `make docs`"


def _pages(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.md")
        if path.name not in MEASURED
    }


@pytest.mark.parametrize("pattern", [HOSTS, MACHINE_PATHS], ids=["registry hosts", "paths of one machine"])
def test_no_file_names(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in FILES
        if (match := pattern.search(path.read_bytes().decode("utf-8", errors="replace")))
    ]
    assert found == []


def test_make_targets_that_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for path in DOCUMENTS for word in re.findall(r"^\s*make ([a-z]+)", _code(path), re.MULTILINE)}
    assert {"run", "test"} <= named <= targets


def test_commands_that_documents_name_exist() -> None:
    commands = {path.stem for path in (PACKAGE / "cli" / "commands").glob("*.py")}
    named = {word for path in DOCUMENTS for word in re.findall(r"^\s*chartwarden ([a-z]+)", _code(path), re.MULTILINE)}
    assert "review" in named
    assert named <= commands


def test_addresses_that_documents_name_are_where_it_listens() -> None:
    told = {port for path in DOCUMENTS for port in re.findall(r"127\.0\.0\.1:(\d+)", path.read_text(encoding="utf-8"))}
    assert told == {str(PORT)}


def test_scopes_of_the_how_to_are_what_the_page_of_tokens_offers() -> None:
    text = (ROOT / "docs" / "how-tos" / "import-by-api.md").read_text(encoding="utf-8")
    (step,) = re.findall(r"^1\. .*?(?=^2\. )", text, re.MULTILINE | re.DOTALL)
    scopes = set(re.findall(r"\*([^*]+)\*", step.replace("\n  ", ""))) - {"Tokens"}
    assert scopes == {permission.value for permission in (Permission.SEE_IMPORTS, *NEEDS.values())}


def test_the_page_on_security_names_every_connection_that_the_application_opens() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    command_line, application = text.partition("**As a web application**")[::2]
    assert "It opens no network connection" in command_line
    assert "no network connection" not in application
    assert all(word in application for word in ("mail", "sign-in provider", "webhooks", "AES-256-GCM", "ledger"))


def test_the_code_map_has_every_room_and_the_layers_as_they_are() -> None:
    text = (ROOT / "CODEMAP.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert [name for name in rooms if f"\n  {name}/ " not in text] == []
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(one["layers"] for one in contracts["contracts"] if one["type"] == "layers")
    assert "\n".join(["```", *layers, "```"]) in text


def _code(path: Path) -> str:
    """Only what stands in code: fenced blocks, and inline code on lines of its own."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(block or inline for block, inline in re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", text, re.DOTALL))


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in DOCUMENTS
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []


def test_functions_and_files_that_documents_name_exist() -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in DOCUMENTS
        for name in re.findall(r"`([^`\s]+)`", path.read_text(encoding="utf-8"))
        if not (_is_there(name) if "/" in name else _is_defined(name))
    ]
    assert missing == []


def _is_there(name: str) -> bool:
    is_path = re.fullmatch(r"(?:[a-z_]+/)+[a-z_]+\.py", name)
    return not is_path or (ROOT / name).exists() or (PACKAGE / name).exists()


def _is_defined(name: str) -> bool:
    """Whether a dotted name that begins with a room is a module, or something that a module defines."""
    first, *inner = name.split(".")
    if inner[-1:] in (["html"], ["pdf"], ["csv"]) or name in KINDS:  # files of a review and feeds, entries of a ledger
        return True
    if not first or not inner or not re.fullmatch(r"[\w.]+", name) or not (PACKAGE / first / "__init__.py").exists():
        return True
    module, last = PACKAGE.joinpath(first, *inner[:-1]).with_suffix(".py"), inner[-1]
    if PACKAGE.joinpath(first, *inner).with_suffix(".py").exists():
        return True
    return module.exists() and bool(
        re.search(rf"^(?:def|class) {last}\b|^{last}\b.*=", module.read_text(), re.MULTILINE)
    )
