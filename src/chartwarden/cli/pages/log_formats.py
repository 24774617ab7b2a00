"""The page of a log format."""

from __future__ import annotations

from chartwarden.cli.pages.markdown import cell, code, facts, literal, page, table
from chartwarden.logs.contracts import FormatExample, LogFormat

SHOWN = 4000


def format_page(name: str, log_format: LogFormat) -> str:
    """Where a format's field names come from, and samples with the access events that they become."""
    return page(
        log_format.title,
        facts({"Id": literal(name), "Source of the field names": cell(log_format.source)}),
        "## Samples",
        *(_sample(example) for example in log_format.examples),
    )


def _sample(example: FormatExample) -> str:
    parts = [
        f"### {example.title}",
        f"{literal(example.name)}, read in the zone {example.zone}:",
        _content(example.content),
    ]
    for name, content in example.companions.items():
        parts += [f"{literal(name)} beside it:", _content(content)]
    columns = list(dict.fromkeys(key for event in example.becomes for key in event))
    rows = [[literal(event[key]) if event.get(key) is not None else "" for key in columns] for event in example.becomes]
    parts.append("It becomes these access events (the fields that the sample is about; times in UTC):" if rows else "")
    parts.append(table(columns, rows))
    if example.quarantined:
        lines = ", ".join(str(line) for line in example.quarantined)
        parts.append(f"Quarantined, with a reason: line {lines}.")
    return "\n\n".join(part for part in parts if part)


def _content(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return f"({len(content):,} bytes that are not text)"
    if any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text):
        return f"({len(content):,} bytes that are not plain text)"
    if len(text) > SHOWN:
        return code(text[:SHOWN]) + f"\n\n(the first {SHOWN:,} of {len(text):,} characters)"
    return code(text.replace("\r\n", "\n"))
