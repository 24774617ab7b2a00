"""The people of the demo clinic who sign in: one in every role, each with the same known password.

A demo answers to its own machine alone and asks for no second factor; elsewhere these accounts would be a hole, so
they are made in a demo's data folder only, and that folder can't be served as anything but a demo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chartwarden.kernel.actors import Actor
from chartwarden.people.services import add_person, add_user, grant_role

PASSWORD = "chartwarden-demo"  # noqa: S105  known on purpose
DOMAIN = "demo.example"
FIRST_DAY = date(2024, 1, 2)


@dataclass(frozen=True)
class Account:
    """Somebody who signs in. ``feed_role`` finds them in the workforce feed; without it they are added."""

    role: str
    given_name: str = ""
    family_name: str = ""
    feed_role: str = ""

    @property
    def mail(self) -> str:
        """``privacy.officer@demo.example``."""
        return f"{self.role.replace('_', '.')}@{DOMAIN}"

    @property
    def title(self) -> str:
        """``Privacy officer``."""
        words = " ".join(part.upper() if part in ("qa", "ehr") else part for part in self.role.split("_"))
        return words[:1].upper() + words[1:]


ACCOUNTS = (
    Account("privacy_officer", feed_role="privacy_officer"),
    Account("coding_supervisor", feed_role="coding_supervisor"),
    Account("coder", feed_role="coder"),
    Account("qa_auditor", feed_role="qa_auditor"),
    Account("compliance_officer", "Ruth", "Abara"),
    Account("security_officer", "Tomas", "Lindqvist"),
    Account("human_resources", "Priya", "Nair"),
    Account("ehr_administrator", "Daniel", "Okafor"),
    Account("vendor_administrator", "Elena", "Marchetti"),
    Account("auditor", "Grace", "Whitcomb"),
    Account("owner", "Harold", "Voss"),
)


def shown() -> tuple[tuple[str, str, str], ...]:
    """Role, mail address and password of each, for the screen that ``serve --demo`` prints."""
    return tuple((account.title, account.mail, PASSWORD) for account in ACCOUNTS)


def make_people(clinic: UUID, workforce: Iterable[Mapping[str, str]], actor: Actor, at: datetime) -> Mapping[str, UUID]:
    """The workforce feed's people, and those who sign in, with their roles. Returns the latter by role."""
    wanted = {account.feed_role: account for account in ACCOUNTS if account.feed_role}
    people: dict[str, UUID] = {}
    for row in workforce:
        account = None if row["ended_at"] else wanted.pop(row["role"], None)
        person = _add(clinic, row, row["role"], date.fromisoformat(row["started_on"]), account, actor, at)
        if account:
            people[account.role] = person
    for number, account in enumerate(ACCOUNTS):
        if account.role not in people:
            values = {"code": f"D{number:02}", "given_name": account.given_name, "family_name": account.family_name}
            people[account.role] = _add(clinic, values, account.role, FIRST_DAY, account, actor, at)
    for role, person in people.items():
        ends = at + timedelta(days=365) if role == "auditor" else None
        grant_role(clinic=clinic, person=person, role=role, actor=actor, at=at, ends=ends)
    return people


def _add(
    clinic: UUID,
    row: Mapping[str, str],
    role: str,
    started_on: date,
    account: Account | None,
    actor: Actor,
    at: datetime,
) -> UUID:
    return add_person(
        clinic=clinic,
        values={**row, "code": row.get("code") or row["person"]},
        feed_role=role,
        started_on=started_on,
        actor=actor,
        at=at,
        user=add_user(email=account.mail, password=PASSWORD, at=at) if account else None,
        employer=row.get("employer", ""),
        time_zone=row.get("time_zone", ""),
    )
