"""``chartwarden doctor``: looks at an installation from the outside in, and says of each thing how it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from chartwarden.kernel.errors import InputRefused
from chartwarden.web.contracts import Finding, Level
from chartwarden.web.examining_files import of_disk, of_folder, of_incoming, of_keys, of_programs


def examine(data: Path) -> Iterator[Finding]:
    """Everything, one finding after another. What can't be looked at because of an earlier fault is left out."""
    yield from of_programs()
    folder = list(of_folder(data))
    yield from folder
    if not data.is_dir():
        return
    yield from of_disk(data)
    keys = list(of_keys(data))
    yield from keys
    from chartwarden.web import serving

    try:
        serving.point_at(data)
        serving.set_up()
    except InputRefused as refused:
        yield Finding(Level.WRONG, f"settings: {refused.faults[0].where}", str(refused.faults[0]))
        return
    from chartwarden.web import examining_database as database
    from chartwarden.web import examining_work as working

    now = datetime.now(UTC)
    found = list(database.of_database())
    yield from found
    if not any(one.level is Level.WRONG for one in found):
        yield from database.of_role()
        with suppress(InputRefused):  # said above, with the keys
            yield from database.of_data_keys()
        yield from database.of_ledgers(now)
        yield from of_incoming(data, database.clinic_ids())
    yield from working.of_worker(data, now)
    yield from working.of_mail()
