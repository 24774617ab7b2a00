"""Write docs/reference from the code: ``python tools/generate_docs.py [FOLDER]``.

Pages that measurements write (performance.md, detection.md) stay as they are; any other page that no plug-in or
table stands behind is removed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chartwarden.cli.pages.reference import reference

MEASURED = ("performance.md", "detection.md")


def write(folder: Path) -> None:
    """Write every generated page under ``folder`` and remove what is no longer generated."""
    pages = {folder / name: text for name, text in reference().items()}
    for old in folder.rglob("*.md"):
        if old not in pages and old.name not in MEASURED:
            old.unlink()
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "docs" / "reference")
