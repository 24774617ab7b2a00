"""A second chance for JSON that strict readers refuse and others accept, so that no good row is lost to it.

Mended: a comma before a closing bracket, NaN and Infinity and numbers beyond a double (become null), and nesting so
deep that no field of an AuditEvent lies there (becomes null). Everything else stays as it is, and fails as it did.
"""

from __future__ import annotations

import re

DEEPEST = 100  # an AuditEvent's own fields nest less than ten deep

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|,|[^"\[\]{},]++', re.DOTALL)
_UNUSABLE = re.compile(
    rb"(?<![\w.])-?(?:nan|inf(?:inity)?|\d{300,}[\d.eE+-]*|\d+(?:\.\d+)?e\+?\d{3,})(?![\w.])", re.IGNORECASE
)


def mend(text: bytes) -> bytes:
    """The same JSON, mended. One pass, without recursion."""
    kept: list[bytes] = []
    depth, comma = 0, -1
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in b"[{":
            if depth <= DEEPEST:
                kept.append(token if depth < DEEPEST else b"null")
            depth += 1
        elif token in b"]}":
            depth -= 1
            if comma >= 0 and depth < DEEPEST:
                kept[comma] = b""
            if depth < DEEPEST:
                kept.append(token)
        elif depth <= DEEPEST:
            kept.append(token if token.startswith(b'"') else _UNUSABLE.sub(b"null", token))
        if not token.isspace():
            comma = len(kept) - 1 if token == b"," and depth <= DEEPEST else -1
    return b"".join(kept)
