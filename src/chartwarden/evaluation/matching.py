"""Which planted violations a case hits.

A case hits a violation where both name the same coder and share an event. Where the case lists no events (a log format
that has no ids), it hits where the coder is the same, the times overlap, and the patients agree: they are equal, or
one of the two is about no single patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chartwarden.demo.contracts import Known
from chartwarden.evaluation.contracts import Case
from chartwarden.evaluation.findings import instant


class Matcher:
    """Finds, for each case, the known deeds that it hits; by their place in the list given."""

    def __init__(self, deeds: Sequence[Known]) -> None:
        self.deeds = deeds
        self._by_event: dict[tuple[str, str], list[int]] = {}
        self._by_coder: dict[str, list[int]] = {}
        for place, deed in enumerate(deeds):
            self._by_coder.setdefault(deed.coder, []).append(place)
            for event in deed.events:
                self._by_event.setdefault((deed.coder, event), []).append(place)

    def hits(self, case: Case) -> frozenset[int]:
        """The deeds that the case hits."""
        if case.events:
            places = (self._by_event.get((case.coder, event), ()) for event in case.events)
            return frozenset(place for found in places for place in found)
        return frozenset(
            place for place in self._by_coder.get(case.coder, ()) if _same_time_and_patient(case, self.deeds[place])
        )

    def all_hits(self, cases: Iterable[Case]) -> list[frozenset[int]]:
        """The same for every case, in their order."""
        return [self.hits(case) for case in cases]


def _same_time_and_patient(case: Case, deed: Known) -> bool:
    if deed.begins is None or deed.ends is None:
        return False
    agree = case.patient == deed.patient or case.patient is None or deed.patient is None
    return agree and case.begins <= instant(deed.ends) and instant(deed.begins) <= case.ends
