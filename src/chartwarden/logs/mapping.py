"""Drafts the mapping of an unknown CSV: a TOML guessed from its header and first rows, to be checked by a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chartwarden.kernel.errors import refuse
from chartwarden.logs.formats._accesses_feed import FEED
from chartwarden.logs.formats._mapping_file import DELIMITERS
from chartwarden.logs.guesses import NAMES, TIMES, WORDS, fits, guess_time, guess_word
from chartwarden.logs.opening import open_input
from chartwarden.logs.tables.records import Records
from chartwarden.logs.tables.values import RowFault, trimmed

ROWS = 1000
WORDS_SHOWN = 40


@dataclass(frozen=True)
class Sample:
    """The first rows of a file: its delimiter, and the values of each column, blanks left out."""

    delimiter: str
    columns: dict[str, list[str]]


def draft(path: Path) -> str:
    """The TOML for the file at ``path``, with comments on what to check.

    Raises InputRefused where the file can't be read as text with a header.
    """
    with TemporaryDirectory() as scratch:
        sample = _sample(open_input(path, Path(scratch)), path.name)
    places = _places(sample)
    lines = [
        f"# A draft for {path.name}, guessed from its header and first rows. Check every line, then keep it beside the",
        "# file under this name: the file's own, ending in .toml.",
        f"delimiter = {_toml(sample.delimiter)}",
    ]
    lines += _time_lines(sample, places)
    lines += ["", "[columns]"]
    for column in FEED.columns:
        lines.append(_column_line(column.name, column.required, column.meaning, places.get(column.name)))
    unused = [name for name in sample.columns if name not in {used for joined in places.values() for used in joined}]
    if unused:
        lines.append(f"# Not used: {', '.join(_toml(name) for name in unused)}")
    for name in WORDS:
        if name in places:
            lines += ["", *_word_lines(name, sample.columns[places[name][0]])]
    return "\n".join((*lines, ""))


def _sample(path: Path, file: str) -> Sample:
    with path.open("rb") as source:
        start = source.readline(1 << 16).decode("utf-8-sig", errors="replace")
        mark = max(DELIMITERS, key=start.count)
        source.seek(0)
        each = iter(Records(source, mark))
        _, names = next(each, (1, []))
        if isinstance(names, RowFault) or not any(name.strip() for name in names):
            raise refuse(file, "a header row", "none")
        header = [name.removeprefix("\ufeff").strip() for name in names]
        rows = [fields for (_, fields), _ in zip(each, range(ROWS), strict=False) if not isinstance(fields, RowFault)]
    whole = [fields for fields in rows if len(fields) == len(header)]
    columns = {name: [v for row in whole if (v := trimmed(row[at]))] for at, name in enumerate(header) if name}
    return Sample(mark, columns)


def _places(sample: Sample) -> dict[str, tuple[str, ...]]:
    """For each column of the feed the file's column that fits best by name. Each is given once."""
    places: dict[str, tuple[str, ...]] = {}
    free = dict.fromkeys(sample.columns)
    for column, patterns in NAMES.items():
        for pattern in patterns:
            found = next((name for name in free if fits(name, pattern)), None)
            if found is not None:
                places[column] = (found,)
                del free[found]
                break
    return _with_time_of_day(sample, places, list(free))


def _with_time_of_day(
    sample: Sample, places: dict[str, tuple[str, ...]], free: list[str]
) -> dict[str, tuple[str, ...]]:
    """A date and a time of day in two columns are joined."""
    day = places.get("occurred_at")
    if day and guess_time(sample.columns[day[0]]) is None:
        for name in free:
            joined = [f"{a} {b}" for a, b in zip(sample.columns[day[0]], sample.columns[name], strict=False)]
            if "time" in name.lower() and guess_time(joined):
                return {**places, "occurred_at": (*day, name)}
    return places


def _time_lines(sample: Sample, places: dict[str, tuple[str, ...]]) -> list[str]:
    zone = '# zone = "America/Chicago"  # the zone its local times are in, where that is not the clinic\'s'
    joined = places.get("occurred_at")
    if joined is None:
        return [zone]
    values = [" ".join(parts) for parts in zip(*(sample.columns[name] for name in joined), strict=False)]
    found = guess_time(values)
    if found is None:
        return [f'time = ""  # how times are written, as strptime; found {values[:1]}', zone]
    if found == TIMES[0]:
        return ["# Its times are ISO 8601.", zone]
    day_first = "  # check: which is the day, which the month?" if "%m" in found and "%d" in found else ""
    return [f"time = {_toml(found)}{day_first}", zone]


def _column_line(name: str, required: bool, meaning: str, joined: tuple[str, ...] | None) -> str:
    if joined is None:
        return f'{name} = ""  # not found, but required: {meaning}' if required else f'# {name} = ""  # {meaning}'
    value = _toml(joined[0]) if len(joined) == 1 else f"[{', '.join(map(_toml, joined))}]"
    return f"{name} = {value}  # {meaning}"


def _word_lines(name: str, values: list[str]) -> list[str]:
    words = dict.fromkeys(values)
    lines = [f"[values.{name}]  # one of: {', '.join(WORDS[name])}"]
    for word in list(words)[:WORDS_SHOWN]:
        guess = guess_word(name, word)
        if guess is None:
            lines.append(f'# {_toml(word)} = ""  # what is it? Until it is said, its rows go to quarantine')
        elif guess != word:
            lines.append(f"{_toml(word)} = {_toml(guess)}")
    if len(words) > WORDS_SHOWN:
        lines.append(f"# and {len(words) - WORDS_SHOWN} more")
    return lines


def _toml(value: str) -> str:
    """A basic string of TOML."""
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c for c in value)
    return '"' + escaped.replace("\\u", "\0u").replace("\\", "\\\\").replace("\0u", "\\u").replace('"', '\\"') + '"'
