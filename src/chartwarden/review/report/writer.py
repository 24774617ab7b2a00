"""Writes findings.json, the reports and quarantine.csv into a folder: all of them whole, or none of them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.logs.queries import quarantine_csv
from chartwarden.review.contracts import Findings
from chartwarden.review.findings_json import findings_json
from chartwarden.review.report.content import IN_FULL, page
from chartwarden.review.report.html import review_html
from chartwarden.review.report.pdf import review_pdf

NAMES = ("findings.json", "review.html", "review.pdf", "quarantine.csv")
EXPECTED = "a folder that can be written"


def check_writable(out: Path) -> None:
    """Make the folder if need be, and prove that it takes files, before long work. Raises InputRefused naming it."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as fault:
        raise _refused(out, fault) from None
    for name in NAMES:
        if (out / name).is_dir():
            raise refuse(str(out / name), "a file, or nothing yet", "a folder")


@contextlib.contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Prove before long work that ``out`` takes files; where the work fails, an ``out`` that was made goes away."""
    made = not out.exists()
    check_writable(out)
    try:
        yield
    except BaseException:
        if made and not any(out.iterdir()):
            out.rmdir()
        raise


def write_reports(findings: Findings, out: Path, limit: int = IN_FULL) -> tuple[Path, ...]:
    """Write the files of NAMES, the first ``limit`` cases in full, and return their paths. What stood there is replaced
    only when all are whole. Raises InputRefused naming the folder where it can't be written."""
    check_writable(out)
    data = findings_json(findings)
    shown = page(findings, hashlib.sha256(data).hexdigest(), limit)
    contents = (data, review_html(shown), review_pdf(shown, findings.period), quarantine_csv(findings.quarantined))
    return _replace_all(out, dict(zip(NAMES, contents, strict=True)))


def _replace_all(out: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    waiting: dict[Path, Path] = {}
    try:
        for name, content in contents.items():
            waiting[out / name] = _written(out, content)
        for target, ready in waiting.items():
            os.replace(ready, target)
    except OSError as fault:
        raise _refused(out, fault) from None
    finally:
        for ready in waiting.values():
            with contextlib.suppress(FileNotFoundError):
                ready.unlink()
    return tuple(waiting)


def _written(out: Path, content: bytes) -> Path:
    """The content in a file of its own beside its target, on disk before its name is."""
    handle, name = tempfile.mkstemp(prefix=".chartwarden-", dir=out)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        os.unlink(name)
        raise
    return Path(name)


def _refused(out: Path, fault: OSError) -> InputRefused:
    return refuse(str(out), EXPECTED, fault.strerror or str(fault))
