"""What was read of an import, as it lies sealed in its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from chartwarden.clinics.services import seal, unseal
from chartwarden.kernel.errors import InputRefused
from chartwarden.logs import models, vault
from chartwarden.logs.contracts import FeedRead, LogRead, QuarantinedRow
from chartwarden.logs.import_contracts import Preview

SHOWN = 50
MOST_LOGINS = 5_000


@dataclass(frozen=True)
class Faults:
    """Why a file was refused: (where, expected, found)."""

    told: tuple[tuple[str, str, str], ...]

    @staticmethod
    def of(refused: InputRefused) -> Faults:
        """Those of a refusal."""
        return Faults(tuple((fault.where, fault.expected, fault.found) for fault in refused.faults[:SHOWN]))


def of_log(read: LogRead) -> Preview:
    """What to show of a log before it counts."""
    busiest = list(read.logins)[:MOST_LOGINS]
    return Preview(
        title=read.title,
        counts=read.counts,
        quarantine=read.quarantined[:SHOWN],
        not_accesses=dict(read.not_accesses),
        guessed=read.guessed,
        days=read.days,
        missing=read.days_missing,
        logins={login: read.logins[login] for login in busiest},
        last_seen={login: read.last_seen[login] for login in busiest},
        silences=tuple((silence.begins, silence.ends) for silence in read.coverage.silences),
        jumps=tuple(moment for _, moment in read.coverage.jumps),
        recorded_early=read.coverage.recorded_early,
    )


def of_feed(title: str, read: FeedRead) -> Preview:
    """What to show of a feed before it counts."""
    return Preview(
        title=title,
        counts=(read.count,),
        quarantine=read.quarantined[:SHOWN],
        guessed=read.guessed,
        present=read.present,
    )


def sealed(clinic: UUID, preview: Preview) -> bytes:
    """A preview sealed."""
    return seal(clinic, vault.PURPOSE, msgspec.json.encode(preview))


def sealed_faults(clinic: UUID, faults: Faults) -> bytes:
    """A preview that only tells why the file was refused."""
    return sealed(clinic, Preview(faults=faults.told))


def preview_of(row: models.LogImport) -> Preview:
    """The preview of an import; an empty one where nothing was read yet."""
    if row.preview is None:
        return Preview()
    return msgspec.json.decode(unseal(row.clinic_id, vault.PURPOSE, row.preview), type=Preview)


def name_of(row: models.LogImport) -> str:
    """The file's name as given."""
    return unseal(row.clinic_id, vault.PURPOSE, row.name).decode()


def digest_of(row: models.LogImport) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal; empty before it was received."""
    return unseal(row.clinic_id, vault.PURPOSE, row.facts).decode() if row.facts is not None else ""


def quarantine_bytes(rows: Sequence[QuarantinedRow]) -> bytes:
    """All rows in quarantine, to be kept in a sealed file."""
    return msgspec.json.encode(rows)


def quarantine_rows(data: bytes) -> tuple[QuarantinedRow, ...]:
    """What ``quarantine_bytes`` was given."""
    return msgspec.json.decode(data, type=tuple[QuarantinedRow, ...])
