"""Which format an access log is in: told by its content, exactly one, or the caller says which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from chartwarden.kernel.errors import Fault, InputRefused, refuse
from chartwarden.logs.contracts import Head, LogFormat, Source
from chartwarden.logs.opening import START, open_input
from chartwarden.logs.queries import formats


@dataclass(frozen=True)
class Recognised:
    """An access log, its format and the format's id."""

    id: str
    format: LogFormat
    source: Source


def recognise(path: Path, zone: ZoneInfo, scratch: Path, format_id: str | None = None) -> Recognised:
    """The format of the file at ``path``, and its plain bytes.

    ``format_id`` overrides what the content says. Raises InputRefused where the file can't be read, where no format or
    more than one knows it, or where there is no format of that id.
    """
    plain = open_input(path, scratch)
    beside = _beside(path)
    found = format_id or _by_content(path.name, plain, tuple(beside))
    if found not in formats():
        raise refuse(path.name, f"a known format: {', '.join(formats())}", repr(found))
    claims = formats()[found].claims
    companions = {
        name.removesuffix(".gz"): open_input(other, scratch)
        for name, other in beside.items()
        if claims and claims(name.removesuffix(".gz"))
    }
    return Recognised(found, formats()[found], Source(path.name, plain, zone, companions))


def recognise_all(
    paths: Sequence[Path], zone: ZoneInfo, scratch: Path, format_id: str | None = None
) -> list[Recognised | Path]:
    """The formats of several access logs. A file that another's format reads along with it stays a path.

    Raises InputRefused with every fault found.
    """
    faults: list[Fault] = []
    found: dict[Path, Recognised] = {}
    companions: set[Path] = set()
    claims = [known.claims for known in formats().values() if known.claims]
    for path in sorted(paths, key=lambda path: any(claim(path.name.removesuffix(".gz")) for claim in claims)):
        if path in companions:
            continue
        try:
            found[path] = recognise(path, zone, scratch, format_id)
        except InputRefused as refused:
            faults += refused.faults
        else:
            companions |= {
                path.with_name(name) for beside in found[path].source.companions for name in (beside, f"{beside}.gz")
            }
    if faults:
        raise InputRefused(*faults)
    return [found.get(path, path) for path in paths]


def _by_content(file: str, plain: Path, beside: tuple[str, ...]) -> str:
    with plain.open("rb") as source:
        head = Head(file, source.read(START), beside)
    candidates = [name for name, known in formats().items() if known.recognises(head)]
    if not candidates:
        found = f"an unknown format; known are {', '.join(formats())}; draft a mapping with `chartwarden map {file}`"
        raise refuse(file, "an access log in a known format", found)
    if len(candidates) > 1:
        raise refuse(file, "one format; choose one with --format", " and ".join(candidates))
    return candidates[0]


def _beside(path: Path) -> dict[str, Path]:
    return {other.name: other for other in sorted(path.parent.iterdir()) if other.is_file() and other != path}
