"""The text of an attachment, whatever it is written in: plain, or markup of which only the words are kept. Pure.

Nothing of the markup goes any further, so no script, style, link or picture in it can act.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from base64 import b64encode
from dataclasses import dataclass
from email.message import Message
from html.parser import HTMLParser

MOST_TEXT = 1 << 20
"""Characters that are shown of one attachment; more is said."""
MOST_BYTES = 4 * MOST_TEXT
MARKUP = ("text/html", "application/xhtml+xml", "text/xml", "application/xml", "application/hl7-v3+xml")
PLAIN = ("text/plain", "text/markdown", "text/x-hl7-text+xml")
SILENT = frozenset({"script", "style", "head", "template", "noscript", "iframe", "object", "svg"})
OF_HEAD = frozenset(
    {"title", "meta", "link", "base", "basefont", "bgsound", "style", "script", "noscript", "noframes", "template"}
)
"""What a head can hold. Its end may be left out: anything else ends it."""
OWN_LINE = frozenset(
    {
        "p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "section", "article",
        "blockquote", "pre", "hr", "dt", "dd", "caption", "title", "paragraph", "item", "list", "text", "component",
        "entry", "observation",
    }
)  # fmt: skip
"""Elements of HTML and of CDA that begin a line of their own."""
APART = frozenset({"h1", "h2", "h3", "h4", "p", "paragraph", "table", "section", "title"})
CELLS = frozenset({"td", "th"})
CHARSET = re.compile(
    r"(?i)(utf[-_]?(8|8-sig|16|16le|16be)|us-ascii|(iso[-_]?8859|windows|cp)[-_]?\d{1,4}(-\d{1,2})?)", re.ASCII
)
MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF87a": "image/gif", b"GIF89a": "image/gif",
}  # fmt: skip


def kind_of(content_type: str) -> str:
    """A content type without its parameters, in small letters."""
    return content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a document. ``torn``: its markup ends in the midst of what is not shown, so words may be missing;
    ``more``: it goes on behind what is read here."""

    text: str
    torn: bool = False
    more: bool = False


def text_of(content_type: str, data: bytes) -> Words | None:
    """The words of an attachment, MOST_TEXT characters at most; None where they are written in something that is not
    read here."""
    kind = kind_of(content_type)
    if kind not in MARKUP and kind not in PLAIN:
        return None
    text = _decoded(content_type, data[:MOST_BYTES])
    if kind in MARKUP and len(data) > MOST_BYTES and text.rfind("<") > text.rfind(">"):
        text = text[: text.rfind("<")]  # a tag that the bound cut is no text
    found = read(text) if kind in MARKUP else Words(_lines(text))
    return Words(found.text[:MOST_TEXT], found.torn, len(found.text) > MOST_TEXT or len(data) > MOST_BYTES)


def picture_of(data: bytes) -> str | None:
    """A picture's data address, its type told by its own first bytes; None for what is no picture."""
    kind = next((kind for begin, kind in MAGIC.items() if data.startswith(begin)), None)
    if kind is None and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    return f"data:{kind};base64,{b64encode(data).decode()}" if kind else None


def plain(markup: str) -> str:
    """The words of HTML or XML, with its paragraphs, lines and cells apart."""
    return read(markup).text


def read(markup: str) -> Words:
    """As ``plain``, and whether the markup ends in the midst of what is not shown."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return Words(_lines("".join(reader.parts)), bool(reader.silent) or markup.rfind("<!--") > markup.rfind("-->"))


class _Reader(HTMLParser):
    """Collects text; ``parts`` is what was found, ``silent`` what is open of elements that say nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []
        self._kept, self._ends = 0, 2

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  never looked at
        """A line of its own, a cell, or something that says nothing."""
        tag = tag.rpartition(":")[2]
        in_head = self.silent == ["head"]
        if in_head and tag not in OF_HEAD:
            self.silent.clear()
        if tag in SILENT or (in_head and tag == "title"):
            self.silent.append(tag)
        elif tag in OWN_LINE:
            self._broken(2 if tag in APART else 1)
        self._kept += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Such as <br/>; what says nothing and is over at once begins nothing."""
        if tag.rpartition(":")[2] not in SILENT and not (self.silent == ["head"] and tag in OF_HEAD):
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """The end of one; what was never begun ends nothing."""
        tag = tag.rpartition(":")[2]
        if tag in self.silent:
            del self.silent[self.silent.index(tag) :]
        elif tag in CELLS:
            self.parts.append("\t")
        elif tag in OWN_LINE:
            self._broken(2 if tag in APART else 1)
        self._kept -= tag == "pre" and self._kept > 0

    def handle_data(self, data: str) -> None:
        """Words; outside of <pre> a line break is a space."""
        if self.silent == ["head"] and data.strip():
            self.silent.clear()
        if self.silent or (self._ends and not self._kept and not data.strip()):
            return
        self.parts.append(data if self._kept else _spaced(data))
        self._ends = 0

    def unknown_decl(self, data: str) -> None:
        """Words of XML that are marked as no markup."""
        if data.startswith("CDATA["):
            self.handle_data(data.removeprefix("CDATA["))

    def _broken(self, lines: int) -> None:
        """End the line, and leave one empty where two ends are wanted; never more than that."""
        self.parts.append("\n" * (lines - self._ends))
        self._ends = max(self._ends, lines)


def _spaced(text: str) -> str:
    """White space as HTML counts it."""
    inner = " ".join(text.split())
    before, after = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if before else ''}{inner}{' ' if after and inner else ''}"


def _lines(text: str) -> str:
    """Lines without space at their ends, cells two spaces apart, and never more than one empty line between them.

    A space of any kind is a plain one. What has no width is left out; what else can't be shown shows as such.
    """
    found: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").expandtabs(2).split("\n"):
        clean = "".join(one if one.isprintable() else _shown(one) for one in line).rstrip()
        if clean or (found and found[-1]):
            found.append(clean)
    return "\n".join(found).strip("\n")


def _shown(one: str) -> str:
    if one.isspace():
        return " "
    return "" if unicodedata.category(one) == "Cf" else "\ufffd"


def _decoded(content_type: str, data: bytes) -> str:
    """Bytes as text, in the charset that they say they are in, else in UTF-8; what can't be read shows as such."""
    said = Message()
    said["content-type"] = content_type
    name = str(said.get_param("charset") or "")
    for begin, charset in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(begin):
            name = charset
    try:
        charset = codecs.lookup(name).name if CHARSET.fullmatch(name) else "utf-8"
    except LookupError:
        charset = "utf-8"
    charset = "cp1252" if charset in ("iso8859-1", "ascii") else charset  # as WHATWG's Encoding has it: dashes, quotes
    return data.decode(charset, errors="replace")
