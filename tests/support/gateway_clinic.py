"""A clinic on the disk whose people do as they are told on standard input: one JSON list a line, verb and arguments.

``python -m tests.support.gateway_clinic DATA``, beside a gateway on the same folder.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from chartwarden.web.serving import make_ready


def now() -> datetime:
    """The present."""
    return datetime.now(UTC)


class Desk:
    """A supervisor, two coders and what they do."""

    def __init__(self, name: str = "Lakeside Clinic") -> None:
        from chartwarden.clinics.services import open_clinic
        from chartwarden.kernel.actors import Actor

        self.system = Actor.of_system("tests")
        self.clinic = open_clinic(name=name, time_zone="America/Chicago", actor=self.system, at=now())
        self.people: dict[str, UUID] = {}
        for code, role in (("super", "coding_supervisor"), ("coder", "coder"), ("second", "coder")):
            self.people[code] = self._add(code, role)

    def _add(self, code: str, role: str, employer: str = "") -> UUID:
        from chartwarden.people.services import add_person, grant_role

        with self.acting():
            person: UUID = add_person(
                clinic=self.clinic.id, values={"code": code, "given_name": code}, feed_role="coder",
                started_on=date(2025, 1, 6), employer=employer, actor=self.system, at=now(),
            )  # fmt: skip
            grant_role(clinic=self.clinic.id, person=person, role=role, actor=self.system, at=now())
        return person

    def acting(self) -> Any:
        """Act in the clinic."""
        from chartwarden.clinics.services import acting_in

        return acting_in(self.clinic.id)

    def actor(self, who: str) -> Any:
        """Somebody as services name them."""
        from chartwarden.kernel.actors import Actor

        return Actor.of_person(self.people[who])

    def assign(self, patient: str, coder: str = "coder", encounter: str = "") -> str:
        """Give a record to a coder; the assignment."""
        from chartwarden.assignments.services import add_work

        return str(
            add_work(
                clinic=self.clinic.id, patient=patient, encounter=encounter, kind="initial", reason="",
                coder=self.people[coder], actor=self.actor("super"), at=now(),
            )
        )  # fmt: skip

    def approve(self, classes: list[str], encounter_only: bool, printing: bool) -> int:
        """A policy for first coding, drafted by the supervisor and approved; its version."""
        from chartwarden.assignments import policy_keeping, services
        from chartwarden.assignments.contracts import RecordClass
        from chartwarden.assignments.policy_rules import Clause

        clause = Clause("coder", "initial", frozenset(map(RecordClass, classes)), encounter_only, printing)
        services.draft_policy(
            clinic=self.clinic.id, clauses=[clause], revision=0, actor=self.actor("super"), at=now()
        )  # fmt: skip
        there = policy_keeping.draft(self.clinic.id)
        assert there is not None
        version: int = services.approve_policy(clinic=self.clinic.id, digest=there.digest, actor=self.system, at=now())
        return version

    def open(self, assignment: str, coder: str = "coder", purpose: str = "coding") -> dict[str, Any]:
        """Open an assignment; the token, or the reasons."""
        from chartwarden.gateway.services import open_assignment

        found = open_assignment(
            clinic=self.clinic, person=self.people[coder], assignment=UUID(assignment), purpose=purpose,
            actor=self.actor(coder), at=now(),
        )  # fmt: skip
        return {"token": found.token, "reasons": found.verdict.reasons}

    def shut(self, assignment: str, coder: str = "coder") -> int:
        """End the coder's tokens."""
        from chartwarden.gateway.services import shut_assignment

        return shut_assignment(
            clinic=self.clinic.id, person=self.people[coder], assignment=UUID(assignment), actor=self.actor(coder),
            at=now(),
        )  # fmt: skip

    def work(self, assignment: str, *events: str) -> None:
        """Steps of the coder's work."""
        from chartwarden.assignments.queries import one_of_own
        from chartwarden.assignments.services import work_on

        for event in events:
            there = one_of_own(self.clinic.id, self.people["coder"], UUID(assignment))
            assert there is not None
            work_on(
                clinic=self.clinic.id, assignment=there.id, event=event, revision=there.revision,
                actor=self.actor("coder"), at=now(),
            )  # fmt: skip

    def suspend(self, who: str, back: bool = False) -> None:
        """Suspend somebody, or reinstate them."""
        from chartwarden.people import services

        do = services.reinstate if back else services.suspend
        do(clinic=self.clinic.id, person=self.people[who], actor=self.system, at=now())

    def leave(self, who: str, seconds: float = 0) -> None:
        """Let somebody's engagement end so many seconds from now."""
        from chartwarden.people.services import end_engagement

        ends = now() + timedelta(seconds=seconds)
        end_engagement(clinic=self.clinic.id, person=self.people[who], ended_at=ends, actor=self.system, at=now())

    def hire(self, code: str, vendor: str) -> None:
        """One more coder, whom a vendor employs."""
        self.people[code] = self._add(code, "coder", vendor)

    def feed(self, name: str, content: str) -> None:
        """Count a table that was sent."""
        from chartwarden.logs.reading import read_next
        from chartwarden.logs.services import Incoming, count_import

        by = self.actor("super")
        with Incoming(clinic=self.clinic.id, name=f"{name}.csv", source="page", actor=by, at=now()) as incoming:
            incoming.write(content.encode())
            upload = incoming.finish().id
        assert read_next(now()) == 1
        count_import(clinic=self.clinic.id, upload=upload, actor=by, at=now())

    def policy(self, classes: list[str], encounter_only: bool = False, kind: str = "initial") -> int:
        """Put a minimum-necessary policy for coders in force, with a clause for one kind of work; its version."""
        from chartwarden.assignments.contracts import RecordClass
        from chartwarden.assignments.policy_keeping import draft
        from chartwarden.assignments.policy_rules import Clause
        from chartwarden.assignments.services import approve_policy, draft_policy

        opened = frozenset(RecordClass(one) for one in classes)
        given = {"clinic": self.clinic.id, "actor": self.actor("super"), "at": now()}
        draft_policy(clauses=[Clause("coder", kind, opened, encounter_only)], revision=0, **given)
        made = draft(self.clinic.id)
        assert made is not None
        return approve_policy(digest=made.digest, **given)

    def end_token(self, seconds: int) -> None:
        """Let every token end so many seconds from now: a change, which has an entry as every change has."""
        from django.db import transaction

        from chartwarden.gateway.models import AccessToken
        from chartwarden.ledger.services import append

        with transaction.atomic():
            AccessToken.objects.filter(clinic_id=self.clinic.id).update(expires_at=now() + timedelta(seconds=seconds))
            append(clinic=self.clinic.id, kind="tests.tokens_ended", actor=self.system, at=now(), subject={})

    def second_clinic(self, patient: str) -> dict[str, Any]:
        """One more clinic in the same installation, and a record opened there."""
        from chartwarden.clinics.services import across_clinics

        with across_clinics():
            other = type(self)("Hilltop Clinic")
        with other.acting():
            assignment = other.assign(patient)
            return {"assignment": assignment, **other.open(assignment)}

    def refuse_entries(self, refuse: bool) -> None:
        """Let the ledger take no entry any more, or take them again (SQLite)."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS tests_full")
            if refuse:
                cursor.execute(
                    "CREATE TRIGGER tests_full BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(ABORT, 'full'); END"
                )

    def verified(self) -> list[str]:
        """What a check of the whole ledger finds wrong."""
        from chartwarden.ledger.queries import verify_stored

        return [str(fault) for fault in verify_stored(self.clinic.id).faults]

    def entries(self, *kinds: str) -> list[dict[str, Any]]:
        """Entries of these kinds, or of all, in order; with the raw leaf."""
        from chartwarden.ledger.queries import entries

        found = entries(self.clinic.id, limit=10**6, kinds=list(kinds) or None)
        return [
            {"kind": e.kind, "actor": e.actor, "subject": dict(e.subject), "facts": dict(e.facts),
             "leaf": e.leaf.decode()}
            for e in sorted(found, key=lambda e: e.index)
        ]  # fmt: skip


def main(kind: type[Desk] = Desk) -> None:
    """Make the clinic, then do what each line says and answer it on a line."""
    make_ready(Path(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), demo=False, tell=lambda _: None)
    desk = kind()
    print(json.dumps({"clinic": str(desk.clinic.id)}), flush=True)
    for line in sys.stdin:
        verb, *given = json.loads(line)
        with desk.acting():
            print(json.dumps(getattr(desk, verb)(*given)), flush=True)


if __name__ == "__main__":
    main()
