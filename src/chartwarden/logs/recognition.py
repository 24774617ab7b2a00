"""Which format an access log is in: told by its content, exactly one, or the caller says which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from chartwarden.kernel.errors import Fault, InputRefused, refuse
from chartwarden.logs.contracts import Head, LogFormat, Source
from chartwarden.logs.opening import START, open_input
from chartwarden.logs.queries import formats


@dataclass(frozen=True)
class Recognised:
    """An access log, its format and the format's id. ``is_known``: the format knows the file by its content."""

    id: str
    format: LogFormat
    source: Source
    is_known: bool = True


@dataclass(frozen=True)
class ReadAlong:
    """A file that a format reads along with another: the format's id, and how many rows the file holds."""

    id: str
    rows: int


def recognise(
    path: Path, zone: ZoneInfo, scratch: Path, format_id: str | None = None, name: str | None = None
) -> Recognised:
    """The format of the file at ``path``, and its plain bytes.

    ``name`` is what the file is called in the result, where that is not its own name. ``format_id`` overrides what the
    content says. Raises InputRefused where the file can't be read, where no format or more than one knows it, or where
    there is no format of that id.
    """
    name = name or path.name
    plain = open_input(path, scratch)
    beside = _beside(path)
    head = Head(path.name, _start(plain), tuple(beside))
    found = format_id or _by_content(name, head)
    if found not in formats():
        raise refuse(name, f"a known format: {', '.join(formats())}", repr(found))
    claims = formats()[found].claims
    companions = {
        known.removesuffix(".gz"): open_input(other, scratch)
        for known, other in beside.items()
        if claims and claims(known.removesuffix(".gz"))
    }
    chosen = formats()[found]
    return Recognised(found, chosen, Source(name, plain, zone, companions), chosen.recognises(head))


def recognise_all(
    paths: Sequence[Path], zone: ZoneInfo, scratch: Path, format_id: str | None = None
) -> list[Recognised | ReadAlong]:
    """The formats of several access logs. A file that another's format reads along with it is told as such.

    Raises InputRefused with every fault found.
    """
    names = names_of(paths)
    faults: list[Fault] = []
    found: dict[Path, Recognised] = {}
    along: dict[Path, ReadAlong] = {}
    claims = [known.claims for known in formats().values() if known.claims]
    for path in sorted(paths, key=lambda path: any(claim(path.name.removesuffix(".gz")) for claim in claims)):
        if path in along:
            continue
        try:
            found[path] = recognise(path, zone, scratch, format_id, names[path])
        except InputRefused as refused:
            faults += refused.faults
        else:
            along |= _along(path, found[path], set(paths))
    if faults:
        raise InputRefused(*faults)
    return [found.get(path) or along[path] for path in paths]


def _along(path: Path, log: Recognised, paths: Collection[Path]) -> dict[Path, ReadAlong]:
    """Those of ``paths`` that are companions of the log at ``path``."""
    count = log.format.companion_rows
    return {
        other: ReadAlong(log.id, count(name, plain) if count else 0)
        for name, plain in log.source.companions.items()
        for other in (path.with_name(name), path.with_name(f"{name}.gz"))
        if other in paths
    }


def names_of(paths: Sequence[Path]) -> dict[Path, str]:
    """What each input is called in the result: its file name.

    Inputs of one file name are told apart by their path from the folder that holds all inputs, named with it
    (``accesses/a/log.csv``).
    """
    times = Counter(path.name for path in set(paths))
    shared = next((up for up in (paths[0].parents if paths else ()) if all(p.is_relative_to(up) for p in paths)), None)
    return {
        path: path.name if times[path.name] == 1 else (path.relative_to(shared.parent) if shared else path).as_posix()
        for path in paths
    }


def _start(plain: Path) -> bytes:
    with plain.open("rb") as source:
        return source.read(START)


def _by_content(file: str, head: Head) -> str:
    candidates = [name for name, known in formats().items() if known.recognises(head)]
    if not candidates:
        found = (
            f"an unknown format; known are {', '.join(formats())}; draft a mapping with `chartwarden map {head.name}`"
        )
        raise refuse(file, "an access log in a known format", found)
    if len(candidates) > 1:
        raise refuse(file, "one format; choose one with --format", " and ".join(candidates))
    return candidates[0]


def _beside(path: Path) -> dict[str, Path]:
    return {other.name: other for other in sorted(path.parent.iterdir()) if other.is_file() and other != path}
