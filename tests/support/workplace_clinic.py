"""The clinic of ``gateway_clinic`` with devices, networks, training, and a coder who signs in to the pages.

``python -m tests.support.workplace_clinic DATA PORT``.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests.support.gateway_clinic import Desk, main, now

SOUND = {"owner": "clinic", "encrypted": True, "managed": True, "antivirus": True}


class Workplace(Desk):
    """What the security officer does, and the coder at home."""

    def _add(self, code: str, role: str, employer: str = "") -> UUID:
        from chartwarden.people.services import add_person, add_user, grant_role

        with self.acting():
            self.users = getattr(self, "users", {})
            self.users[code] = add_user(email=f"{code}@lakeside.example", password=None, at=now())
            person: UUID = add_person(
                clinic=self.clinic.id, values={"code": code, "given_name": code}, feed_role="coder",
                started_on=date(2025, 1, 6), employer=employer, actor=self.system, at=now(), user=self.users[code],
            )  # fmt: skip
            grant_role(clinic=self.clinic.id, person=person, role=role, actor=self.system, at=now())
        return person

    def session(self, who: str) -> dict[str, str]:
        """The cookies of somebody who has signed in."""
        from django.test import Client

        from tests.support.clinic import sign_in_as

        client = Client()
        sign_in_as(client, self.users[who])
        return {name: one.value for name, one in client.cookies.items()}

    def network(self, cidr: str, kind: str) -> None:
        """A range of addresses."""
        from chartwarden.devices.services import add_network

        add_network(clinic=self.clinic.id, cidr=cidr, kind=kind, actor=self.actor("super"), at=now())

    def ask(self, kind: str, shown: bool = False, asked: bool = True) -> None:
        """Ask for something when a record opens, without a grace."""
        from chartwarden.devices.services import set_precondition

        set_precondition(
            clinic=self.clinic.id, kind=kind, asked=asked, grace_days=0, shown=shown, actor=self.actor("super"),
            at=now(),
        )  # fmt: skip

    def laptop(self, name: str, certificate: str, who: str = "coder") -> str:
        """An approved device that shows itself by a certificate."""
        from chartwarden.devices.services import add_proof, approve_device, register_device

        given: dict[str, Any] = {"actor": self.system, "at": now()}
        device = register_device(clinic=self.clinic.id, name=name, mdm="", person=self.people[who], **SOUND, **given)
        add_proof(clinic=self.clinic.id, device=device, certificate=certificate, **given)
        return str(approve_device(clinic=self.clinic, device=device, revision=0, **given))

    def open_from(self, assignment: str, certificate: str) -> dict[str, Any]:
        """Open an assignment as the coder, on the device that shows this certificate; the token, or the reasons."""
        from urllib.parse import quote

        from chartwarden.devices.contracts import Whence
        from chartwarden.devices.queries import certificate as shown
        from chartwarden.gateway.services import open_assignment

        found = open_assignment(
            clinic=self.clinic, person=self.people["coder"], assignment=UUID(assignment), purpose="coding",
            actor=self.actor("coder"), at=now(), whence=Whence("", shown("127.0.0.1", [quote(certificate)], now())),
        )  # fmt: skip
        return {"token": found.token, "reasons": found.verdict.reasons}

    def withdraw(self, device: str) -> None:
        """Withdraw a device."""
        from chartwarden.devices.services import withdraw_device

        withdraw_device(clinic=self.clinic, device=UUID(device), revision=None, actor=self.system, at=now())

    def sign(self) -> None:
        """The coder's statement."""
        from chartwarden.devices.queries import statement_points
        from chartwarden.devices.services import sign_statement

        points = statement_points()
        sign_statement(clinic=self.clinic.id, confirmed=points, note="", actor=self.actor("coder"), at=now())

    def train(self) -> None:
        """The coder's training, a week ago."""
        from chartwarden.devices.services import record_training

        day = now().astimezone(self.clinic.time_zone).date() - timedelta(days=7)
        record_training(
            clinic=self.clinic, people=[self.people["coder"]], day=day, actor=self.actor("super"), at=now()
        )  # fmt: skip


if __name__ == "__main__":
    main(Workplace)
