"""All generated pages, by their path under docs/reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from chartwarden.cli.pages.api import api_page
from chartwarden.cli.pages.data import feeds_page, tables_page
from chartwarden.cli.pages.duties import duty_page
from chartwarden.cli.pages.ledger_kinds import ledger_kinds_page
from chartwarden.cli.pages.log_formats import format_page
from chartwarden.cli.pages.markdown import literal, page, table
from chartwarden.cli.pages.permissions import permissions_page
from chartwarden.cli.pages.review_plugins import detector_page, explanation_page
from chartwarden.cli.pages.states import states_page
from chartwarden.duties.contracts import Duty, catalog
from chartwarden.logs.contracts import LogFormat
from chartwarden.logs.queries import formats
from chartwarden.review.contracts import Detector, Explanation
from chartwarden.review.services import detectors, explanations

P = TypeVar("P", LogFormat, Explanation, Detector, Duty)


def reference() -> dict[str, str]:
    """Markdown by path, such as ``detectors/colleague.md``."""
    by_order = dict(sorted(explanations().items(), key=lambda item: (item[1].order, item[0])))
    return {
        "feeds.md": feeds_page(),
        "tables.md": tables_page(),
        "states.md": states_page(),
        "permissions.md": permissions_page(),
        "api.md": api_page(),
        "ledger-kinds.md": ledger_kinds_page(),
        **_shelf("formats", "Log formats", formats(), format_page, lambda plugin: plugin.source),
        **_shelf("explanations", "Explanations", by_order, explanation_page, lambda plugin: plugin.meaning),
        **_shelf("detectors", "Detectors", detectors(), detector_page, lambda plugin: plugin.flags),
        **_shelf("duties", "Duties", catalog(), duty_page, lambda plugin: plugin.why),
    }


def _shelf(
    folder: str,
    title: str,
    plugins: Mapping[str, P],
    one: Callable[[str, P], str],
    gist: Callable[[P], str],
) -> dict[str, str]:
    """A page for each plug-in, and the list of them."""
    rows = [(f"[{literal(name)}]({name}.md)", plugin.title, gist(plugin)) for name, plugin in plugins.items()]
    pages = {f"{folder}/{name}.md": one(name, plugin) for name, plugin in plugins.items()}
    return {f"{folder}/README.md": page(title, table(("id", "title", "what it is"), rows)), **pages}
