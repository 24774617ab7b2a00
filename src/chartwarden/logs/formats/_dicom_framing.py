"""Audit messages in a file: bare, one behind the other, in a wrapper, or in syslog messages.

A message runs from its ``<AuditMessage`` to the next ``</AuditMessage>``, so it does not matter how it was framed:
octet counting (RFC 5425, RFC 6587 section 3.4.1), one to a line (RFC 6587 section 3.4.2), a root element, nothing.
What stands between messages must be framing too; anything else is told as a row of its own, so nothing is dropped.

- Framing: white space, a byte-order mark, XML declarations, tags and comments of a wrapper, the header of the syslog
  message (RFC 5424: PRI, version, TIMESTAMP …, structured data; RFC 3164's too) that carries the message.
- A message that has no end before the next one begins, or no beginning, is a fault; its neighbours are not.
- Markup that could bring entities (``<!``, comments excepted) before a message is a fault of that message, unless a
  syslog header stands between them: a document begins anew behind it.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass

MESSAGE_LIMIT = 1 << 20
COUNT_STEP = 1 << 20
TAG = re.compile(rb"<(/?)(?:[\w.-]+:)?AuditMessage(?=[\s/>])")
FRAMING = re.compile(rb"\xef\xbb\xbf|<\?[^<>]*+>|<!--.*?-->|</?[A-Za-z_][^<>]*+>|[\x00\s]++", re.DOTALL)
ENCODING = re.compile(rb"<\?xml [^<>]*encoding=[\"']([A-Za-z0-9-]{1,20})[\"']")
SYSLOG = re.compile(rb"(?:\d{1,10} )?<\d{1,3}>")
RFC_5424_TIME = re.compile(rb"(?:\d{1,10} )?<\d{1,3}>1 ([0-9T:.Z+-]{20,40}) ")


@dataclass(frozen=True)
class Message:
    """A whole message: its bytes, the encoding last declared before it, and its syslog TIMESTAMP."""

    line: int
    content: bytes
    encoding: str | None
    logged_at: str | None


@dataclass(frozen=True)
class Broken:
    """A message, or a line, that cannot be read, and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Other:
    """A syslog message that carries no audit message."""

    line: int


Found = Message | Broken | Other


def frames(data: mmap.mmap) -> Generator[Found]:
    """Everything in the file, in order, each thing once."""
    between = _Between(data)
    done = 0
    begun: int | None = None
    for tag in TAG.finditer(data):
        closes = bool(tag[1])
        if begun is not None and not closes:
            yield between.cut_short(begun, "the next message")
            done = _header_start(data, begun, tag.start())
        if not closes:
            yield from between.read(done, tag.start())
            begun = tag.start()
            continue
        end = data.find(b">", tag.end()) + 1 or len(data)
        if begun is None:
            yield Broken(between.line(tag.start()), "expected <AuditMessage>; found only the end of a message")
        else:
            yield between.message(begun, end)
        begun, done = None, end
    if begun is not None:
        yield between.cut_short(begun, "the end of the file")
    else:
        yield from between.read(done, len(data))
        yield from between.left_over()


def _header_start(data: mmap.mmap, begun: int, start: int) -> int:
    """Where the message at ``start`` begins with its syslog header, where a message begun before it was cut short."""
    line = data.rfind(b"\n", begun, start) + 1
    return line if line and SYSLOG.match(data, line, start) else start


class _Between:
    """Reads on from message to message: what stands between them, line numbers, what is said of the next message."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._counted = 0
        self._line = 1
        self._encoding: str | None = None
        self._syslog: tuple[int, bytes] | None = None
        self._declared: int | None = None

    def line(self, position: int) -> int:
        """The line number at a position; positions must not go back."""
        while self._counted < position:
            step = min(position, self._counted + COUNT_STEP)
            self._line += self._data[self._counted : step].count(b"\n")
            self._counted = step
        return self._line

    def read(self, at: int, end: int) -> Iterator[Found]:
        """The rows between two messages; keeps what belongs to the second."""
        while at < end:
            if framing := FRAMING.match(self._data, at, end):
                if declared := ENCODING.match(framing[0]):
                    self._encoding = declared[1].decode()
                at = framing.end()
                continue
            newline = self._data.find(b"\n", at, end)
            stop = end if newline < 0 else newline
            yield from self._text(self.line(at), self._data[at : min(stop, at + MESSAGE_LIMIT)])
            at = stop

    def _text(self, line: int, text: bytes) -> Iterator[Found]:
        if SYSLOG.match(text):
            yield from self.left_over()
            self._forget()
            self._encoding = None
            self._syslog = (line, text)
            self._declared = line if b"<!" in text else None
        elif text.startswith(b"<!") and self._declared is None:
            self._declared = line
        elif self._declared is None:
            yield from self.left_over()
            self._forget()
            yield Broken(line, "expected a DICOM audit message; found other text")

    def message(self, start: int, end: int) -> Found:
        """The message from start to end, or why it is refused before it is parsed."""
        line = self.line(start)
        if self._declared is not None:
            found: Found = self._refused(line)
        elif end - start > MESSAGE_LIMIT:
            found = Broken(line, f"expected a message of at most {MESSAGE_LIMIT:,} bytes; found {end - start:,}")
        else:
            time = RFC_5424_TIME.match(self._syslog[1]) if self._syslog else None
            found = Message(line, self._data[start:end], self._encoding, time[1].decode() if time else None)
        self._forget()
        return found

    def cut_short(self, start: int, found: str) -> Broken:
        """The fault of a message that has no end."""
        self._forget()
        return Broken(self.line(start), f"expected </AuditMessage>; found {found}")

    def left_over(self) -> Iterator[Found]:
        """What was kept for a message that never came."""
        if self._declared is not None:
            yield self._refused(self._declared)
        elif self._syslog is not None:
            yield Other(self._syslog[0])

    def _refused(self, line: int) -> Broken:
        return Broken(line, "expected XML without DTD and entities; found a declaration before the message")

    def _forget(self) -> None:
        self._syslog = None
        self._declared = None
