"""Which clinic a command is about."""

from __future__ import annotations

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.errors import refuse


def one_clinic(named: str | None) -> Clinic:
    """The clinic of that id or exact name; without one, the only clinic there is. Raises InputRefused."""
    from chartwarden.clinics.queries import clinics
    from chartwarden.clinics.services import across_clinics

    with across_clinics():
        found = [one for one in clinics() if named is None or named in (str(one.id), one.id.hex, one.name)]
    if len(found) != 1:
        raise refuse("CLINIC", "the id or the exact name of one clinic", f"{len(found)} that it may be")
    return found[0]
