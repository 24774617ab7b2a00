"""review.pdf: PDF/A-2b (ISO 19005-2) and PDF/UA-1 (ISO 14289-1), set by Typst from data, never from markup.

Only Typst's own fonts are used (Libertinus Serif, New Computer Modern, DejaVu Sans Mono), so that the same page gives
the same bytes on every machine. They hold Latin, Greek, Cyrillic, Hebrew and Arabic letters; PDF/A forbids a character
without a glyph, so one that they lack is printed as its code point, such as [U+6F22].
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import typst

from chartwarden.review.contracts import Period
from chartwarden.review.report.contracts import Page
from chartwarden.review.report.text import code_point
from chartwarden.review.report.tokens import PRINT, resolved

FONT = "Libertinus Serif"
LINE_WIDTH = 640
NO_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def review_pdf(page: Page, period: Period) -> bytes:
    """The report in print. Its date is the last day of the period; no clock is read."""
    template = files("chartwarden.review.report").joinpath("templates/review.typ").read_bytes()
    last = period.last_day
    data: dict[str, Any] = {
        "page": asdict(page),
        "colours": PRINT,
        "date": {"year": last.year, "month": last.month, "day": last.day},
    }
    text = _composed(json.dumps(_printable(data), ensure_ascii=False))
    lacking: set[str] = set()
    while True:
        try:
            return _compile(template, text)
        except typst.TypstError as fault:
            found = set(_without_glyph(fault.diagnostic)) - lacking
            if not found:
                raise
            lacking |= found
            text = text.translate({ord(char): code_point(char) for char in found})


def _compile(template: bytes, text: str) -> bytes:
    fonts = typst.Fonts(include_system_fonts=False)
    made = typst.compile(
        template, format="pdf", font_paths=fonts, sys_inputs={"data": text}, pdf_standards=["a-2b", "ua-1"], timestamp=0
    )
    return bytes(made)


def _composed(text: str) -> str:
    """Letters and marks as one character where Unicode has it; marks that are left, and what no reader sees, as code
    points: a font that has both letter and mark may still not have the two together."""
    return "".join(
        char if char.isascii() or unicodedata.category(char)[0] in "LNPSZ" else code_point(char)
        for char in unicodedata.normalize("NFC", text)
    )


def _without_glyph(diagnostic: str) -> Iterator[str]:
    """The characters beyond ASCII that a complaint of Typst names."""
    for cluster in NO_GLYPH.findall(diagnostic):
        for char in ESCAPED.sub(lambda found: chr(int(found[1], 16)), cluster):
            if not char.isascii():
                yield char


def _printable(value: Any) -> Any:
    """The data with each picture's tokens as colours, and its letters in the print's font."""
    if isinstance(value, dict):
        return {key: _picture(item) if key == "svg" else _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value


def _picture(svg: str) -> str:
    fixed = svg.replace('width="100%"', f'width="{LINE_WIDTH}"', 1).replace('"inherit"', f'"{FONT}"')
    return resolved(fixed.replace("<svg ", f'<svg font-family="{FONT}" ', 1), PRINT)
