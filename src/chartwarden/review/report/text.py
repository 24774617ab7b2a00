"""Text from the data, made fit to be shown: nothing invisible, nothing endless. Escaping is the template's work."""

from __future__ import annotations

import unicodedata

WORD, SENTENCE = 160, 600
INVISIBLE = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def shown(text: str, most: int = WORD) -> str:
    """The text on one line, with control and direction marks spelled out (``[U+202E]``), so that it can't pose as
    another text (Unicode UAX 9, UTR 36), and cut after ``most`` characters, saying how long it was."""
    line = " ".join(text.split())
    cut = line if len(line) <= most else f"{line[:most]}… ({len(line):,} characters)"
    return "".join(code_point(char) if _hidden(char) else char for char in cut)


def label(text: str, most: int) -> str:
    """The text as a label in a picture, where there is no room to say how long it was."""
    line = shown(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def code_point(char: str) -> str:
    """``[U+202E]``."""
    return f"[U+{ord(char):04X}]"


def _hidden(char: str) -> bool:
    return char in INVISIBLE or unicodedata.category(char) in ("Cc", "Cs", "Co")
