"""What is plugged in, listed, or one of it in full."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TypeVar

from chartwarden.kernel.errors import refuse

P = TypeVar("P")


def list_or_tell(
    what: str,
    plugins: Mapping[str, P],
    one: str | None,
    tell: Callable[[str, P], str],
    gist: Callable[[P], str],
) -> None:
    """Print id and gist of each plug-in, or the page of ``one``. Raises InputRefused where there is no such id."""
    if one is None:
        width = max(map(len, plugins), default=0)
        for name, plugin in plugins.items():
            print(f"{name:<{width}}  {gist(plugin)}")
        return
    if one not in plugins:
        raise refuse(what, "one of " + ", ".join(plugins), repr(one))
    _print_page(tell(one, plugins[one]))


def _print_page(markdown: str) -> None:
    """Laid out on a terminal, as plain Markdown in a pipe."""
    text = markdown.partition("\n\n")[2]
    if not sys.stdout.isatty():
        print(text, end="")
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
