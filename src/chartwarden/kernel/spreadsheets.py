"""What is exported as CSV is opened in spreadsheets, which take some texts for formulas (OWASP, CSV injection)."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def inert(text: str) -> str:
    """The same text, with a quote before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
