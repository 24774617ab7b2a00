"""One audit message as a small tree, with nothing that XML can be attacked with.

DTDs, entities and external references are refused by defusedxml before they are looked at. Names come without their
namespace prefix, declared or not: a message cut out of its wrapper loses the declarations there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from chartwarden.logs.formats._row_values import RowFault

DEPTH_LIMIT = 64
EIGHT_BITS = re.compile(r"iso-8859-\d{1,2}|windows-125\d", re.IGNORECASE)


@dataclass(slots=True)
class Node:
    """An element: its name and attributes without prefixes, its children, the parts of its own text."""

    name: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str | None:
        """The element's own text, trimmed; None where it is blank."""
        return "".join(self.parts).strip() or None

    def all(self, name: str) -> list[Node]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def get(self, name: str) -> str | None:
        """An attribute's value, trimmed; None where it is missing or blank."""
        return (self.attributes.get(name) or "").strip() or None


def parse(message: bytes, encoding: str | None) -> Node:
    """The message's tree. ``encoding`` is the one declared; None, and any other than a table of 8 bits, is UTF-8.

    Raises RowFault where it is not well formed, too deep, or brings a DTD or entity.
    """
    if encoding and EIGHT_BITS.fullmatch(encoding):
        message = _as_utf_8(message, encoding)
    tree = _Tree()
    try:
        parseString(message, tree, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as fault:
        raise RowFault(f"expected XML without DTD and entities; found {type(fault).__name__}") from None
    except (SAXException, ValueError, LookupError) as fault:
        said = fault.getMessage() if isinstance(fault, SAXException) else str(fault)
        raise RowFault(f"expected well-formed XML; found {said}") from None
    return tree.root.children[0]


def _as_utf_8(message: bytes, encoding: str) -> bytes:
    try:
        return message.decode(encoding).encode()
    except (UnicodeDecodeError, LookupError):
        raise RowFault(f"expected text in {encoding}, as declared; found other bytes") from None


class _Tree(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self._open = [self.root]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 the name is the SAX interface's
        if len(self._open) > DEPTH_LIMIT:
            raise RowFault(f"expected at most {DEPTH_LIMIT} nested elements; found more")
        node = Node(_local(name), {_local(key): value for key, value in attrs.items()})
        self._open[-1].children.append(node)
        self._open.append(node)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802 the name is the SAX interface's
        self._open.pop()

    def characters(self, content: str) -> None:
        self._open[-1].parts.append(content)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
