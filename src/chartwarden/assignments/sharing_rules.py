"""Who gets work that is nobody's, by the rules of a supervisor. Pure.

Rules stand in an order. A piece of work goes by the first that fits it and has somebody free: of those, to whoever has
least before them. What no rule fits, and what nobody is free for, stays and is counted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chartwarden.assignments.rules import KINDS
from chartwarden.kernel.errors import refuse

MOST_RULES, MOST_DAYS, MOST_EACH = 30, 365, 1000
NO_RULE, FULL, APART = "no_rule", "full", "apart"
LEFT = {
    NO_RULE: "no rule fits",
    FULL: "everybody whom a rule names has enough, or is away",
    APART: "everybody who is free is kept apart from the patient",
}
"""Why work stays."""


@dataclass(frozen=True, slots=True)
class ShareRule:
    """Work of these ``kinds`` (none: any) that waits for ``waits_days`` or longer goes to these ``coders``, or to a
    ``team``: a vendor's, "" the clinic's own; None, and no coders: anybody. Nobody gets more than ``most`` open pieces
    by it; 0: as many as there are."""

    id: UUID
    kinds: frozenset[str] = frozenset()
    waits_days: int = 0
    coders: frozenset[UUID] = frozenset()
    team: str | None = None
    most: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """Work that is nobody's: since when it waits, and who must not get it, such as whose coding it looks at again."""

    id: UUID
    kind: str
    since: datetime
    not_to: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Free:
    """A coder who is engaged and not away: their team, and how much is open before them."""

    person: UUID
    team: str
    open: int


@dataclass(frozen=True)
class Plan:
    """Who would get what, in the order in which it is given; why the rest stays, counted."""

    given: Mapping[UUID, UUID] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def each(self) -> dict[UUID, int]:
        """How much each coder would get."""
        found: dict[UUID, int] = {}
        for coder in self.given.values():
            found[coder] = found.get(coder, 0) + 1
        return found

    @property
    def digest(self) -> str:
        """By which a plan that was looked at is known again: a SHA-256 in hex."""
        lines = sorted(f"{piece} {coder}\n" for piece, coder in self.given.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def plan(
    work: Iterable[Piece],
    rules: Sequence[ShareRule],
    coders: Iterable[Free],
    at: datetime,
    apart: Callable[[UUID, UUID], bool] = lambda _piece, _coder: False,
) -> Plan:
    """Share work out. What an earlier rule fits comes first, then the oldest. ``apart`` says whether a piece (its id)
    must not go to a coder; it is asked of no more coders than need be."""
    free = {one.person: one for one in coders}
    load = {person: one.open for person, one in free.items()}
    given: dict[UUID, UUID] = {}
    left: dict[str, int] = {}
    for fitting, piece in sorted(((_fitting(one, rules, at), one) for one in work), key=_turn):
        coder, why = _choose(piece, [rules[number] for number in fitting], free, load, apart)
        if coder is None:
            left[why] = left.get(why, 0) + 1
        else:
            given[piece.id] = coder
            load[coder] += 1
    return Plan(given, left)


def _fitting(piece: Piece, rules: Sequence[ShareRule], at: datetime) -> tuple[int, ...]:
    return tuple(
        number
        for number, rule in enumerate(rules)
        if (not rule.kinds or piece.kind in rule.kinds) and at - piece.since >= timedelta(days=rule.waits_days)
    )


def _turn(one: tuple[tuple[int, ...], Piece]) -> tuple[int, datetime, UUID]:
    fitting, piece = one
    return fitting[0] if fitting else MOST_RULES, piece.since, piece.id


def _choose(
    piece: Piece,
    fitting: Sequence[ShareRule],
    free: Mapping[UUID, Free],
    load: Mapping[UUID, int],
    apart: Callable[[UUID, UUID], bool],
) -> tuple[UUID | None, str]:
    why = FULL if fitting else NO_RULE
    for rule in fitting:
        able = [who for who, one in free.items() if takes(rule, one) and (not rule.most or load[who] < rule.most)]
        for who in sorted(able, key=lambda who: (load[who], who)):
            if who not in piece.not_to and not apart(piece.id, who):
                return who, ""
            why = APART
    return None, why


def takes(rule: ShareRule, coder: Free) -> bool:
    """Whether a rule names a coder."""
    if rule.coders:
        return coder.person in rule.coders
    return rule.team is None or rule.team == coder.team


def checked(rules: Sequence[ShareRule]) -> tuple[ShareRule, ...]:
    """Rules as they are kept. Raises InputRefused for a kind or a number that won't do, or too many of them."""
    if len(rules) > MOST_RULES:
        raise refuse("rules", f"at most {MOST_RULES}", f"{len(rules)}")
    if len({rule.id for rule in rules}) < len(rules):
        raise refuse("rules", "each once", "one twice")
    for rule in rules:
        if strange := sorted(rule.kinds - KINDS.keys()):
            raise refuse("kind of work", "one of " + ", ".join(KINDS), repr(strange[0][:40]))
        if not 0 <= rule.waits_days <= MOST_DAYS:
            raise refuse("days it waits", f"0 to {MOST_DAYS}", f"{rule.waits_days}")
        if not 0 <= rule.most <= MOST_EACH:
            raise refuse("most for each", f"0 to {MOST_EACH}", f"{rule.most}")
        if rule.coders and rule.team is not None:
            raise refuse("rule", "either coders or a team", "both")
    return tuple(rules)


def kept(rules: Iterable[ShareRule]) -> list[dict[str, Any]]:
    """Rules as JSON, always in the same order of names and values."""
    return [
        {
            "id": str(one.id),
            "kinds": sorted(one.kinds),
            "waits_days": one.waits_days,
            "coders": sorted(str(coder) for coder in one.coders),
            "team": one.team,
            "most": one.most,
        }
        for one in rules
    ]


def read(found: Iterable[Mapping[str, Any]]) -> tuple[ShareRule, ...]:
    """Rules from JSON."""
    return tuple(
        ShareRule(
            UUID(one["id"]), frozenset(one["kinds"]), one["waits_days"],
            frozenset(UUID(coder) for coder in one["coders"]), one["team"], one["most"],
        )
        for one in found
    )  # fmt: skip


def digest(rules: Iterable[ShareRule]) -> str:
    """The SHA-256 of rules as they are kept, in hex."""
    return hashlib.sha256(json.dumps(kept(rules), sort_keys=True, separators=(",", ":")).encode()).hexdigest()
