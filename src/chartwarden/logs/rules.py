"""What may become of an import, who may import what, and when a log looks like another clinic's. Pure."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.kernel.transitions import Transitions
from chartwarden.logs.contracts import Feed
from chartwarden.people.contracts import Permission

LOG = "log"
RECEIVING, RECEIVED, READING, READ = "receiving", "received", "reading", "read"
COUNTED, DISCARDED, REFUSED = "counted", "discarded", "refused"
GONE = (DISCARDED, REFUSED)
"""States from which the same file may be sent anew."""

IMPORT = Transitions(
    "file",
    {
        (RECEIVING, RECEIVED): RECEIVED,
        (RECEIVING, REFUSED): REFUSED,
        (RECEIVING, DISCARDED): DISCARDED,
        (RECEIVED, READING): READING,
        (RECEIVED, DISCARDED): DISCARDED,
        (READING, READING): READING,
        (READING, READ): READ,
        (READING, REFUSED): REFUSED,
        (READ, COUNTED): COUNTED,
        (READ, REFUSED): REFUSED,
        (READ, DISCARDED): DISCARDED,
        (READ, RECEIVED): RECEIVED,
        (REFUSED, RECEIVED): RECEIVED,
        (REFUSED, DISCARDED): DISCARDED,
    },
)
"""``reading`` from ``reading``: another worker takes over a reading that was broken off. ``received`` again: read anew,
as when the workforce has become known meanwhile."""

MOST_ATTEMPTS = 20
"""So often the reading of a file may break off, with rests that add up to half a day, before a person is asked: a sound
file outlives a machine that is switched off again and again, and one that ends every worker does so no more often."""
MOST_FAILURES = 5
"""So often the program itself may fail at a file before a person is asked."""
FREE_ATTEMPTS = 3
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)

NEEDS = {
    LOG: Permission.IMPORT_LOGS,
    "assignments": Permission.IMPORT_QUEUE,
    "tickets": Permission.IMPORT_QUEUE,
    "workforce": Permission.IMPORT_STAFF,
    "schedules": Permission.IMPORT_SCHEDULES,
    "leave": Permission.IMPORT_SCHEDULES,
    "vendors": Permission.IMPORT_STAFF,
    "baas": Permission.IMPORT_STAFF,
    "devices": Permission.IMPORT_DEVICES,
    "networks": Permission.IMPORT_DEVICES,
    "patients": Permission.IMPORT_PATIENTS,
}
"""What it takes to import each kind of file."""
TITLES = {
    LOG: "Access log",
    "assignments": "Coding queue",
    "tickets": "Tickets",
    "workforce": "Workforce",
    "schedules": "Working hours",
    "leave": "Leave",
    "vendors": "Vendors",
    "baas": "Vendor agreements",
    "devices": "Devices",
    "networks": "Networks",
    "patients": "Patients",
}
FIRST = ("workforce", "vendors", "patients")
"""Read before the rest, which speaks of them."""
LAW = "45 CFR 164.308(a)(1)(ii)(D)"
CITATION = "45 CFR 164.308(a)(4)(ii)(B)"
ENDINGS = (".csv", ".tsv", ".ndjson", ".parquet")


def rest(attempts: int) -> timedelta:
    """How long a file waits, besides the lease, after so many broken-off readings; others are read meanwhile."""
    if attempts <= FREE_ATTEMPTS:
        return timedelta(0)
    doublings: int = min(attempts - FREE_ATTEMPTS - 1, 10)
    return min(FIRST_REST * (1 << doublings), LONGEST_REST)


def may_import(permissions: Collection[Permission], kind: str) -> Decision:
    """Whether somebody of these permissions may import a file of this kind."""
    needed = NEEDS.get(kind, Permission.IMPORT_LOGS)
    if needed in permissions:
        return ALLOWED
    return refused(f"Your role here does not let you {needed.value}.", CITATION)


def importable(permissions: Collection[Permission]) -> tuple[str, ...]:
    """The kinds of file that somebody of these permissions may import."""
    return tuple(kind for kind, needed in NEEDS.items() if needed in permissions)


def kind_of(name: str, head: bytes, feeds: Iterable[Feed]) -> str:
    """What a file is, by its name, or else by the columns of its header: a feed's name, or ``log``.

    Only a header all of whose columns are a feed's is taken for that feed; anything else is a log, whose format is
    told by its content later.
    """
    known = tuple(feeds)
    stem = name.lower().removesuffix(".gz")
    for feed in known:
        if any(re.fullmatch(re.escape(feed.name) + r"([-_ .].*)?" + re.escape(ending), stem) for ending in ENDINGS):
            return feed.name
    columns = _columns(head)
    fitting = [feed for feed in known if columns and _fits(feed, columns)]
    return max(fitting, key=lambda feed: len(feed.columns)).name if len(fitting) == 1 else LOG


def _fits(feed: Feed, columns: frozenset[str]) -> bool:
    own = {column.name for column in feed.columns}
    required = {column.name for column in feed.columns if column.required}
    return required <= columns <= own and len(columns) > 1


def _columns(head: bytes) -> frozenset[str]:
    if head.startswith(b"\x1f\x8b"):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, 1 << 16)
        except zlib.error:
            return frozenset()
    line = head.decode("utf-8-sig", errors="replace").partition("\n")[0].strip()
    if line.startswith("{"):
        try:
            found = json.loads(line)
        except ValueError:
            return frozenset()
        return frozenset(found)
    mark = "\t" if "\t" in line else ","
    return frozenset(part.strip().strip('"') for part in line.split(mark) if part.strip())


SPEAKS = {"tickets": "permits you to open a record"}


def may_permit(kind: str, own_rows: Sequence[int]) -> Decision:
    """Whether a person may have tickets count of which these rows (from 1) are about themselves."""
    if not own_rows:
        return ALLOWED
    more = len(own_rows) - 1
    others = f", and so {'does' if more == 1 else 'do'} {more:,} more" if more else ""
    told = f"Row {own_rows[0]:,} {SPEAKS[kind]}{others}"
    return refused(f"{told}; somebody else must count this file.", LAW)


@dataclass(frozen=True)
class Acquaintance:
    """How many of a log's logins the workforce knows. ``foreign``: so few that it looks like another clinic's log."""

    known: int
    unknown: tuple[str, ...]
    foreign: bool

    @property
    def sentence(self) -> str:
        """What to say of a foreign log; empty where it is none."""
        if not self.foreign:
            return ""
        all_of_them = self.known + len(self.unknown)
        known = "none of its" if not self.known else f"only {self.known} of its"
        return (
            f"This looks like another clinic’s log: {known} {all_of_them:,} login{'' if all_of_them == 1 else 's'} "
            f"{'is' if all_of_them == 1 or self.known == 1 else 'are'} known here."
        )


def acquaintance(logins: Mapping[str, int], known: Collection[str], is_staffed: bool) -> Acquaintance:
    """Compare a log's logins with those of them that are ``known``. Foreign: fewer than one in five, and five at most.

    A hospital's log holds many logins that are nobody's in the coding workforce, so a log with more than a handful of
    known logins is the clinic's own, however many others it holds. Where the workforce has no logins at all
    (``is_staffed`` is false), nothing can be said.
    """
    unknown = tuple(login for login in logins if login not in known)
    familiar = len(logins) - len(unknown)
    foreign = bool(logins) and is_staffed and familiar < 5 and familiar * 5 < len(logins)
    return Acquaintance(familiar, unknown, foreign)
