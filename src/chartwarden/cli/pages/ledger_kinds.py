"""Every kind of ledger entry as a page."""

from __future__ import annotations

from chartwarden.cli.pages.markdown import literal, page, table
from chartwarden.web.contracts import KINDS

INTRODUCTION = (
    "Every change leaves an entry in the clinic's ledger, in the same transaction. An entry says when it was, in which "
    "clinic, who did it (`person:`, `token:` or `system:` and an opaque id), its kind, its subject and its facts. It "
    "holds no patient, no name, and no free text: subjects are opaque ids, and of words only a salted commitment is "
    "kept, which shows later that the words were not altered and says nothing without them."
)


def ledger_kinds_page() -> str:
    """Room by room: each kind, what it tells, and its fields."""
    parts = []
    for room in sorted({kind.partition(".")[0] for kind in KINDS}):
        rows = [
            (
                literal(kind),
                f"Somebody {_plain(one.said)}.",
                *(_fields(f) for f in (one.subject, one.facts, one.private)),
            )
            for kind, one in KINDS.items()
            if kind.partition(".")[0] == room
        ]
        parts += [f"## {room}", table(("kind", "what it tells", "subject", "facts", "committed to"), rows)]
    return page("Kinds of ledger entries", INTRODUCTION, *parts)


def _fields(names: str) -> str:
    return ", ".join(literal(name) for name in names.split())


def _plain(said: str) -> str:
    return said.replace("{person}", "a person").replace("the role {role}", "a role").replace(" (done by {by})", "")
