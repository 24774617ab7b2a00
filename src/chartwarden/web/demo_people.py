"""The people of the demo clinic who sign in: one in every role, each with the same known password.

A demo answers to its own machine alone and asks for no second factor; elsewhere these accounts would be a hole, so
they are made in a demo's data folder only, and that folder can't be served as anything but a demo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chartwarden.kernel.actors import Actor
from chartwarden.people.queries import by_code
from chartwarden.people.services import add_user, grant_role, link_user

PASSWORD = "chartwarden-demo"  # noqa: S105  known on purpose
DOMAIN = "demo.example"
FIRST_DAY = date(2024, 1, 2)


@dataclass(frozen=True)
class Account:
    """Somebody who signs in. Those with a name are no part of the made-up feed and are added to it."""

    role: str
    given_name: str = ""
    family_name: str = ""

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
    Account("privacy_officer"),
    Account("coding_supervisor"),
    Account("coder"),
    Account("qa_auditor"),
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


def workforce_with_officers(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The workforce feed with a row for each account that has none in it."""
    blank = dict.fromkeys(rows[0], "")
    extra = [
        {
            **blank,
            "person": f"D{number:02}",
            "logins": f"{account.given_name[:1]}{account.family_name}".lower(),
            "role": account.role,
            "started_on": FIRST_DAY.isoformat(),
            "given_name": account.given_name,
            "family_name": account.family_name,
        }
        for number, account in enumerate(ACCOUNTS)
        if account.family_name
    ]
    return [*map(dict, rows), *extra]


def make_accounts(
    clinic: UUID, workforce: Sequence[Mapping[str, str]], actor: Actor, at: datetime
) -> Mapping[str, UUID]:
    """Users and roles for those who sign in. The workforce feed was taken over before. Returns people by role."""
    known = by_code(clinic)
    first = {row["role"]: known[row["person"]] for row in reversed(workforce) if not row["ended_at"]}
    people = {account.role: first[account.role] for account in ACCOUNTS}
    for account in ACCOUNTS:
        user = add_user(email=account.mail, password=PASSWORD, at=at)
        link_user(clinic=clinic, person=people[account.role], user=user, actor=actor, at=at)
        ends = at + timedelta(days=365) if account.role == "auditor" else None
        grant_role(clinic=clinic, person=people[account.role], role=account.role, actor=actor, at=at, ends=ends)
    return people
