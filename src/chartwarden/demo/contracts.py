"""What the evaluation may hold of a demo clinic: the truth about it."""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA = "chartwarden.truth/1"


@dataclass(frozen=True)
class Known:
    """A planted violation, or a hard negative: something proper that looks improper.

    ``coder`` is a person, or the login of an actor that nobody knows. ``patient`` is None where no single patient is
    the point. ``begins`` and ``ends`` are ISO 8601 in UTC, None where there is no access (a relative's chart handed
    back unopened). ``events`` are ids of the access log.
    """

    kind: str
    variant: str
    coder: str
    patient: str | None
    begins: str | None
    ends: str | None
    events: tuple[str, ...]


@dataclass(frozen=True)
class Truth:
    """All that is known of a demo clinic.

    ``coder_weeks`` counts the weeks in which coders and auditors were at work. ``improper`` accesses are those of the
    violations; every other access in scope is proper. ``under_assignment`` lists those improper events that an
    assignment in the feeds covers (a stranger's device used for real work), so that they count as explained;
    ``no_record`` lists those that open no record (searches, logins).
    """

    seed: int
    coder_weeks: int
    violations: tuple[Known, ...]
    hard_negatives: tuple[Known, ...]
    under_assignment: frozenset[str]
    no_record: frozenset[str]

    @property
    def improper(self) -> frozenset[str]:
        """Event ids of every planted violation."""
        return frozenset(event for known in self.violations for event in known.events)
