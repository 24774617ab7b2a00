"""The few pieces of Markdown that the pages are made of."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

GENERATED = "<!-- Written by `make docs` from the code. Change the code, not this page. -->"


def page(title: str, *parts: str) -> str:
    """A page: the note that it is generated, its title, and its parts, one empty line apart."""
    return "\n\n".join([GENERATED, f"# {title}", *(part for part in parts if part)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; nothing where there are no rows."""
    lines = ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |", *lines])


def cell(value: object) -> str:
    """A value inside a table: one line, with its bars escaped."""
    return " ".join(str(value).split()).replace("|", "\\|")


def code(text: str, language: str = "") -> str:
    """A block of code, fenced by more backticks than the text holds in a row."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def csv_table(text: str) -> str:
    """CSV as a table, with what it holds set as code."""
    head, *rows = csv.reader(io.StringIO(text))
    return table(head, [[literal(value) if value else "" for value in row] for row in rows])


def literal(value: object) -> str:
    """A value as inline code; two backticks where it holds one."""
    text = str(value)
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def number(value: float) -> str:
    """A parameter's value without a needless fraction."""
    return f"{value:g}"


def facts(values: Mapping[str, str]) -> str:
    """Short facts, one a line: ``- **Law:** 45 CFR …``."""
    return "\n".join(f"- **{name}:** {value}" for name, value in values.items() if value)
