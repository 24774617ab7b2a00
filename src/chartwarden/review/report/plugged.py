"""Titles and citations of what is plugged in, by id; an id that nothing is plugged in for reads as its words."""

from __future__ import annotations

from dataclasses import dataclass

from chartwarden.kernel.plugins import discover
from chartwarden.review.contracts import Detector, Explanation
from chartwarden.review.report.words import as_words


@dataclass(frozen=True)
class Named:
    """Titles and citations by id."""

    titles: dict[str, str]
    citations: dict[str, str]

    def title(self, identifier: str) -> str:
        """The title, or the id as words."""
        return self.titles.get(identifier, as_words(identifier))

    def citation(self, identifier: str) -> str:
        """The rule, or nothing."""
        return self.citations.get(identifier, "")


def detectors() -> Named:
    """Every detector plugged in."""
    found = discover("chartwarden.review.detectors", "DETECTOR", Detector)
    return Named({i: d.title for i, d in found.items()}, {i: d.citation for i, d in found.items()})


def explanations() -> Named:
    """Every explanation plugged in."""
    found = discover("chartwarden.review.explanations", "EXPLANATION", Explanation)
    return Named({i: e.title for i, e in found.items()}, {i: e.citation for i, e in found.items()})
