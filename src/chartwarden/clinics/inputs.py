"""One number a clinic that grows with every change of what its reviews are made from, by a file or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from chartwarden.clinics import models


def inputs_changed(clinic: UUID, what: str) -> int:
    """Note that something reviews are made from has changed, in the transaction that changes it; returns the revision.

    ``what`` is the kind of input: a feed's name, ``log``, or what somebody changed by hand (``settings`` and the like).
    Called after the change's entry was appended: the ledger is locked first everywhere, so that nobody waits in a ring.
    """
    rows = models.ReviewInputs.objects.select_for_update()
    row, _ = rows.get_or_create(clinic_id=clinic)
    row.revision += 1
    row.changed = {**row.changed, what: row.revision}
    row.save(update_fields=["revision", "changed"])
    return row.revision


def inputs_revision(clinic: UUID) -> int:
    """The revision of what the clinic's reviews are made from; 0 where nothing was ever brought in."""
    found = models.ReviewInputs.objects.filter(clinic_id=clinic).values_list("revision", flat=True).first()
    return found or 0


def inputs_changed_at(clinic: UUID) -> Mapping[str, int]:
    """The revision at which each kind of input last changed; one that never did is absent."""
    found = models.ReviewInputs.objects.filter(clinic_id=clinic).values_list("changed", flat=True).first()
    return dict(found or {})
