"""Design tokens: one accent, neutral greys, the same names for light, dark and print.

Every pair of text and ground holds WCAG 2.2's 4.5:1, every line and mark that carries meaning 3:1 (1.4.3, 1.4.11).
"""

from __future__ import annotations

import re

LIGHT = {
    "ground": "#f6f7f8",
    "sheet": "#ffffff",
    "ink": "#1b2126",
    "quiet": "#55606a",
    "line": "#d8dde1",
    "edge": "#818c95",
    "accent": "#0b5f7d",
    "wash": "#e8f1f4",
    "heat-0": "#eef0f2",
    "heat-1": "#c9dfe7",
    "heat-2": "#8fbccd",
    "heat-3": "#4f93ad",
    "heat-4": "#0b5f7d",
    "heat-5": "#073848",
}
DARK = {
    "ground": "#101418",
    "sheet": "#181e23",
    "ink": "#e7ebee",
    "quiet": "#a3aeb7",
    "line": "#333c44",
    "edge": "#75818b",
    "accent": "#74c2dd",
    "wash": "#1c2c34",
    "heat-0": "#222a30",
    "heat-1": "#1f4656",
    "heat-2": "#2c6a81",
    "heat-3": "#4392af",
    "heat-4": "#74c2dd",
    "heat-5": "#c8ebf6",
}
PRINT = {**LIGHT, "ground": "#ffffff"}

REFERENCE = re.compile(r"var\(--([a-z0-9-]+)\)")


def var(name: str) -> str:
    """A token as CSS names it. Raises KeyError for a token that does not exist."""
    return f"var(--{name})" if name in LIGHT else LIGHT[name]


def custom_properties(palette: dict[str, str]) -> str:
    """A palette as CSS declarations."""
    return "".join(f"--{name}:{value};" for name, value in palette.items())


def resolved(svg: str, palette: dict[str, str]) -> str:
    """A picture with its tokens replaced by colours, for programs that know no CSS variables."""
    return REFERENCE.sub(lambda found: palette[found[1]], svg)
