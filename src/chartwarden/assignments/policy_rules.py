"""The minimum-necessary policy: which class of the workforce sees what, for which work, under which conditions. Pure.

45 CFR 164.514(d)(2) asks for the classes of persons, the categories of information and the conditions; (d)(5) for a
justification where it is the whole record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chartwarden.assignments.contracts import RecordClass, Scope
from chartwarden.assignments.rules import JUSTIFICATIONS, KINDS
from chartwarden.kernel.errors import refuse

SCHEMA = "chartwarden.policy/1"
CITATION = "45 CFR 164.514(d)(2), (d)(5)"
ROLES = {"coder": "Coders", "qa_auditor": "Quality auditors"}
"""The classes of the workforce that open records."""
CLASSES = {
    RecordClass.OVERVIEW: "Overview",
    RecordClass.NOTES: "Provider notes",
    RecordClass.OPERATIVE: "Operative reports",
    RecordClass.LABORATORY: "Pathology and laboratory",
    RecordClass.RADIOLOGY: "Radiology",
    RecordClass.DISCHARGE: "Discharge summaries",
    RecordClass.PRIOR_AUTHORIZATION: "Prior authorizations",
}
CONDITIONS = {
    "encounter_only": ("only its encounter", "all encounters"),
    "printing": ("printing", "no printing"),
    "copies": ("copies", "no copies"),
}
"""Each condition, where it holds and where it does not."""


@dataclass(frozen=True, slots=True)
class Clause:
    """What one class of the workforce sees for one kind of work. What no clause names is not seen."""

    role: str
    kind: str
    classes: frozenset[RecordClass]
    encounter_only: bool = False
    printing: bool = False
    copies: bool = False

    @property
    def whole(self) -> bool:
        """Whether it is the whole record, which takes a justification."""
        return self.classes == frozenset(RecordClass) and not self.encounter_only


@dataclass(frozen=True, slots=True)
class Change:
    """What a draft does to one clause: each word of ``more`` is new, each of ``less`` is gone."""

    role: str
    kind: str
    more: tuple[str, ...]
    less: tuple[str, ...]


STARTING = tuple(
    Clause(role, kind, frozenset(RecordClass))
    for role, kinds in (("coder", [one for one in KINDS if one != "qa_review"]), ("qa_auditor", ["qa_review", "audit"]))
    for kind in kinds
)  # fmt: skip
"""What a clinic's first draft proposes: the whole record for the work of each class, no printing, no copies."""


def checked(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Clauses in the order of a policy. Raises InputRefused for a role, a kind or a set of classes that won't do."""
    found: dict[tuple[str, str], Clause] = {}
    for one in clauses:
        if one.role not in ROLES:
            raise refuse("role", "one of " + ", ".join(ROLES), repr(one.role[:40]))
        if one.kind not in KINDS:
            raise refuse("kind of work", "one of " + ", ".join(KINDS), repr(one.kind[:40]))
        if (one.role, one.kind) in found:
            raise refuse("clauses", "one for each role and kind of work", f"two for {one.role}, {one.kind}")
        if RecordClass.OVERVIEW not in one.classes:
            raise refuse("classes", "the overview among them, which says whose record it is", "none")
        found[one.role, one.kind] = one
    if not found:
        raise refuse("clauses", "one or more", "none")
    return tuple(found[role, kind] for role in ROLES for kind in KINDS if (role, kind) in found)


def contents(clauses: Sequence[Clause]) -> dict[str, Any]:
    """A policy as it is kept: each clause in full, and the justification of each kind of work that it lets see."""
    return {
        "schema": SCHEMA,
        "justifications": {kind: JUSTIFICATIONS[kind] for kind in KINDS if any(one.kind == kind for one in clauses)},
        "clauses": [
            {
                "role": one.role,
                "kind": one.kind,
                "classes": [name.value for name in RecordClass if name in one.classes],
                **{name: getattr(one, name) for name in CONDITIONS},
            }
            for one in clauses
        ],
    }


def clauses_of(kept: Mapping[str, Any]) -> tuple[Clause, ...]:
    """The clauses of a policy as it is kept."""
    return tuple(
        Clause(
            one["role"], one["kind"], frozenset(RecordClass(name) for name in one["classes"]),
            *(one[name] for name in CONDITIONS),
        )
        for one in kept["clauses"]
    )  # fmt: skip


def digest(kept: Mapping[str, Any]) -> str:
    """The SHA-256 of a policy as it is kept, in hex: over JSON with sorted names and no spaces, in UTF-8."""
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def scope_of(clauses: Iterable[Clause], version: int, kind: str, roles: Collection[str]) -> Scope:
    """What somebody with these roles sees for this kind of work, and nothing where no clause is theirs.

    Of several clauses: every class that one of them names; but only the assignment's encounter where one of them says
    so, and printing and copies only where all allow it. So two roles never add up to more than a clause says: the whole
    encounter by one, and an overview of all encounters by the other, are not the whole of all encounters. Who needs
    what one clause alone gives is to hold that role alone.
    """
    own = [one for one in clauses if one.kind == kind and one.role in roles]
    return Scope(
        classes=frozenset[RecordClass]().union(*(one.classes for one in own)),
        encounter_only=not own or any(one.encounter_only for one in own),
        printing=bool(own) and all(one.printing for one in own),
        copies=bool(own) and all(one.copies for one in own),
        version=version,
    )


def changes(before: Iterable[Clause], after: Iterable[Clause]) -> list[Change]:
    """What differs, clause by clause, in the order of a policy."""
    old, new = ({(one.role, one.kind): one for one in them} for them in (before, after))
    found = []
    for role in ROLES:
        for kind in KINDS:
            was, now = _words(old.get((role, kind))), _words(new.get((role, kind)))
            if was != now:
                more = tuple(word for word in now if word not in was)
                found.append(Change(role, kind, more, tuple(word for word in was if word not in now)))
    return found


def _words(clause: Clause | None) -> tuple[str, ...]:
    """All that a clause gives, so that more words are always more to see or do."""
    if clause is None:
        return ()
    given = (("other encounters", not clause.encounter_only), ("printing", clause.printing), ("copies", clause.copies))
    classes = (word for name, word in CLASSES.items() if name in clause.classes)
    return (*classes, *(word for word, held in given if held))
