"""A document as a file: the EHR's own bytes where it is one file and no markup, else as text. Pure.

Markup goes out as its words alone, so that nothing in it can act where the copy is opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chartwarden.gateway.chart import texts
from chartwarden.gateway.chart.contracts import Attachment, Block, Leaf, Pairs, Said, Table, Text

ENDINGS = {
    "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/tiff": "tif",
    "application/rtf": "rtf", "text/rtf": "rtf", **dict.fromkeys(texts.PLAIN, "txt"),
}  # fmt: skip


def copied(leaf: Leaf, attached: Sequence[Attachment], note: str) -> tuple[str, bytes]:
    """A file's ending and its bytes. ``note`` (who saved it, when) begins a text that is put together here."""
    if len(attached) == 1 and (data := attached[0].data):
        kind = texts.kind_of(attached[0].content_type)
        if kind not in texts.MARKUP:
            return ENDINGS.get(kind, "bin"), data
    lines = [note, "", leaf.title, leaf.when, "", *_lines(leaf.blocks)]
    return "txt", ("\n".join(lines).rstrip() + "\n").encode()


def _lines(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if block.title:
            yield block.title
        if isinstance(block, Pairs):
            yield from (f"{name}: {value}" for name, value in block.pairs)
        elif isinstance(block, Table):
            yield "\t".join(block.columns)
            yield from ("\t".join(row.cells) for row in block.rows)
        elif isinstance(block, Text | Said):
            yield block.text
        yield ""
